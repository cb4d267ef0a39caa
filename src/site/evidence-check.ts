import type { EvidenceFindings, SiteVerification } from '../contracts/site-care.ts';
import type { Clock } from '../contracts/ports.ts';
import { verifyInThread } from '../evidence/trust/trust-work.ts';

type Checked = Omit<SiteVerification, 'site' | 'siteName'>;

/** Checks all evidence of a data folder in a thread of its own, once at a time, and remembers what came of it. */
export class EvidenceCheck {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #verify: (folder: string) => Promise<EvidenceFindings>;
  #now: Checked = { state: 'never' };

  /** @param verify for tests. */
  constructor(folder: string, clock: Clock, verify: (folder: string) => Promise<EvidenceFindings> = verifyInThread) {
    this.#folder = folder;
    this.#clock = clock;
    this.#verify = verify;
  }

  get now(): Checked {
    return this.#now;
  }

  /** @returns false when one is under way. */
  begin(by: string): boolean {
    if (this.#now.state === 'under-way') return false;
    const begun = { by, startedAt: this.#clock.now() };
    this.#now = { ...begun, state: 'under-way' };
    const end = (came: Pick<Checked, 'state' | 'findings' | 'error'>): void => {
      this.#now = { ...begun, ...came, endedAt: this.#clock.now() };
    };
    void this.#verify(this.#folder).then(
      (findings) => {
        end({ state: 'done', findings });
      },
      (error: unknown) => {
        end({ state: 'failed', error: error instanceof Error ? error.name : 'Error' });
      },
    );
    return true;
  }
}
