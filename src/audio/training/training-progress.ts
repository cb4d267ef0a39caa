import type { Clock } from '../../contracts/ports.ts';
import { trainingLimits, type RefusedFile, type TrainingSession } from '../../contracts/training.ts';
import type { Database } from '../../database/database.ts';
import { isRunning, updateSession } from './session-rows.ts';

export interface ProgressOptions {
  database: () => Promise<Database>;
  clock: Clock;
  /** Told of every step but the last. */
  announce: (session: TrainingSession) => void;
}

/** Progress is written to the database this often at most. */
const writeEveryMs = 2000;

/** How far a training is: told at once, written down now and then. */
export class TrainingProgress {
  readonly session: TrainingSession;
  readonly #options: ProgressOptions;
  /** Clips that are used, by class: names of classes come from outside. */
  readonly #classes = new Map<string, number>();
  #writtenAt: number;

  constructor(session: TrainingSession, options: ProgressOptions) {
    this.session = session;
    this.#options = options;
    this.#writtenAt = options.clock.monotonic();
  }

  tell(change: Partial<TrainingSession>): void {
    const { session } = this;
    const news = change.state !== undefined && change.state !== session.state;
    Object.assign(session, change);
    const now = this.#options.clock.monotonic();
    if (!isRunning(session)) return;
    if (news || now - this.#writtenAt >= writeEveryMs) {
      this.#writtenAt = now;
      // The end is written for certain; a step in between may be lost.
      void this.write().catch(() => undefined);
    }
    this.#options.announce(session);
  }

  /** A clip of the class is used. */
  use(label: string, progress: number): void {
    this.#classes.set(label, (this.#classes.get(label) ?? 0) + 1);
    this.tell({ progress, clips: this.session.clips + 1 });
  }

  refuse(refused: RefusedFile, progress: number): void {
    const { session } = this;
    if (session.refusals.length < trainingLimits.refusedTold) session.refusals.push(refused);
    this.tell({ progress, refused: session.refused + 1 });
  }

  /** @throws SentinelError ES_DATABASE */
  async write(): Promise<void> {
    const { database, clock } = this.#options;
    const { query } = await database();
    await updateSession(query, this.session, Object.fromEntries(this.#classes), clock.now());
  }
}
