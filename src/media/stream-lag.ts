/** Clocks of cameras run slow or fast by less than this: so much lateness is forgiven over time. */
const drift = 0.001;
/** A time line that leaps so far, or back, was set anew. */
const leapMs = 10_000;
/** A camera that pauses makes one long step; a machine that is too slow makes many: none counts for more than this. */
const longestStepMs = 1000;

/**
 * How far the pictures of a stream lie behind what its camera sent. A picture that comes when as much time has passed as
 * on the time line of the stream is in time; every millisecond more is lateness, and what comes earlier makes it up again.
 */
export class StreamLag {
  #last: { at: number; now: number } | undefined;
  #ms = 0;

  /** Milliseconds behind the picture that came with the least delay. */
  get ms(): number {
    return this.#ms;
  }

  /**
   * @param at time of a picture on the time line of the stream, ms
   * @param now when it came, ms of the monotonic clock
   */
  push(at: number, now: number): void {
    const last = this.#last;
    this.#last = { at, now };
    if (last === undefined) return;
    const [streamed, passed] = [at - last.at, now - last.now];
    if (streamed < 0 || streamed - passed > leapMs) return;
    this.#ms = Math.max(0, this.#ms + Math.min(passed - streamed, longestStepMs) - drift * passed);
  }

  /** What was taken for lateness is none. */
  forgive(): void {
    this.#ms = 0;
  }
}
