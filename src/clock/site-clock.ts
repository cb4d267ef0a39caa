import { performance } from 'node:perf_hooks';
import type { Clock } from '../contracts/ports.ts';

/** A wall clock that steps further than this is believed again (NTP, a resumed laptop). */
const stepLimitMs = 2000;
const checkEveryMs = 1000;

/** Where a SiteClock reads the machine's two clocks; tests replace it. */
export interface ClockSource {
  wall(): number;
  monotonic(): number;
}

const machine: ClockSource = { wall: () => Date.now(), monotonic: () => performance.now() };

/**
 * Epoch time that never jumps in small steps: an epoch anchor plus the monotonic clock.
 * When the wall clock has moved more than 2 s away, the anchor is set anew and `onStep` is told.
 */
export class SiteClock implements Clock {
  readonly #source: ClockSource;
  readonly #onStep: (stepMs: number) => void;
  #anchor: number;
  #checkedAt: number;

  constructor(onStep: (stepMs: number) => void = () => undefined, source: ClockSource = machine) {
    this.#source = source;
    this.#onStep = onStep;
    this.#checkedAt = source.monotonic();
    this.#anchor = source.wall() - this.#checkedAt;
  }

  now(): number {
    const monotonic = this.#source.monotonic();
    if (monotonic - this.#checkedAt >= checkEveryMs) this.#check(monotonic);
    return Math.round(this.#anchor + monotonic);
  }

  monotonic(): number {
    return this.#source.monotonic();
  }

  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  }

  #check(monotonic: number): void {
    this.#checkedAt = monotonic;
    const step = this.#source.wall() - (this.#anchor + monotonic);
    if (Math.abs(step) <= stepLimitMs) return;
    this.#anchor += step;
    this.#onStep(Math.round(step));
  }
}
