import type { EvidenceFindings } from '../contracts/site-care.ts';
import type { Clock } from '../contracts/ports.ts';
import { verifyInThread } from '../evidence/trust/trust-work.ts';
import { readVerification, writeVerification, type KeptVerification } from '../evidence/trust/verification-file.ts';

/** Tells how far it is, 0 to 1. */
type Verify = (folder: string, tell: (share: number) => void) => Promise<EvidenceFindings>;

/** Checks all evidence of a data folder in a thread of its own, once at a time, and keeps what came of it in the folder. */
export class EvidenceCheck {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #verify: Verify;
  #own: KeptVerification = { state: 'never' };

  /** @param verify for tests. */
  constructor(folder: string, clock: Clock, verify: Verify = verifyInThread) {
    this.#folder = folder;
    this.#clock = clock;
    this.#verify = verify;
  }

  get isUnderWay(): boolean {
    return this.#own.state === 'under-way';
  }

  /** The one under way, else the last one, also of a run before and of the command line. */
  async last(): Promise<KeptVerification> {
    const kept = this.isUnderWay ? undefined : await readVerification(this.#folder);
    const own = this.#own;
    if (own.state === 'under-way' || kept === undefined) return own;
    // One that could not be written is newer than the one in the folder.
    return (kept.endedAt ?? 0) >= (own.endedAt ?? 0) ? kept : own;
  }

  /** @returns false when one is under way. */
  begin(by: string): boolean {
    if (this.isUnderWay) return false;
    const begun = { by, startedAt: this.#clock.now() };
    this.#own = { ...begun, state: 'under-way', progress: 0 };
    void this.#outcome().then(async (outcome) => {
      const ended = { ...begun, ...outcome, endedAt: this.#clock.now() };
      await writeVerification(this.#folder, ended).catch(() => undefined);
      this.#own = ended;
    });
    return true;
  }

  async #outcome(): Promise<Pick<KeptVerification, 'state' | 'findings' | 'error'>> {
    const tell = (progress: number): void => {
      this.#own = { ...this.#own, progress };
    };
    try {
      return { state: 'done', findings: await this.#verify(this.#folder, tell) };
    } catch (error) {
      return { state: 'failed', error: error instanceof Error ? error.name : 'Error' };
    }
  }
}
