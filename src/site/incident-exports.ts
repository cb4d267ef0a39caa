import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../contracts/ports.ts';
import { exportInThread } from '../evidence/trust/trust-work.ts';

/** A bundle that was made for somebody. */
export interface MadeBundle {
  /** Absolute path. */
  file: string;
  bytes: number;
  /** Whoever got it calls this: nothing of it stays. */
  remove: () => void;
}

/** Bundles of single incidents, made in the data folder, handed out and removed. */
export class IncidentExports {
  readonly #folder: string;
  readonly #clock: Clock;
  #swept = false;
  #bytes = 0;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Bytes of all bundles that were made and not yet removed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What a run left that ended in the middle of it; never what is being made now. */
  sweep(): void {
    if (this.#swept) return;
    this.#swept = true;
    rmSync(this.#place, { recursive: true, force: true });
  }

  /** @throws SentinelError ES_BAD_INPUT when there is no such incident, ES_DISK_FULL, ES_DATABASE, ES_EVIDENCE_WRITE */
  async make(incidentId: string): Promise<MadeBundle> {
    mkdirSync(this.#place, { recursive: true, mode: 0o700 });
    const file = join(this.#place, `${randomUUID()}.zip`);
    let bytes = 0;
    const remove = (): void => {
      rmSync(file, { force: true });
      this.#bytes -= bytes;
      bytes = 0;
    };
    try {
      await exportInThread({ folder: this.#folder, file, ids: [incidentId], now: this.#clock.now() });
      bytes = (await stat(file)).size;
      this.#bytes += bytes;
      return { file, bytes, remove };
    } catch (error) {
      remove();
      throw error;
    }
  }

  get #place(): string {
    return join(this.#folder, 'exports');
  }
}
