import type { SentinelError } from '../contracts/errors.ts';
import type { DeliveryStatus } from '../contracts/messages.ts';
import type { Acknowledgements, Metrics } from '../contracts/ports.ts';
import type { AlertChannel } from './alert-channel.ts';
import { needlessSince } from './needless.ts';
import { deadlineMs, lateMs } from './next-step.ts';
import type { OutboxStore } from './outbox.ts';
import type { Outgoing } from './outbox-row.ts';
import type { Held, Restraint } from './restraint.ts';

/**
 * Told whenever the state of a row changes for those outside; with an error when it failed or is late, with a sentence
 * when it became needless.
 */
export type RowListener = (row: Outgoing, status: DeliveryStatus, because?: SentinelError | string) => void;

export interface TurnsOptions {
  outbox: Pick<OutboxStore, 'sentTo' | 'turns'>;
  channel: Pick<AlertChannel, 'rateWait'>;
  acknowledgements?: Acknowledgements | undefined;
  /** What is not told now, and what is told instead of several texts that were held back. Without it all is told. */
  restraint?: { heldOf: Restraint['heldOf']; summaryOf: (rows: readonly Outgoing[]) => string };
  metrics: Metrics;
}

/** Whether what is due is to go now, or is left out, held back, put off or told together with others. All throw ES_DATABASE. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #tell: RowListener;

  constructor(options: TurnsOptions, tell: RowListener) {
    this.#options = options;
    this.#tell = tell;
  }

  /** Whether a row is not to be sent now: it is left out, held back or put off. */
  async isHeld(row: Outgoing, now: number): Promise<boolean> {
    return (await this.#cancelled(row, now)) || (await this.#withheld(row, now)) || (await this.#postponed(row, now));
  }

  /** Holds back a text whose person wants quiet, or that somebody has snoozed. What belongs to a text that was told goes. */
  async #withheld(row: Outgoing, now: number): Promise<boolean> {
    const { restraint, outbox, metrics } = this.#options;
    const held = row.part === 'text' ? restraint?.heldOf(row, now) : undefined;
    if (held === undefined) return false;
    const { hold, why } = held;
    await outbox.turns.hold(row, {
      ...{ hold, until: turnAfter(row, held) },
      ...{ lateMs: lateMs[row.severity] ?? 0, deadlineMs: deadlineMs[row.severity] ?? 0 },
    });
    if (row.hold !== null) return true;
    metrics.count('alerts_withheld_total', { channel: row.channel, why: hold });
    this.#tell(row, 'withheld', why);
    return true;
  }

  /** Tells a person in one text what was held back, where it is more than one. */
  async gathered(row: Outgoing, now: number): Promise<boolean> {
    const { restraint, outbox } = this.#options;
    if (restraint === undefined || (row.hold !== 'quiet' && row.hold !== 'snooze')) return false;
    const free: Outgoing[] = [];
    for (const one of await outbox.turns.releasable(row.recipient, now)) {
      if (restraint.heldOf(one, now) === undefined && !(await this.#cancelled(one, now))) free.push(one);
    }
    if (free.length < 2) return false;
    // Of each incident the newest: it may have been told for several reasons.
    const told = [...new Map(free.map((one) => [one.incident_id, one])).values()];
    const [carrier] = told.toSorted((one, other) => other.severity - one.severity);
    if (carrier === undefined) return false;
    const others = free.filter((one) => one !== carrier);
    const body = told.length === 1 ? carrier.body : restraint.summaryOf(told);
    const ids = others.map(({ id }) => id);
    await outbox.turns.gather(carrier.id, body, ids, now);
    for (const other of others) this.#tell(other, 'cancelled', 'It is told together with others.');
    return true;
  }

  /** Leaves out what has become needless while it waited for its turn. */
  async #cancelled(row: Outgoing, now: number): Promise<boolean> {
    const { acknowledgements, outbox } = this.#options;
    const why = await needlessSince(row, outbox.turns, acknowledgements);
    if (why === undefined) return false;
    await outbox.turns.cancel([row.id], now);
    this.#tell(row, 'cancelled', why);
    return true;
  }

  /** Puts a person's messages off while too many went there. The most severe is due first, and so decides for all. */
  async #postponed({ recipient, severity }: Outgoing, now: number): Promise<boolean> {
    const { outbox, channel } = this.#options;
    if (channel.rateWait === undefined) return false;
    const wait = channel.rateWait(await outbox.sentTo(recipient, now), severity, now);
    if (wait > 0) await outbox.turns.postpone(recipient, severity, now + wait, now);
    return wait > 0;
  }
}

/** When a text that is held back has its turn: another channel that it waits for goes first then too. */
function turnAfter(row: Outgoing, { hold, until }: Held): number {
  const { unless, start_at: start } = row;
  if (start === null || unless === null || unless === 'acknowledged') return until;
  if (row.hold === null) return until + start - row.created_at;
  return row.hold === 'quiet' && hold === 'quiet' ? Math.max(until, start) : until;
}
