/** Setup errors in a row after which only a probe a minute goes out. */
const setupErrorsAllowed = 5;
const probeEveryMs = 60_000;

/**
 * What the account as a whole allows: holds everything back but a probe a minute while the provider refuses our
 * settings, and everything below severity 3 while it has told us to be quiet. Its times are those of a monotonic clock.
 */
export class AccountGate {
  #setupErrors = 0;
  #probeAt = 0;
  #quietUntil = 0;

  /** Milliseconds until a message of this severity may try; 0 means now. */
  opensIn(severity: number, now: number): number {
    const quiet = severity >= 3 ? 0 : this.#quietUntil - now;
    const probe = this.#setupErrors < setupErrorsAllowed ? 0 : this.#probeAt - now;
    return Math.max(0, quiet, probe);
  }

  /** A message goes out now. */
  enter(now: number): void {
    this.#probeAt = now + probeEveryMs;
  }

  /** @returns true for the first error since the settings last worked: the one that is worth telling. */
  setupFailed(): boolean {
    this.#setupErrors += 1;
    return this.#setupErrors === 1;
  }

  /** The provider talked to us about a message: the settings are right. */
  setupWorks(): void {
    this.#setupErrors = 0;
  }

  beQuietUntil(time: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, time);
  }
}
