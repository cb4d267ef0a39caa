import type { SentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';

/** Not told again before so long has passed. */
const quietMs = 3_600_000;

/** Tells as an incident that evidence can no longer be kept, or that room can no longer be made for it. */
export class StorageWatch {
  readonly #about: { site: () => string; clock: Clock; newId: () => string };
  readonly #tell: (incident: Incident) => void;
  #full = false;
  #toldAt = -Infinity;
  /** What was told and goes on. */
  #open: Incident | undefined;

  constructor(about: { site: () => string; clock: Clock; newId: () => string }, tell: (incident: Incident) => void) {
    this.#about = about;
    this.#tell = tell;
  }

  get state(): 'ok' | 'full' {
    return this.#full ? 'full' : 'ok';
  }

  /** What was found just now. */
  note(full: boolean): void {
    const wasFull = this.#full;
    this.#full = full;
    if (full && !wasFull) this.#begin();
    if (!full) this.#end();
  }

  #begin(): void {
    const now = this.#about.clock.monotonic();
    if (now - this.#toldAt < quietMs) return;
    this.#toldAt = now;
    this.#open = this.#incident();
    this.#tell(this.#open);
  }

  #end(): void {
    if (this.#open === undefined) return;
    const at = Math.max(this.#about.clock.now(), this.#open.startedAt);
    const ended = { phase: 'end' as const, seq: 1, capturedAt: at, updatedAt: at, endedAt: at };
    const explanation = [...this.#open.explanation, 'There is room again.'];
    this.#tell({ ...this.#open, ...ended, explanation });
    this.#open = undefined;
  }

  #incident(): Incident {
    const { site, clock, newId } = this.#about;
    const at = clock.now();
    return {
      ...{ v: 1, kind: 'incident', id: newId(), phase: 'start', seq: 0, site: site(), area: 'site', source: 'storage' },
      ...{ capturedAt: at, startedAt: at, updatedAt: at },
      ...{ severity: 2, label: 'Storage full', reason: 'storage_full', confidence: 1, sources: ['storage'] },
      signals: [{ kind: 'signal', label: 'storage_full', source: 'storage', score: 1, capturedAt: at, count: 1 }],
      explanation: [
        'There is no room for evidence, and what may be deleted is deleted: the rest is held, or of severity 3 and not reviewed.',
        'Incidents and alerts go on without pictures and sound. Free space on the disk of the data folder, or review what is kept.',
      ],
    };
  }
}

const noRoom: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

/** Whether a file or a row could not be written because there is no room. */
export function isDiskFull({ name, cause }: SentinelError): boolean {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return (name === 'ES_EVIDENCE_WRITE' || name === 'ES_DATABASE') && noRoom.has(code);
}
