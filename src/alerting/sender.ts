import { SentinelError, asSentinelError, type ErrorName } from '../contracts/errors.ts';
import type { DeliveryStatus } from '../contracts/messages.ts';
import type { Clock, Log, Metrics, Random } from '../contracts/ports.ts';
import { AccountGate } from './account-gate.ts';
import type { Answer } from './channels/whatsapp/answer.ts';
import type { WhatsAppClient } from './channels/whatsapp/client.ts';
import { deadlineMs, lateMs, nextStep, type NextStep } from './next-step.ts';
import type { Outbox, Outgoing, Part } from './outbox.ts';
import { pairRateWait } from './pair-rate.ts';
import { imageType } from './picture-type.ts';

/** Requests under way at once, per part: a slow upload never holds back a text. */
const lanes: Readonly<Record<Part, number>> = { text: 4, image: 2 };
/** How long `stop` lets requests finish before it ends them. */
const stopGraceMs = 5_000;
const databaseRetryMs = 5_000;
/** A step of the clock that is worth following. */
const clockStepMs = 1_000;

export interface SenderOptions {
  outbox: Outbox;
  client: WhatsAppClient;
  /** Ends the client's requests. */
  abort: AbortController;
  clock: Clock;
  random: Random;
  log: Log;
  metrics: Metrics;
}

/** Told whenever the state of a row changes for those outside; with an error when somebody should act. */
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
  readonly #uploads = new Map<string, Promise<Answer>>();
  /** Rows that were reported as late. */
  readonly #late = new Set<string>();
  #clockOffset: number;
  #cancelTimer: () => void = () => undefined;
  #rounds: Promise<void> = Promise.resolve();
  #busy = false;
  #again = false;
  #stopped = false;
  #databaseDown = false;

  constructor(options: SenderOptions, tell: RowListener) {
    this.#options = options;
    this.#tell = tell;
    this.#clockOffset = options.clock.now() - options.clock.monotonic();
  }

  /** Picks up what an earlier process left. @throws SentinelError ES_DATABASE */
  async start(): Promise<void> {
    const { outbox, clock, log } = this.#options;
    const left = await outbox.recover(clock.now(), deadlineMs);
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
    const { outbox, clock } = this.#options;
    await this.#followClock();
    // One moment for the whole round: what falls due while it runs is then found by nextTime.
    const now = clock.now();
    for (const row of await outbox.expire(now)) this.#over(row, 'expired', expiryError(row));
    let gateOpensIn = Infinity;
    for (const part of ['text', 'image'] as const) {
      const free = lanes[part] - this.#underWay[part].size;
      for (const row of free > 0 ? await outbox.due(part, now, free) : []) {
        const held = this.#gate.opensIn(row.severity, now);
        if (held > 0) gateOpensIn = Math.min(gateOpensIn, held);
        else await this.#launch(part, row);
      }
    }
    const nextTime = await outbox.nextTime(now);
    const wait = Math.min(gateOpensIn, nextTime === undefined ? Infinity : Math.max(0, nextTime - clock.now()));
    return wait === Infinity ? undefined : wait;
  }

  async #launch(part: Part, row: Outgoing): Promise<void> {
    const { outbox, clock } = this.#options;
    const now = clock.now();
    const wait = pairRateWait(await outbox.sentTo(row.recipient, now), row.severity, now);
    if (wait > 0) {
      await outbox.postpone(row.id, now + wait);
      return;
    }
    this.#gate.enter(now);
    const claimed = await outbox.claim(row, now);
    const attempt = this.#attempt(claimed, row.state).finally(() => {
      this.#underWay[part].delete(attempt);
      this.wake();
    });
    this.#underWay[part].add(attempt);
  }

  /** Sends a claimed row and writes down what came of it, however long the database takes for that. Never throws. */
  async #attempt(row: Outgoing, stateBefore: string): Promise<void> {
    const answer = await this.#send(row).catch((error: unknown): Answer => {
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

  async #send(row: Outgoing): Promise<Answer> {
    const { outbox, client } = this.#options;
    if (row.part === 'text') return await client.sendText({ to: row.recipient, tag: row.id, body: row.body });
    const upload: Answer = row.media_id === null ? await this.#upload(row) : { result: 'ok', id: row.media_id };
    if (upload.result !== 'ok') return upload;
    const replyTo = row.depends_on === null ? undefined : await outbox.providerId(row.depends_on);
    return await client.sendImage({ to: row.recipient, tag: row.id, mediaId: upload.id, caption: row.body, replyTo });
  }

  /** One upload for all recipients of an alert, even at the same moment. */
  async #upload(row: Outgoing): Promise<Answer> {
    const present = this.#uploads.get(row.alert_id);
    if (present !== undefined) return await present;
    const upload = this.#uploadNow(row);
    this.#uploads.set(row.alert_id, upload);
    try {
      return await upload;
    } finally {
      this.#uploads.delete(row.alert_id);
    }
  }

  async #uploadNow(row: Outgoing): Promise<Answer> {
    const { outbox, client } = this.#options;
    const picture = await outbox.picture(row.id);
    if (picture === undefined) return { result: 'unreached', detail: 'the picture is missing in the outbox' };
    const answer = await client.uploadImage(picture, imageType(picture) ?? 'image/jpeg');
    if (answer.result === 'ok') await outbox.setMediaId(row.alert_id, answer.id);
    return answer;
  }

  async #record(row: Outgoing, step: NextStep): Promise<void> {
    const { outbox, clock, metrics } = this.#options;
    const now = clock.now();
    if (step.state === 'accepted') this.#late.delete(row.id);
    switch (step.state) {
      case 'accepted':
        await outbox.accept(row.id, step.providerId, now, deadlineMs[row.severity] ?? 0);
        this.#gate.setupWorks();
        metrics.count('alerts_accepted_total', { channel: row.channel });
        if (row.part === 'text') {
          const seconds = Math.max(0, now - row.created_at) / 1000;
          metrics.observe('alert_send_latency_seconds', seconds, { channel: row.channel });
        }
        this.#tell({ ...row, provider_id: step.providerId }, 'accepted');
        return;
      case 'failed':
        for (const reply of await outbox.fail(row.id, errorJson(step.error), now)) {
          this.#over(reply, 'failed', new SentinelError(step.error.name, 'The picture was not sent: its text failed.'));
        }
        if (step.error.name !== 'ES_CHANNEL_UNAVAILABLE') this.#gate.setupWorks();
        this.#over(row, 'failed', step.error);
        return;
      case 'queued':
      case 'unknown':
        await this.#wait(row, step, now);
    }
  }

  async #wait(row: Outgoing, step: Extract<NextStep, { delayMs: number }>, now: number): Promise<void> {
    const { outbox, log } = this.#options;
    const { state, delayMs, error, action } = step;
    if (action === 'upload-again') await outbox.setMediaId(row.alert_id, null);
    if (action === 'pair-rate') await outbox.postponeRecipient(row.recipient, now + delayMs, now);
    if (action === 'pause') this.#gate.beQuietUntil(now + delayMs);
    await outbox.wait(row.id, { state, nextAt: now + delayMs, error: errorJson(error), now });
    if (action === 'setup') {
      if (this.#gate.setupFailed()) this.#tell(row, 'queued', error);
    } else if (row.attempts === 1) {
      log.warn(`A WhatsApp message waits and is tried again: ${error.message}`);
    }
    this.#tellIfLate(row, error, now);
  }

  /** Once per message, so that a flow can try another way while this one goes on. */
  #tellIfLate(row: Outgoing, error: SentinelError, now: number): void {
    if (row.part !== 'text' || this.#late.has(row.id) || now - row.created_at < (lateMs[row.severity] ?? 0)) return;
    this.#late.add(row.id);
    this.#tell(row, 'queued', error);
  }

  #over(row: Outgoing, status: 'failed' | 'expired', error: SentinelError): void {
    this.#late.delete(row.id);
    this.#options.metrics.count('alerts_failed_total', { channel: row.channel });
    this.#tell(row, status, error);
  }

  #wakeIn(ms: number | undefined): void {
    if (ms === undefined || this.#stopped) return;
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.wake();
    });
  }

  /** A clock that was wrong at boot and is then set must not expire what waits, nor hold it for hours. */
  async #followClock(): Promise<void> {
    const { outbox, clock } = this.#options;
    const offset = clock.now() - clock.monotonic();
    const step = offset - this.#clockOffset;
    if (Math.abs(step) < clockStepMs) return;
    await outbox.shift(step);
    this.#clockOffset = offset;
  }

  #databaseFailed(error: unknown): void {
    if (!this.#databaseDown) this.#options.log.error(`The outbox: ${asSentinelError(error, 'ES_DATABASE').toString()}`);
    this.#databaseDown = true;
  }
}

function errorJson({ name, message, hint }: SentinelError): string {
  return JSON.stringify({ name, message, hint });
}

function expiryError(row: Outgoing): SentinelError {
  const seconds = Math.round((row.deadline - row.created_at) / 1000);
  const over = `The message could not be sent within ${seconds} s.`;
  if (row.error_json === null) return new SentinelError('ES_CHANNEL_UNAVAILABLE', over);
  const last = JSON.parse(row.error_json) as { name: ErrorName; message: string; hint?: string };
  return new SentinelError(last.name, `${over} ${last.message}`, last.hint === undefined ? {} : { hint: last.hint });
}
