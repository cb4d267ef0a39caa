import { newSecret, sameText } from './secrets.ts';

const validMs = 3_600_000;

/** The link with which the first admin is made: in memory only, so a restart gives a new one. */
export class FirstLink {
  #secret: string | undefined;
  #until = 0;

  /** A new one; the one before ends. @param now monotonic ms */
  make(now: number): string {
    this.#secret = newSecret();
    this.#until = now + validMs;
    return this.#secret;
  }

  fits(link: string, now: number): boolean {
    return this.#secret !== undefined && now < this.#until && sameText(link, this.#secret);
  }

  end(): void {
    this.#secret = undefined;
  }
}
