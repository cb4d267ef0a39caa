import type { Clock } from '../contracts/ports.ts';
import { StreamLag } from './stream-lag.ts';

/** Pictures that are later than the first are told of until they are earlier than the second. */
const [lateMs, inTimeMs] = [2000, 1000];
/** Later than this, a new connection is the way back to the present. */
const hopelessMs = 8000;
/** Told again when it has changed by this. */
const newsMs = 2000;
/** Network and decoder make every stream unsteady by less. */
const unsteadyMs = 250;
/** Whether the machine is behind is asked no more often. */
const askMs = 3000;
/** A camera whose time line is found to be wrong so often is not measured any more. */
const mostDoubts = 3;

interface LatePorts {
  clock: Clock;
  /** Whether data waits to be read, so that it is this machine that is late and not the camera; undefined: unknown. */
  isBehind(): Promise<boolean | undefined>;
  /** Pictures are so many seconds late; undefined: in time again. */
  tell(seconds: number | undefined): void;
  /** So late that a new connection is wanted; told with every picture. */
  hopeless(seconds: number): void;
}

/** Watches one connection for a machine that cannot keep up: what it has not read yet grows old in buffers. */
export class LatePictures {
  readonly #ports: LatePorts;
  readonly #lag = new StreamLag();
  #told: number | undefined;
  #asked: { at: number; known: boolean } | undefined;
  #doubts = 0;

  constructor(ports: LatePorts) {
    this.#ports = ports;
  }

  /** Milliseconds by which pictures are late now. */
  get ms(): number {
    return Math.round(this.#lag.ms);
  }

  /** What of it is to be taken off capture times, so that the usual unsteadiness moves none. */
  get correctionMs(): number {
    return Math.max(0, this.ms - unsteadyMs);
  }

  /** @param at see `StreamLag.push` */
  push(at: number): void {
    if (this.#doubts === mostDoubts) return;
    const now = this.#ports.clock.monotonic();
    this.#lag.push(at, now);
    const { ms } = this.#lag;
    if (ms < inTimeMs) {
      this.#asked = undefined;
      if (this.#told !== undefined) this.#tell(undefined);
      return;
    }
    if (ms < lateMs) return;
    if (this.#asked?.known !== true || now - this.#asked.at >= askMs) void this.#ask(now);
    if (this.#asked?.known !== true) return;
    if (Math.abs(ms - (this.#told ?? 0)) >= newsMs) this.#tell(ms);
    if (ms > hopelessMs) this.#ports.hopeless(Math.round(ms / 1000));
  }

  /** One question at a time; what is known holds until the next answer. */
  async #ask(now: number): Promise<void> {
    if (this.#asked !== undefined && now - this.#asked.at < askMs) return;
    const asked = { at: now, known: this.#asked?.known ?? false };
    this.#asked = asked;
    const isBehind = await this.#ports.isBehind();
    if (this.#asked !== asked) return;
    if (isBehind !== false) {
      asked.known = true;
      return;
    }
    // A camera that pauses or counts its time wrongly: nothing of it waits here.
    this.#doubts += 1;
    this.#lag.forgive();
    this.#asked = undefined;
    if (this.#told !== undefined) this.#tell(undefined);
  }

  #tell(ms: number | undefined): void {
    this.#told = ms;
    this.#ports.tell(ms === undefined ? undefined : Math.round(ms / 1000));
  }
}
