import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';

/**
 * On which disk a data folder lies. When a disk is unplugged, an empty folder of another one shows in its place: what
 * was begun there would be hidden, with all that waits in it, as soon as the disk is back.
 */
export class HomeDisk {
  readonly #folder: string;
  /** Devices of the folder and of the one around it; undefined before the folder was ever used. */
  #devices: { own: number | undefined; outer: number | undefined } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder is in use now. */
  remember(): void {
    this.#devices = this.#look();
  }

  /** @throws SentinelError ES_DATABASE when the folder was on a disk that is away now. */
  assertPresent(): void {
    const [before, now] = [this.#devices, this.#look()];
    if (before === undefined) return;
    // A folder that was deleted leaves the one around it where it was: nobody waits for its return.
    const isHere = now.own === undefined ? now.outer === before.outer : now.own === before.own;
    if (isHere) return;
    throw new SentinelError('ES_DATABASE', `The disk of the data folder ${this.#folder} is away.`, {
      hint: 'Plug it in again, or restart Node-RED to begin anew without it.',
    });
  }

  #look(): { own: number | undefined; outer: number | undefined } {
    return { own: deviceOf(this.#folder), outer: deviceOf(dirname(this.#folder)) };
  }
}

function deviceOf(path: string): number | undefined {
  try {
    return statSync(path).dev;
  } catch {
    return undefined;
  }
}
