import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../contracts/access.ts';
import type { MadeBundle } from '../site/incident-exports.ts';
import { Problem } from './problem.ts';

/** A browser follows the link at once. */
export const validSeconds = 60;
/** Each takes room on the disk until it was fetched, however slow its reader is. */
const mostKept = 8;
/** Of one caller; the oldest that waits goes when there are more. */
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
  /** Whose bundles are being fetched. */
  readonly #fetching: Caller[] = [];

  constructor(newSecret: () => string) {
    this.#newSecret = newSecret;
  }

  /** Makes room for one more. @throws Problem 429 while this caller fetches too many, 503 when there are too many of all. */
  makeRoom(caller: Caller): void {
    const headers = { 'Retry-After': String(validSeconds) };
    const fetching = this.#fetching.filter((one) => isDeepStrictEqual(one, caller)).length;
    if (fetching >= mostOfCaller) {
      throw new Problem(429, 'Two exports of yours are still being fetched.', { headers, code: 'ES_BUSY' });
    }
    const own = [...this.#waiting].filter(([, waiting]) => isDeepStrictEqual(waiting.caller, caller));
    for (const [secret, { bundle }] of own.slice(0, Math.max(0, own.length + fetching + 1 - mostOfCaller))) {
      this.#forget(secret);
      bundle.remove();
    }
    if (this.#waiting.size + this.#fetching.length < mostKept) return;
    throw new Problem(503, 'Other incidents are being exported.', { headers });
  }

  /** @returns the secret that fetches it */
  keep(waiting: WaitingBundle): string {
    const secret = this.#newSecret();
    const end = setTimeout(() => {
      this.#forget(secret);
      try {
        waiting.bundle.remove();
      } catch {
        // A disk that became read-only must not end the process: what lies there is swept at the next start.
      }
    }, validSeconds * 1000);
    // A process that ends does not wait for it; that is swept as well.
    end.unref();
    this.#waiting.set(secret, { ...waiting, end });
    return secret;
  }

  /** Gives it away, this once; whoever takes it removes it, and has its room until then. @returns undefined for anybody else's */
  take(secret: string, caller: Caller): WaitingBundle | undefined {
    const waiting = this.#waiting.get(secret);
    if (waiting === undefined || !isDeepStrictEqual(waiting.caller, caller)) return undefined;
    this.#forget(secret);
    const { bundle, incident, caller: owner } = waiting;
    this.#fetching.push(owner);
    const remove = (): void => {
      this.#fetching.splice(this.#fetching.indexOf(owner), 1);
      bundle.remove();
    };
    return { bundle: { ...bundle, remove }, incident, caller: owner };
  }

  #forget(secret: string): void {
    clearTimeout(this.#waiting.get(secret)?.end);
    this.#waiting.delete(secret);
  }
}
