import type { Clock } from '../contracts/ports.ts';
import type { AlertAccount, AlertChannel } from './alert-channel.ts';
import { nextStep, type NextStep } from './next-step.ts';
import type { Outgoing } from './outbox-row.ts';
import { masked } from './recipients.ts';

/** What became of a test message to one person. */
export interface TestAnswer {
  /** Masked. */
  recipient: string;
  /** The provider took it. */
  taken: boolean;
  /** What is wrong, and what to do about it. */
  message?: string;
  hint?: string;
}

/** So many people get one. */
const most = 20;

/**
 * Sends one message to everybody of an account, past outbox and policy: one attempt each, one after the other.
 * @param stop ends it.
 */
export async function sendTestMessage(
  account: AlertAccount,
  text: string,
  { clock, newId, stop }: { clock: Clock; newId: () => string; stop: AbortSignal },
): Promise<TestAnswer[]> {
  const { form, name } = account.kind;
  const channel = account.open({ clock, stop });
  const provider = { name, ruleFor: channel.ruleFor };
  const answers: TestAnswer[] = [];
  try {
    for (const { address: recipient } of account.people.slice(0, most)) {
      const body = form.fit?.(text) ?? text;
      const row = testRow({ id: newId(), channel: account.kind.id, account: account.id, recipient, body }, clock.now());
      const step = await sent(row, channel, provider);
      if (step.state === 'accepted') answers.push({ recipient: masked(recipient), taken: true });
      else {
        const { message, hint } = step.error;
        answers.push({ recipient: masked(recipient), taken: false, message, ...(hint === undefined ? {} : { hint }) });
      }
    }
  } finally {
    channel.close?.();
  }
  return answers;
}

/** As the channel wants it: in another form where it refuses the first one. */
async function sent(row: Outgoing, channel: AlertChannel, provider: Parameters<typeof nextStep>[2]): Promise<NextStep> {
  const step = nextStep(row, await channel.send(row, nothing), provider, () => 0);
  if (step.state !== 'queued' || step.action !== 'change' || step.form === undefined) return step;
  return await sent({ ...row, form: step.form }, channel, provider);
}

/** There is no picture, and nothing is kept. */
const nothing = {
  media: () => Promise.resolve(undefined),
  pictureOf: () => Promise.resolve(undefined),
  providerId: () => Promise.resolve(undefined),
  setMediaId: () => Promise.resolve(),
};

function testRow(row: Pick<Outgoing, 'id' | 'channel' | 'account' | 'recipient' | 'body'>, now: number): Outgoing {
  return {
    ...row,
    ...{
      alert_id: row.id,
      incident_id: row.id,
      site: 'test',
      area: 'test',
      source: 'test',
      reason: 'test',
      severity: 1,
    },
    ...{ node: 'test', part: 'text', sequence: 0, depends_on: null, media_id: null, state: 'sending', attempts: 1 },
    ...{ next_at: now, late_at: null, deadline: now, provider_id: null, error_json: null, maybe_duplicate: 0 },
    ...{ created_at: now, updated_at: now, accepted_at: null, start_at: null, unless: null, receipt: null },
    ...{ incident_json: null, form: null, language: null, hold: null },
  };
}
