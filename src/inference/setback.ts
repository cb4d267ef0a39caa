import type { SentinelError } from '../contracts/errors.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import { backoffDelay } from '../network/backoff.ts';

/** Loading a model costs a second of a core, so what keeps failing is not tried anew for every frame. */
const pauses = { minMs: 1000, maxMs: 60_000, jitter: 0 };

/** Something that failed and is left in peace for a growing while. The first failure is logged, and the recovery. */
export class Setback {
  readonly #options: { clock: Clock; log: Log; recovered: string };
  #failures = 0;
  #last: { reason: SentinelError; until: number } | undefined;

  /** @param options `recovered` is what the log says when it works again. */
  constructor(options: { clock: Clock; log: Log; recovered: string }) {
    this.#options = options;
  }

  /** Why it must not be tried now; undefined when it may be. */
  get reason(): SentinelError | undefined {
    return this.#last !== undefined && this.#options.clock.monotonic() < this.#last.until
      ? this.#last.reason
      : undefined;
  }

  failed(reason: SentinelError): void {
    const { clock, log } = this.#options;
    if (this.#failures === 0) log.error(reason.toString());
    this.#last = { reason, until: clock.monotonic() + backoffDelay(this.#failures++, pauses, () => 0) };
  }

  works(): void {
    if (this.#failures > 0) this.#options.log.info(this.#options.recovered);
    this.#failures = 0;
    this.#last = undefined;
  }
}
