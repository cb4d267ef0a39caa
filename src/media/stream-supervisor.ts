import { asSentinelError, SentinelError, type ErrorName } from '../contracts/errors.ts';
import type { StreamStatusName } from '../contracts/messages.ts';
import type { Clock, Random } from '../contracts/ports.ts';
import { backoffDelay } from '../network/backoff.ts';
import { statusOf } from './failures.ts';

/** A run that was ended to begin a better one at once. */
export interface Renewal {
  /** Its pictures came too late, or changed their size. */
  why: 'late' | 'size';
  /** A sentence for people. */
  detail: string;
}

/** One run of a stream, from its start to its end. */
export interface StreamRun {
  /** Why it ended, undefined when the source came to its end in order; never rejects. */
  ended: Promise<SentinelError | Renewal | undefined>;
  /** Ends it; settles when nothing of it is left. */
  stop(): Promise<unknown>;
}

/** What the states of a stream are called for people. */
export interface StreamWords {
  probing: string;
  connecting: string;
  connected: string;
  /** Of a source that has an end. */
  finished?: string;
  /** Nothing came for so many milliseconds. */
  stalled(limitMs: number): SentinelError;
  /** Of a stream whose pictures come, but late. */
  late?(seconds: number): string;
  /** Name of a failure that has none. */
  unknown: ErrorName;
}

/** What the supervisor keeps alive. */
export interface SupervisedStream<Plan> {
  words: StreamWords;
  /** Finds out what the source offers. @throws when it offers nothing usable */
  probe(signal: AbortSignal): Promise<Plan>;
  /** Starts a run; `onFrame` is to be called with every frame, or with every piece of sound where that is all. */
  launch(plan: Plan, onFrame: () => void): StreamRun;
  /** What is known of a source that sends, in a sentence; in place of `words.connected`. */
  describe?(plan: Plan): string;
  /** Whether a source that came to its end is played again. */
  repeats?: boolean;
}

/** The state of a stream as it is shown to people. */
export interface StreamState {
  status: StreamStatusName;
  /** A sentence for people. */
  detail: string;
  /** Failed tries since the last frame. */
  attempt: number;
  /** Once per kind of failure, not once per try. */
  error?: SentinelError;
  /** Why a stream that was connected is connected anew. */
  renewal?: Renewal['why'];
  /** Seconds by which the pictures of a connected stream are late, where that is worth a word. */
  lateSeconds?: number;
}

/** A stream without a frame for this long is dead, whatever its process says. */
export const stallMs = 5000;
/** Connecting, probing and waiting for a key frame may take this long. */
export const firstFrameMs = 12_000;

/** Between two plays of a source that repeats: an empty one must not spin. */
const repeatMs = 500;
const waits = { minMs: 500, maxMs: 30_000, jitter: 0.5 };
/** Cameras lock accounts after a few wrong passwords: at least half a minute between two tries. */
const waitsAfterRefusal = { minMs: 60_000, maxMs: 60_000, jitter: 0.5 };

/**
 * Keeps one stream alive: probe, run, watch its frames, and after any end wait and try again. The frames decide:
 * only one that arrives resets the wait, and a run without them is stopped.
 */
export class StreamSupervisor<Plan> {
  readonly #stream: SupervisedStream<Plan>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #listener: (state: StreamState) => void;
  #attempt = 0;
  #reported: ErrorName | undefined;
  #status: StreamStatusName = 'idle';
  #describe = (): string => this.#stream.words.connected;
  #stopping = new AbortController();
  #work: Promise<void> | undefined;

  constructor(
    stream: SupervisedStream<Plan>,
    ports: { clock: Clock; random: Random },
    listener: (state: StreamState) => void,
  ) {
    this.#stream = stream;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#listener = listener;
  }

  /** Does nothing when it runs already. */
  start(): void {
    if (this.#work !== undefined) return;
    this.#stopping = new AbortController();
    this.#work = this.#keepAlive(this.#stopping.signal);
  }

  /** Settles when nothing of the stream is left. */
  async stop(): Promise<void> {
    const work = this.#work;
    if (work === undefined) return;
    this.#stopping.abort();
    await work;
    if (this.#work !== work) return;
    this.#work = undefined;
    this.#attempt = 0;
    this.#reported = undefined;
    this.#tell('stopped', 'Stopped.');
  }

  /** Says that the pictures of a connected stream are so many seconds late; undefined: in time again. */
  late(lateSeconds: number | undefined): void {
    if (this.#status !== 'connected') return;
    const detail = (lateSeconds === undefined ? undefined : this.#stream.words.late?.(lateSeconds)) ?? this.#describe();
    this.#tell('connected', detail, lateSeconds === undefined ? {} : { lateSeconds });
  }

  async #keepAlive(signal: AbortSignal): Promise<void> {
    let goOn = true;
    let renewal: Renewal | undefined;
    while (goOn) {
      const end = await this.#runOnce(signal, renewal);
      if (signal.aborted) return;
      renewal = isRenewal(end) ? end : undefined;
      if (isRenewal(end)) continue;
      if (end !== undefined) goOn = await this.#backOff(end, signal);
      else if (this.#stream.repeats === true) goOn = await this.#pause(repeatMs, signal);
      else {
        this.#work = undefined;
        this.#tell('stopped', this.#stream.words.finished ?? 'Stopped.');
        return;
      }
    }
  }

  async #runOnce(signal: AbortSignal, renewal?: Renewal): Promise<SentinelError | Renewal | undefined> {
    try {
      if (renewal === undefined) this.#tell('probing', this.#stream.words.probing);
      else this.#tell('probing', renewal.detail, { renewal: renewal.why });
      const plan = await this.#stream.probe(signal);
      if (signal.aborted) return new SentinelError(this.#stream.words.unknown, 'The stream was stopped.');
      this.#tell('connecting', this.#stream.words.connecting);
      return await this.#watch(plan, signal);
    } catch (error) {
      return asSentinelError(error, this.#stream.words.unknown);
    }
  }

  /** One run under the watchdog, until it has ended and its process is gone. */
  async #watch(plan: Plan, signal: AbortSignal): Promise<SentinelError | Renewal | undefined> {
    let lastFrame: number | undefined;
    let stall: SentinelError | undefined;
    let cancel: () => void;
    const run = this.#stream.launch(plan, () => {
      const first = lastFrame === undefined;
      lastFrame = this.#clock.monotonic();
      if (!first || stall !== undefined || signal.aborted) return;
      cancel();
      cancel = this.#clock.after(stallMs, check);
      this.#connected(plan);
    });
    const stop = (): void => void run.stop();
    const check = (): void => {
      const left = lastFrame === undefined ? 0 : lastFrame + stallMs - this.#clock.monotonic();
      if (left > 0) {
        cancel = this.#clock.after(left, check);
        return;
      }
      stall = this.#stream.words.stalled(lastFrame === undefined ? firstFrameMs : stallMs);
      this.#tell('stalled', stall.message, { error: stall });
      stop();
    };
    cancel = this.#clock.after(firstFrameMs, check);
    signal.addEventListener('abort', stop);
    const end = await run.ended;
    signal.removeEventListener('abort', stop);
    cancel();
    return stall ?? end;
  }

  #connected(plan: Plan): void {
    this.#attempt = 0;
    this.#reported = undefined;
    this.#describe = () => this.#stream.describe?.(plan) ?? this.#stream.words.connected;
    this.#tell('connected', this.#describe());
  }

  /** @returns false when the wait was cut short by a stop */
  #backOff(failure: SentinelError, signal: AbortSignal): Promise<boolean> {
    const limits = failure.name === 'ES_CAMERA_UNAUTHORISED' ? waitsAfterRefusal : waits;
    const waitMs = backoffDelay(this.#attempt, limits, this.#random);
    this.#attempt += 1;
    const seconds = Math.max(1, Math.round(waitMs / 1000));
    this.#tell(statusOf(failure), `${failure.message} Next try in ${seconds} s.`, { error: failure });
    return this.#pause(waitMs, signal);
  }

  #pause(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve(!signal.aborted);
      };
      const cancel = this.#clock.after(ms, done);
      signal.addEventListener('abort', done);
    });
  }

  #tell(
    status: StreamStatusName,
    detail: string,
    { error, ...more }: Pick<StreamState, 'error' | 'renewal' | 'lateSeconds'> = {},
  ): void {
    this.#status = status;
    const news = error !== undefined && error.name !== this.#reported;
    if (news) this.#reported = error.name;
    this.#listener({ status, detail, attempt: this.#attempt, ...more, ...(news ? { error } : {}) });
  }
}

function isRenewal(end: SentinelError | Renewal | undefined): end is Renewal {
  return end !== undefined && 'why' in end;
}
