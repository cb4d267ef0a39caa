import { SentinelError, asSentinelError } from '../contracts/errors.ts';
import type { Clock, Log, Metrics, Random } from '../contracts/ports.ts';
import { AccountGate } from './account-gate.ts';
import type { AlertChannel, ChannelKind } from './alert-channel.ts';
import type { Action, Answer } from './answer.ts';
import type { ClockSteps } from './clock-steps.ts';
import { deadlineMs, lateMs, nextStep, receiptWaitMs, type NextStep } from './next-step.ts';
import type { OutboxStore } from './outbox.ts';
import { heldForm, unfinished, type Outgoing, type OutboxState, type Part } from './outbox-row.ts';
import { progressOf, type Receipt } from './receipts.ts';
import { errorJson, expiryError, lateError } from './row-errors.ts';
import { Turns, type RowListener, type TurnsOptions } from './turns.ts';

interface Lane {
  part: Part;
  /** Least severity of what may use it. */
  from: number;
  /** Requests under way at once. */
  width: number;
}

/**
 * In the order in which they are filled. A slow upload never holds back a text, and whatever hangs of lesser alerts
 * never holds back severity 3, which has lanes of its own and may use the others.
 */
const lanes: readonly Lane[] = [
  { part: 'text', from: 3, width: 2 },
  { part: 'text', from: 0, width: 4 },
  { part: 'image', from: 3, width: 1 },
  { part: 'image', from: 0, width: 2 },
  { part: 'voice', from: 0, width: 1 },
  { part: 'video', from: 0, width: 1 },
];
/** How long `stop` lets requests finish before it ends them. */
const stopGraceMs = 5_000;
const databaseRetryMs = 5_000;
/** Of a message that the provider took and then gave up. */
const triesAfterFailure = 4;
const neverWrote = 'It could only have been sent if the person had written.';

export interface SenderOptions extends TurnsOptions {
  outbox: OutboxStore;
  kind: Pick<ChannelKind, 'name'>;
  channel: AlertChannel;
  /** Ends the channel's requests. */
  abort: AbortController;
  /** Whether receipts come in, see `nextStep`; default not. */
  receipts?: () => boolean;
  clock: Clock;
  clockSteps: ClockSteps;
  random: Random;
  log: Log;
  metrics: Metrics;
}

/**
 * Works through the outbox: writes "sending" down, sends, writes down what came of it. Woken by new rows, by finished
 * requests and by the clock.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #tell: RowListener;
  readonly #gate = new AccountGate();
  readonly #turns: Turns;
  readonly #underWay: ReadonlyMap<Lane, Set<Promise<void>>> = new Map(lanes.map((lane) => [lane, new Set()]));
  #cancelTimer: () => void = () => undefined;
  #rounds: Promise<void> = Promise.resolve();
  #busy = false;
  #again = false;
  #stopped = false;
  #databaseDown = false;

  constructor(options: SenderOptions, tell: RowListener) {
    this.#options = options;
    this.#tell = tell;
    this.#turns = new Turns(options, tell);
  }

  /** Picks up what an earlier process left. @throws SentinelError ES_DATABASE */
  async start(): Promise<void> {
    const { outbox, clock, kind, log } = this.#options;
    const unanswered = this.#options.receipts?.() === true ? { unansweredMs: receiptWaitMs } : {};
    const left = await outbox.recover(clock.now(), { deadlineMs, lateMs, ...unanswered });
    if (left > 0) log.info(`${left} messages by ${kind.name} were left from before; they are sent now.`);
    this.wake();
  }

  /** Something may be due. */
  wake(): void {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#rounds = this.#workUntilIdle();
  }

  /**
   * What the provider says later about a message. It may say so before it has answered, several times and in any order.
   * @returns whether there is such a message.
   * @throws SentinelError ES_DATABASE
   */
  async receive(receipt: Receipt): Promise<boolean> {
    const { outbox, clock, clockSteps, metrics } = this.#options;
    await clockSteps.follow();
    const row = await outbox.receiptRow(receipt);
    if (row === undefined) return false;
    const progress = progressOf(row, receipt);
    if (progress === undefined) return true;
    const now = clock.now();
    if (progress.news === 'failed') {
      await this.#refusedLater(row, receipt, now);
      return true;
    }
    const changed = await outbox.progress(row, receipt, now, deadlineMs[row.severity] ?? 0);
    if (progress.accepts) this.#countAccepted(row, now);
    if (progress.delivers) metrics.count('alerts_delivered_ok_total', { channel: row.channel });
    if (progress.news !== undefined) this.#tell(changed, progress.news);
    this.wake();
    return true;
  }

  /** Lets requests finish for 5 s; rows that are not sent stay for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    const cancel = this.#options.clock.after(stopGraceMs, () => {
      this.#options.abort.abort();
    });
    await this.#rounds;
    await Promise.all([...this.#underWay.values()].flatMap((attempts) => [...attempts]));
    cancel();
    this.#options.channel.close?.();
  }

  async #workUntilIdle(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      this.#cancelTimer();
      try {
        this.#wakeIn(await this.#round());
        this.#databaseDown = false;
      } catch (error) {
        this.#databaseFailed(error);
        this.#wakeIn(databaseRetryMs);
      }
    }
    this.#busy = false;
  }

  /** Starts what is due and can go. @returns milliseconds until there is something to do; undefined when nothing waits. */
  async #round(): Promise<number | undefined> {
    const { outbox, clock, clockSteps } = this.#options;
    await clockSteps.follow();
    // One moment for the whole round: what falls due while it runs is then found by nextTime, whoever sets the clock.
    const now = clock.now();
    for (const row of await outbox.expire(now)) {
      if (row.form === heldForm) this.#tell(row, 'cancelled', neverWrote);
      else this.#over(row, 'expired', expiryError(row));
    }
    let gateOpensIn = Infinity;
    for (const lane of lanes) gateOpensIn = Math.min(gateOpensIn, await this.#startDue(lane, now));
    // Not before: what was left by an earlier process and can go at once is not worth a word.
    for (const row of await outbox.takeLate(now)) this.#tell(row, 'queued', lateError(row));
    const nextTime = (await outbox.nextTime(now)) ?? Infinity;
    const wait = Math.min(gateOpensIn, Math.max(0, nextTime - now));
    return wait === Infinity ? undefined : wait;
  }

  /** Starts what is due in a lane, as far as it is free. @returns after how long the gate opens for what it holds. */
  async #startDue(lane: Lane, now: number): Promise<number> {
    let gateOpensIn = Infinity;
    let again: boolean;
    do {
      again = false;
      const free = lane.width - (this.#underWay.get(lane)?.size ?? 0);
      for (const row of free > 0 ? await this.#options.outbox.due(lane.part, now, free, lane.from) : []) {
        const held = this.#gate.opensIn(row.severity, this.#options.clock.monotonic());
        if (held > 0) gateOpensIn = Math.min(gateOpensIn, held);
        else if (await this.#turns.isHeld(row, now)) again = true;
        else if (await this.#turns.gathered(row, now)) {
          again = true;
          // Others of this list may be told by it.
          break;
        } else await this.#launch(lane, row);
      }
      // Once more: behind them there may be others. Ends, since a row is cancelled once and a person postponed once a round.
    } while (again);
    return gateOpensIn;
  }

  async #launch(lane: Lane, row: Outgoing): Promise<void> {
    const { outbox, clock } = this.#options;
    this.#gate.enter(clock.monotonic());
    const claimed = await outbox.claim(row, clock.now());
    const attempt = this.#attempt(claimed, row.state).finally(() => {
      this.#underWay.get(lane)?.delete(attempt);
      this.wake();
    });
    this.#underWay.get(lane)?.add(attempt);
  }

  /** Sends a claimed row and writes down what came of it, however long the database takes for that. Never throws. */
  async #attempt(row: Outgoing, stateBefore: string): Promise<void> {
    const { channel, outbox, kind, random } = this.#options;
    const answer = await channel.send(row, outbox).catch((error: unknown): Answer => {
      this.#databaseFailed(error);
      return { result: 'unreached', detail: 'the database failed' };
    });
    if (answer.result === 'refused') await channel.heed?.(row, answer.refusal);
    const provider = { name: kind.name, ruleFor: channel.ruleFor, receipts: this.#options.receipts?.() ?? false };
    const step = nextStep({ ...row, state: stateBefore }, answer, provider, random);
    for (;;) {
      try {
        await this.#record(row, step);
        return;
      } catch (error) {
        this.#databaseFailed(error);
        if (this.#stopped) return;
        await new Promise<void>((resolve) => this.#options.clock.after(databaseRetryMs, resolve));
      }
    }
  }

  async #record(row: Outgoing, step: NextStep): Promise<void> {
    const { outbox, clock, clockSteps, metrics } = this.#options;
    await clockSteps.follow();
    const now = clock.now();
    switch (step.state) {
      case 'accepted':
        this.#gate.setupWorks();
        // Acceptance is no delivery: what could be counted here is shown, and nothing is.
        metrics.count('alerts_delivered_ok_total', { channel: row.channel }, 0);
        if (row.maybe_duplicate === 1 && !step.found)
          metrics.count('alerts_maybe_duplicate_total', { channel: row.channel });
        await this.#leaveOut(step.carried ?? [], now);
        // A receipt may be faster than the answer, and has said more than it.
        if (!(await outbox.accept(row.id, step.providerId, now, deadlineMs[row.severity] ?? 0, step.form))) return;
        this.#countAccepted(row, now);
        this.#tell({ ...row, provider_id: step.providerId }, 'accepted');
        return;
      case 'failed':
        await this.#fail(row, step.error, now);
        return;
      case 'queued':
      case 'unknown':
        await this.#wait(row, step, now);
    }
  }

  /** What another message has shown already. */
  async #leaveOut(carried: readonly Outgoing[], now: number): Promise<void> {
    if (carried.length === 0) return;
    await this.#options.outbox.turns.cancel(
      carried.map(({ id }) => id),
      now,
    );
    for (const row of carried) this.#tell(row, 'cancelled', 'It was sent together with the text.');
  }

  async #fail(row: Outgoing, error: SentinelError, now: number, from?: readonly OutboxState[]): Promise<void> {
    const replies = await this.#options.outbox.fail(row.id, errorJson(error), now, from);
    if (replies === undefined) return;
    if (error.name !== 'ES_CHANNEL_UNAVAILABLE') this.#gate.setupWorks();
    this.#over(row, 'failed', error);
    const consequence = new SentinelError(error.name, 'It was not sent: the text that it belongs to failed.');
    for (const reply of replies) this.#over(reply, 'failed', consequence);
  }

  async #wait(
    row: Outgoing,
    step: Extract<NextStep, { delayMs: number }>,
    now: number,
    { from, refused }: { from?: readonly OutboxState[]; refused?: string } = {},
  ): Promise<void> {
    const { outbox, clock, kind, log } = this.#options;
    const { state, delayMs, error, action, form } = step;
    if (action === 'upload-again') await outbox.setMediaId(row, null);
    if (action === 'pair-rate') await outbox.turns.postpone(row.recipient, 3, now + delayMs, now);
    if (action === 'pause') this.#gate.beQuietUntil(clock.monotonic() + delayMs);
    const change = { state, nextAt: now + delayMs, error: errorJson(error), now, form, refused };
    if (!(await outbox.wait(row.id, change, from))) return;
    if (action === 'setup') {
      if (this.#gate.setupFailed()) this.#tell(row, 'queued', error);
    } else if (row.attempts === 1 && !isQuiet(action)) {
      log.warn(`A message by ${kind.name} waits and is tried again: ${error.message}`);
    }
  }

  /** It was taken, and did not arrive: what passes is tried again a few times, everything else is over. */
  async #refusedLater(row: Outgoing, { id, error }: Receipt, now: number): Promise<void> {
    const { channel, kind, random } = this.#options;
    const { code, message = 'no reason was given' } = error ?? {};
    const refusal = { status: 0, code, message, transient: false, retryAfterMs: undefined };
    const step = nextStep(row, { result: 'refused', refusal }, { name: kind.name, ruleFor: channel.ruleFor }, random);
    await channel.heed?.(row, refusal);
    const from: OutboxState[] = [...unfinished, 'accepted'];
    const again = step.state === 'queued' && (row.attempts < triesAfterFailure || isQuiet(step.action));
    if (again) await this.#wait(row, step, now, { from, refused: id });
    else if (step.state !== 'accepted') await this.#fail(row, step.error, now, from);
    this.wake();
  }

  #countAccepted(row: Outgoing, now: number): void {
    const { metrics } = this.#options;
    metrics.count('alerts_accepted_total', { channel: row.channel });
    if (row.part !== 'text') return;
    const seconds = Math.max(0, now - row.created_at) / 1000;
    metrics.observe('alert_send_latency_seconds', seconds, { channel: row.channel });
  }

  #over(row: Outgoing, status: 'failed' | 'expired', error: SentinelError): void {
    this.#options.metrics.count('alerts_failed_total', { channel: row.channel });
    this.#tell(row, status, error);
  }

  #wakeIn(ms: number | undefined): void {
    if (ms === undefined || this.#stopped) return;
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.wake();
    });
  }

  #databaseFailed(error: unknown): void {
    if (!this.#databaseDown) this.#options.log.error(`The outbox: ${asSentinelError(error, 'ES_DATABASE').toString()}`);
    this.#databaseDown = true;
  }
}

/** It goes another way, or waits as it should: nothing is wrong. */
function isQuiet(action: Action): boolean {
  return action === 'change' || action === 'hold';
}
