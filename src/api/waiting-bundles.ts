import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../contracts/access.ts';
import type { MadeBundle } from '../site/incident-exports.ts';
import { Problem } from './problem.ts';

/** A browser follows the link at once. */
export const validSeconds = 60;
/** Each takes room on the disk. */
const mostWaiting = 8;
/** Of one caller; the oldest goes when there are more. */
const mostOfCaller = 2;

/** A bundle that was made, and who may fetch it. */
export interface WaitingBundle {
  bundle: MadeBundle;
  /** Id of the incident. */
  incident: string;
  caller: Caller;
}

interface Waiting extends WaitingBundle {
  end: NodeJS.Timeout;
}

/** Bundles that wait for whoever had them made: each is fetched once, by the same caller, within a minute, or is gone. */
export class WaitingBundles {
  readonly #newSecret: () => string;
  /** By secret, oldest first. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(newSecret: () => string) {
    this.#newSecret = newSecret;
  }

  /** Makes room for one more. @throws Problem 503 when too many wait. */
  makeRoom(caller: Caller): void {
    const own = [...this.#waiting].filter(([, waiting]) => isDeepStrictEqual(waiting.caller, caller));
    for (const [secret, { bundle }] of own.slice(0, Math.max(0, own.length + 1 - mostOfCaller))) {
      this.#forget(secret);
      bundle.remove();
    }
    if (this.#waiting.size < mostWaiting) return;
    throw new Problem(503, 'Other incidents are being exported.', { headers: { 'Retry-After': String(validSeconds) } });
  }

  /** @returns the secret that fetches it */
  keep(waiting: WaitingBundle): string {
    const secret = this.#newSecret();
    const end = setTimeout(() => {
      this.#forget(secret);
      waiting.bundle.remove();
    }, validSeconds * 1000);
    // A process that ends does not wait for it; what lies there then is swept at the next start.
    end.unref();
    this.#waiting.set(secret, { ...waiting, end });
    return secret;
  }

  /** Gives it away, this once; whoever takes it removes it. @returns undefined for anybody else's */
  take(secret: string, caller: Caller): WaitingBundle | undefined {
    const waiting = this.#waiting.get(secret);
    if (waiting === undefined || !isDeepStrictEqual(waiting.caller, caller)) return undefined;
    this.#forget(secret);
    return waiting;
  }

  #forget(secret: string): void {
    clearTimeout(this.#waiting.get(secret)?.end);
    this.#waiting.delete(secret);
  }
}
