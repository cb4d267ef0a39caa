import type { Delivery } from '../contracts/messages.ts';
import type { OutboxRow } from '../database/tables.ts';

/**
 * queued: waits for its time. sending: an attempt is under way. unknown: an attempt may have succeeded.
 * accepted, failed, expired, cancelled (it became needless): over.
 */
export type OutboxState = 'queued' | 'sending' | 'unknown' | 'accepted' | 'failed' | 'expired' | 'cancelled';
/** What a row sends: the text, and what belongs to it, each in a row of its own that waits for the text. */
export type Part = Delivery['part'];

/** How far back the limits of a channel for one person look. */
export const rateMemoryMs = 3_600_000;

export const waiting: OutboxState[] = ['queued', 'unknown'];
export const unfinished: OutboxState[] = [...waiting, 'sending'];
/** What is or was sent: what comes later may refer to it. */
export const standing: OutboxState[] = [...unfinished, 'accepted'];

/** A row without its picture or recording, which is read only when it is uploaded. */
export type Outgoing = Omit<OutboxRow, 'media'>;

/** Why a text waits though it could be sent: its person wants quiet, or somebody has silenced the site for a while. */
export type Hold = 'quiet' | 'snooze';

/** How long what is held back waits. */
export interface HoldSpan {
  hold: Hold;
  /** Epoch ms. */
  until: number;
  /** From when on it is late, and how long it is tried: both count from `until`. */
  lateMs: number;
  deadlineMs: number;
}

/** What changes in a row that is held back. An answer makes it needless, as everything that waits. */
export function heldBack(
  row: Pick<Outgoing, 'unless' | 'deadline'>,
  { hold, until, lateMs, deadlineMs }: HoldSpan,
): Partial<OutboxRow> {
  const deadline = Math.max(row.deadline, until + deadlineMs);
  return {
    ...{ hold, start_at: until, next_at: until, late_at: until + lateMs, deadline },
    unless: row.unless ?? 'acknowledged',
  };
}

/** Rows that send the same bytes: one upload serves them. */
export type Upload = Pick<Outgoing, 'alert_id' | 'part' | 'sequence'>;

/** The columns of an `Outgoing`. */
export const outgoing = [
  'id',
  'alert_id',
  'incident_id',
  'site',
  'area',
  'source',
  'reason',
  'severity',
  'channel',
  'account',
  'node',
  'recipient',
  'part',
  'sequence',
  'depends_on',
  'body',
  'media_id',
  'state',
  'attempts',
  'next_at',
  'late_at',
  'deadline',
  'provider_id',
  'error_json',
  'maybe_duplicate',
  'created_at',
  'updated_at',
  'accepted_at',
  'receipt',
  'start_at',
  'unless',
  'incident_json',
  'form',
  'language',
  'hold',
] as const satisfies readonly (keyof Outgoing)[];

/** Each text before what belongs to it. */
export function textsFirst<R extends Outgoing>(rows: readonly R[]): R[] {
  return rows.toSorted((one, other) => Number(other.part === 'text') - Number(one.part === 'text'));
}

/**
 * Of each person the text that something replies to: the newest that was accepted, else the first that will be sent.
 * @param rows in the order of their sequence.
 */
export function repliedTo<R extends Outgoing>(rows: readonly R[]): R[] {
  const accepted = rows.filter(({ state }) => state === 'accepted');
  const others = rows.filter(({ state }) => state !== 'accepted').toReversed();
  return [...new Map([...others, ...accepted].map((row) => [row.recipient, row])).values()];
}

/** What changes in a row when the provider says that its message has come so far. */
export function reached(
  row: Outgoing,
  { status, providerId, now }: { status: string; providerId: string; now: number },
): Partial<OutboxRow> {
  return {
    ...{ state: 'accepted' satisfies OutboxState, receipt: status, updated_at: now },
    ...{
      provider_id: row.provider_id ?? providerId,
      accepted_at: row.accepted_at ?? now,
      error_json: null,
      media: null,
    },
  };
}

/** Form of what cannot go before its person writes. */
export const heldForm = 'held';

/** How a row waits to be tried again. */
export interface Waiting {
  state: 'queued' | 'unknown';
  nextAt: number;
  error: string;
  now: number;
  form?: string | undefined;
  refused?: string | undefined;
}

/** What changes in a row that is tried again. */
export function waitingAgain({ state, nextAt, error, now, form, refused }: Waiting): Partial<OutboxRow> {
  return {
    ...{ state, next_at: nextAt, error_json: error, updated_at: now, receipt: null },
    ...(form === undefined ? {} : { form }),
    ...(refused === undefined ? {} : { provider_id: refused }),
  };
}

/** Receipts that say that a message has reached a phone. */
export const arrived = ['delivered', 'read', 'played'];

export function hasArrived(receipt: string | null): boolean {
  return receipt !== null && arrived.includes(receipt);
}
