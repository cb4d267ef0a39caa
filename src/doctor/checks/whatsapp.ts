import { graphVersionEnd } from '../../alerting/channels/whatsapp/graph-versions.ts';
import { ruleFor } from '../../alerting/channels/whatsapp/error-table.ts';
import { ok, problem, problemOf, skipped, warning, type Outcome } from '../finding.ts';
import type { DeclaredNode, Installation } from '../installation.ts';
import type { Ports } from '../ports.ts';

const soonMs = 90 * 24 * 60 * 60 * 1000;
type Account = DeclaredNode<'sentinel-whatsapp-account'>;
type WhatsAppPorts = Pick<Ports, 'askNumber' | 'offline' | 'now'>;

/** Asks the Graph API about the number of every account. Nothing is sent to anybody. */
export async function checkWhatsApp(
  { accounts }: Pick<Installation, 'accounts'>,
  ports: WhatsAppPorts,
): Promise<Outcome[]> {
  if (accounts.length === 0) return [skipped('The flow has no WhatsApp account.')];
  return await Promise.all(
    accounts.map(async (account) => ({ about: account.name, ...(await asked(account, ports)) })),
  );
}

async function asked(account: Account, ports: WhatsAppPorts): Promise<Outcome> {
  if (account.credentials === undefined)
    return skipped('Its access token could not be read from the credentials file.');
  if (ports.offline) return skipped('Not asked: offline.');
  try {
    const { answer, verifiedName } = await ports.askNumber(account);
    if (answer.result === 'ok') return accepted(account.config.graphVersion, verifiedName, ports.now());
    if (answer.result === 'refused') {
      const { says, hint } = ruleFor(answer.refusal);
      return problem(`${says} The API said: ${answer.refusal.message}.`, hint ?? 'Check the settings of the account.');
    }
    return problem(
      `The Graph API at ${account.config.baseUrl} does not answer (${answer.detail}).`,
      'Check the connection to the internet, DNS and a firewall.',
    );
  } catch (error) {
    return problemOf(error);
  }
}

function accepted(version: string, name: string, now: number): Outcome {
  const says = `The access token is good${name === '' ? '' : ` for "${name}"`}`;
  const end = graphVersionEnd(version);
  const day = end === undefined ? '' : new Date(end).toISOString().slice(0, 10);
  if (end === undefined || end - now > soonMs) return ok(`${says}; nothing was sent.`);
  const advice = 'Choose a newer Graph version in the account.';
  if (end <= now)
    return problem(`${says}, but Graph ${version} is over: another version answers in its place.`, advice);
  return warning(`${says}, but Graph ${version} ends on ${day}.`, advice);
}
