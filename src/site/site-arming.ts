import { armed, mostExitSeconds, neverArmed, type Arming, type ArmingRequest } from '../contracts/arming.ts';
import { usualMode } from '../contracts/modes.ts';
import type { ArmedBy, ArmingState, AuditNote, Clock, Log } from '../contracts/ports.ts';
import type { ArmingKeeper } from './arming-rows.ts';
import { Subscribers } from './subscribers.ts';

/** Nobody waits longer for the disk: an order is followed, and signals are judged, without it. */
const patienceMs = 2000;
/** How often a disk that failed is tried again. */
const retryMs = 30_000;
/** Changes that wait to be written down; more only while somebody plays with the switch and the disk is away. */
const mostWaiting = 100;

interface ArmingTools {
  clock: Clock;
  log: Log;
  note?: ((entry: AuditNote) => void) | undefined;
}

/** The mode of one site: in memory at once, on disk as soon as it can be, and read again after a restart. */
export class SiteArming implements ArmingState {
  readonly #keeper: ArmingKeeper;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #note: ArmingTools['note'];
  readonly #listeners: Subscribers<Arming>;
  readonly #readers: Subscribers<Arming>;
  readonly #waiting: Arming[] = [];
  /** Time to leave when somebody arms as away and does not say how long. */
  exitDelaySeconds = 0;
  #now: Arming = neverArmed;
  #isRead = false;
  #reading: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #faulty = false;
  #cancelRetry: (() => void) | undefined;
  #cancelExit: (() => void) | undefined;
  #closed = false;

  /** @param tools `note` writes down who set a mode; who did so by a route is written down there. */
  constructor(keeper: ArmingKeeper, { clock, log, note }: ArmingTools) {
    this.#keeper = keeper;
    this.#note = note;
    this.#clock = clock;
    this.#log = log;
    this.#listeners = new Subscribers(log);
    this.#readers = new Subscribers(log);
  }

  get now(): Arming {
    return this.#now;
  }

  get kept(): boolean {
    return this.#waiting.length === 0;
  }

  ready(): Promise<void> {
    if (this.#isRead) return Promise.resolve();
    this.#reading ??= this.#patiently(this.#read());
    return this.#reading;
  }

  async set(request: ArmingRequest, { by, how }: ArmedBy): Promise<Arming> {
    // The counting mode of before a restart stays during the time to leave.
    if (!this.#isRead) await this.ready();
    const leaving = request.mode === usualMode ? { exitDelaySeconds: this.exitDelaySeconds, ...request } : request;
    const now: Arming = { ...armed(this.#now, leaving, this.#clock.now()), by, how };
    if (how !== 'api') this.#note?.({ by, how, action: 'arming', subject: now.mode, at: now.at });
    this.#isRead = true;
    this.#waiting.push(now);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
    this.#hold(now);
    await this.#patiently(this.#write());
    this.#readers.tell(this.#now);
    return now;
  }

  watch(listener: (arming: Arming) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** As `watch`, for who also shows whether it is `kept`: told when that is known, and when it changes. @returns ends it. */
  watchKept(listener: (arming: Arming) => void): () => void {
    return this.#readers.add(listener);
  }

  /** Writes down what waits, as far as the disk lets it, and ends all timers. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#cancelExit?.();
    if (this.#waiting.length > 0) await this.#patiently(this.#write());
  }

  #hold(arming: Arming): void {
    this.#now = arming;
    this.#cancelExit?.();
    this.#cancelExit = undefined;
    if (arming.counting !== arming.mode) {
      this.#cancelExit = this.#clock.after(arming.from - this.#clock.now(), () => {
        this.#hold({ ...arming, counting: arming.mode });
        this.#readers.tell(this.#now);
      });
    }
    this.#listeners.tell(arming);
  }

  async #read(): Promise<void> {
    try {
      const newest = await this.#keeper.newest();
      if (this.#isRead) return;
      this.#isRead = newest !== undefined;
      this.#works();
      if (newest === undefined) return;
      this.#hold(resumed(newest, this.#clock.now()));
      this.#readers.tell(this.#now);
    } catch (error) {
      this.#fails(`The arming mode cannot be read (${String(error)}): until it can, "${this.#now.mode}" holds.`);
    } finally {
      // The folder of a disk that is away looks as if nobody ever set a mode.
      if (!this.#isRead) this.#retry();
    }
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
        await this.#keeper.add(next);
        if (this.#waiting[0] === next) this.#waiting.shift();
      }
      this.#works();
    } catch (error) {
      this.#fails(`The arming mode holds, but cannot be written down (${String(error)}): a restart would lose it.`);
      this.#retry();
    }
  }

  #retry(): void {
    this.#cancelRetry?.();
    if (this.#closed) return;
    this.#cancelRetry = this.#clock.after(retryMs, () => {
      void (this.#waiting.length > 0 ? this.#write() : this.#isRead ? undefined : this.#read());
    });
  }

  /** Told once per change of state. */
  #fails(line: string): void {
    if (!this.#faulty) this.#log.error(line);
    this.#faulty = true;
  }

  #works(): void {
    if (!this.#faulty) return;
    this.#faulty = false;
    this.#log.info('The arming mode is read and written down again.');
    this.#readers.tell(this.#now);
  }

  #patiently(work: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#clock.after(patienceMs, () => {
      resolve(undefined);
    });
    return Promise.race([work.finally(cancel), promise]);
  }
}

/** As it stands after a restart: a time to leave that is over, or that the clock puts far away, waits no longer. */
function resumed(kept: Arming, now: number): Arming {
  const rest = kept.from - now;
  return rest > 0 && rest <= mostExitSeconds * 1000 ? kept : { ...kept, counting: kept.mode };
}
