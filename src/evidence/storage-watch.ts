import type { SentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';

/** Told once, and again only when it was over for so long. */
const quietMs = 3_600_000;

/** Tells as an incident that evidence can no longer be kept, or that room can no longer be made for it. */
export class StorageWatch {
  readonly #about: { site: () => string; clock: Clock; newId: () => string };
  readonly #tell: (incident: Incident) => void;
  #fullSince: number | undefined;
  #toldAt = -Infinity;

  constructor(about: { site: () => string; clock: Clock; newId: () => string }, tell: (incident: Incident) => void) {
    this.#about = about;
    this.#tell = tell;
  }

  get state(): 'ok' | 'full' {
    return this.#fullSince === undefined ? 'ok' : 'full';
  }

  /** What was found just now. */
  note(full: boolean): void {
    const now = this.#about.clock.monotonic();
    const wasFull = this.#fullSince !== undefined;
    this.#fullSince = full ? (this.#fullSince ?? now) : undefined;
    if (!full || wasFull || now - this.#toldAt < quietMs) return;
    this.#toldAt = now;
    this.#tell(this.#incident());
  }

  #incident(): Incident {
    const { site, clock, newId } = this.#about;
    const at = clock.now();
    return {
      ...{ v: 1, kind: 'incident', id: newId(), phase: 'end', seq: 0, site: site(), area: 'site', source: 'storage' },
      ...{ capturedAt: at, startedAt: at, updatedAt: at, endedAt: at },
      ...{ severity: 2, label: 'Storage full', reason: 'storage_full', confidence: 1, sources: ['storage'] },
      signals: [{ kind: 'signal', label: 'storage_full', source: 'storage', score: 1, capturedAt: at, count: 1 }],
      explanation: [
        'There is no room for evidence, and what may be deleted is deleted: the rest is held, or of severity 3 and not reviewed.',
        'Incidents and alerts go on without pictures and sound. Free space on the disk of the data folder, or review what is kept.',
      ],
    };
  }
}

/** Whether a file could not be written because there is no room. */
export function isDiskFull(error: SentinelError): boolean {
  const code = error.cause instanceof Error && 'code' in error.cause ? error.cause.code : undefined;
  return error.name === 'ES_EVIDENCE_WRITE' && (code === 'ENOSPC' || code === 'EDQUOT');
}
