import { SentinelError, asSentinelError } from '../contracts/errors.ts';
import type { DeliveryStatus } from '../contracts/messages.ts';
import type { Clock, Log, Metrics, Random } from '../contracts/ports.ts';
import { AccountGate } from './account-gate.ts';
import type { Answer } from './channels/whatsapp/answer.ts';
import type { WhatsAppClient } from './channels/whatsapp/client.ts';
import type { ClockSteps } from './clock-steps.ts';
import { Courier } from './courier.ts';
import { deadlineMs, lateMs, nextStep, type NextStep } from './next-step.ts';
import type { OutboxStore } from './outbox.ts';
import type { Outgoing, Part } from './outbox-row.ts';
import { pairRateWait } from './pair-rate.ts';
import { errorJson, expiryError, lateError } from './row-errors.ts';

/** Requests under way at once, per part: a slow upload never holds back a text. */
const lanes: Readonly<Record<Part, number>> = { text: 4, image: 2 };
/** How long `stop` lets requests finish before it ends them. */
const stopGraceMs = 5_000;
const databaseRetryMs = 5_000;

export interface SenderOptions {
  outbox: OutboxStore;
  client: WhatsAppClient;
  /** Ends the client's requests. */
  abort: AbortController;
  clock: Clock;
  clockSteps: ClockSteps;
  random: Random;
  log: Log;
  metrics: Metrics;
}

/** Told whenever the state of a row changes for those outside; with an error when it failed or is late. */
export type RowListener = (row: Outgoing, status: DeliveryStatus, error?: SentinelError) => void;

/**
 * Works through the outbox: writes "sending" down, sends, writes down what came of it. Woken by new rows, by finished
 * requests and by the clock.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #tell: RowListener;
  readonly #gate = new AccountGate();
  readonly #underWay: Readonly<Record<Part, Set<Promise<void>>>> = { text: new Set(), image: new Set() };
  readonly #courier: Courier;
  #cancelTimer: () => void = () => undefined;
  #rounds: Promise<void> = Promise.resolve();
  #busy = false;
  #again = false;
  #stopped = false;
  #databaseDown = false;

  constructor(options: SenderOptions, tell: RowListener) {
    this.#options = options;
    this.#tell = tell;
    this.#courier = new Courier(options.outbox, options.client);
  }

  /** Picks up what an earlier process left. @throws SentinelError ES_DATABASE */
  async start(): Promise<void> {
    const { outbox, clock, log } = this.#options;
    const left = await outbox.recover(clock.now(), { deadlineMs, lateMs });
    if (left > 0) log.info(`${left} WhatsApp messages were left from before; they are sent now.`);
    this.wake();
  }

  /** Something may be due. */
  wake(): void {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#rounds = this.#workUntilIdle();
  }

  /** Lets requests finish for 5 s; rows that are not sent stay for the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    const cancel = this.#options.clock.after(stopGraceMs, () => {
      this.#options.abort.abort();
    });
    await this.#rounds;
    await Promise.all([...this.#underWay.text, ...this.#underWay.image]);
    cancel();
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
    for (const row of await outbox.expire(now)) this.#over(row, 'expired', expiryError(row));
    const gateOpensIn = Math.min(await this.#startDue('text', now), await this.#startDue('image', now));
    // Not before: what was left by an earlier process and can go at once is not worth a word.
    for (const row of await outbox.takeLate(now)) this.#tell(row, 'queued', lateError(row));
    const nextTime = (await outbox.nextTime(now)) ?? Infinity;
    const wait = Math.min(gateOpensIn, Math.max(0, nextTime - now));
    return wait === Infinity ? undefined : wait;
  }

  /** Starts what is due of a part, as far as there are lanes. @returns after how long the gate opens for what it holds. */
  async #startDue(part: Part, now: number): Promise<number> {
    let gateOpensIn = Infinity;
    let postponed: boolean;
    do {
      postponed = false;
      const free = lanes[part] - this.#underWay[part].size;
      for (const row of free > 0 ? await this.#options.outbox.due(part, now, free) : []) {
        const held = this.#gate.opensIn(row.severity, this.#options.clock.monotonic());
        if (held > 0) gateOpensIn = Math.min(gateOpensIn, held);
        else if (await this.#postponed(row, now)) postponed = true;
        else await this.#launch(part, row);
      }
      // Once more: behind those of one person there may be others. Ends, since a person is postponed once a round.
    } while (postponed);
    return gateOpensIn;
  }

  /** Puts a person's messages off while too many went there. The most severe is due first, and so decides for all. */
  async #postponed({ recipient, severity }: Outgoing, now: number): Promise<boolean> {
    const { outbox } = this.#options;
    const wait = pairRateWait(await outbox.sentTo(recipient, now), severity, now);
    if (wait > 0) await outbox.postpone(recipient, severity, now + wait, now);
    return wait > 0;
  }

  async #launch(part: Part, row: Outgoing): Promise<void> {
    const { outbox, clock } = this.#options;
    this.#gate.enter(clock.monotonic());
    const claimed = await outbox.claim(row, clock.now());
    const attempt = this.#attempt(claimed, row.state).finally(() => {
      this.#underWay[part].delete(attempt);
      this.wake();
    });
    this.#underWay[part].add(attempt);
  }

  /** Sends a claimed row and writes down what came of it, however long the database takes for that. Never throws. */
  async #attempt(row: Outgoing, stateBefore: string): Promise<void> {
    const answer = await this.#courier.send(row).catch((error: unknown): Answer => {
      this.#databaseFailed(error);
      return { result: 'unreached', detail: 'the database failed' };
    });
    const step = nextStep({ ...row, state: stateBefore }, answer, this.#options.random);
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
        await outbox.accept(row.id, step.providerId, now, deadlineMs[row.severity] ?? 0);
        this.#gate.setupWorks();
        metrics.count('alerts_accepted_total', { channel: row.channel });
        // Acceptance is no delivery: what could be counted here is shown, and nothing is.
        metrics.count('alerts_delivered_ok_total', { channel: row.channel }, 0);
        if (row.maybe_duplicate === 1) metrics.count('alerts_maybe_duplicate_total', { channel: row.channel });
        if (row.part === 'text') {
          const seconds = Math.max(0, now - row.created_at) / 1000;
          metrics.observe('alert_send_latency_seconds', seconds, { channel: row.channel });
        }
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

  async #fail(row: Outgoing, error: SentinelError, now: number): Promise<void> {
    const replies = await this.#options.outbox.fail(row.id, errorJson(error), now);
    if (error.name !== 'ES_CHANNEL_UNAVAILABLE') this.#gate.setupWorks();
    this.#over(row, 'failed', error);
    const consequence = new SentinelError(error.name, 'The picture was not sent: its text failed.');
    for (const reply of replies) this.#over(reply, 'failed', consequence);
  }

  async #wait(row: Outgoing, step: Extract<NextStep, { delayMs: number }>, now: number): Promise<void> {
    const { outbox, clock, log } = this.#options;
    const { state, delayMs, error, action } = step;
    if (action === 'upload-again') await outbox.setMediaId(row.alert_id, null);
    if (action === 'pair-rate') await outbox.postpone(row.recipient, 3, now + delayMs, now);
    if (action === 'pause') this.#gate.beQuietUntil(clock.monotonic() + delayMs);
    await outbox.wait(row.id, { state, nextAt: now + delayMs, error: errorJson(error), now });
    if (action === 'setup') {
      if (this.#gate.setupFailed()) this.#tell(row, 'queued', error);
    } else if (row.attempts === 1) {
      log.warn(`A WhatsApp message waits and is tried again: ${error.message}`);
    }
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
