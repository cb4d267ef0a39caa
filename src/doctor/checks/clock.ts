import { ok, problem, warning, type Outcome } from '../finding.ts';
import type { Installation } from '../installation.ts';
import type { Ports } from '../ports.ts';

/** No system that runs this version was set up before. */
const earliest = Date.parse('2026-01-01');
const latest = Date.parse('2100-01-01');
const driftMs = 2000;
const wrongMs = 60_000;
const advice = 'Let the system keep the time: "timedatectl set-ntp true", or its like.';

/** The clock against that of the Graph API, whose answers the WhatsApp check has asked for anyhow. */
export async function checkClock(
  { accounts }: Pick<Installation, 'accounts'>,
  ports: Pick<Ports, 'askNumber' | 'offline' | 'now' | 'timeZone'>,
): Promise<Outcome> {
  const now = ports.now();
  const shown = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} UTC, time zone ${ports.timeZone}`;
  if (now < earliest || now > latest) return problem(`The clock says ${shown}, which cannot be.`, advice);
  const drifts = await Promise.all(
    accounts.map(async (account) => {
      if (ports.offline || account.credentials === undefined) return [];
      const heard = await ports.askNumber(account).catch(() => undefined);
      // The header is cut to the second: on average the server is half a second further.
      return heard?.serverTime === undefined ? [] : [heard.at - (heard.serverTime + 500)];
    }),
  );
  const drift = drifts.flat().sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  if (drift === undefined) return ok(`The clock says ${shown}. There was nothing to compare it with.`);
  const says = `The clock is ${(Math.abs(drift) / 1000).toFixed(1)} s ${drift > 0 ? 'ahead of' : 'behind'} that of the Graph API (${shown}).`;
  if (Math.abs(drift) > wrongMs) return problem(says, advice);
  if (Math.abs(drift) > driftMs) return warning(says, advice);
  return ok(`The clock is right: ${shown}.`);
}
