import { isRunning } from '../audio/training/session-rows.ts';
import type { Training } from '../audio/training/training.ts';
import { errorNames, SentinelError, type ErrorName } from '../contracts/errors.ts';
import type { TrainedHeads, TrainingReport } from '../contracts/messages.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import type { TrainingSession } from '../contracts/training.ts';

/** A message for every percent would flood a debug sidebar. */
const everyMs = 500;
const where = { area: 'home', source: 'audio-train' } as const;

interface Takers {
  progress: (report: TrainingReport) => void;
  /** It is done or was cancelled. */
  result: (report: TrainingReport) => void;
  /** It came to nothing. */
  failed: (error: SentinelError, report: TrainingReport) => void;
}

interface ReportingSite {
  readonly id: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells a node of the trainings of its site, whoever began them: a few words a second, and the result. */
export class TrainingReports {
  readonly #site: ReportingSite;
  readonly #training: Training;
  readonly #takers: Takers;
  readonly #leave: () => void;
  #toldAt = -Infinity;
  #state: string | undefined;

  constructor(site: ReportingSite, training: Training, takers: Takers) {
    this.#site = site;
    this.#training = training;
    this.#takers = takers;
    this.#leave = training.watch((session) => {
      this.#tell(session);
    });
  }

  /** The heads that are kept, as a message. */
  async heads(): Promise<TrainedHeads> {
    const { versions, active, session, model, misfit } = await this.#training.status();
    return {
      ...{ v: 1, kind: 'trained-heads', ...this.#where(), versions },
      ...(active === undefined ? {} : { active }),
      ...(model === undefined ? {} : { model }),
      ...(misfit === undefined ? {} : { misfit }),
      ...(session === undefined ? {} : { last: session }),
    };
  }

  /** How it goes with the training under way, or the last one. */
  async now(): Promise<TrainingReport | undefined> {
    const { session } = await this.#training.status();
    return session === undefined ? undefined : this.#report(session);
  }

  close(): void {
    this.#leave();
  }

  #tell(session: TrainingSession): void {
    const now = this.#site.clock.monotonic();
    const news = session.state !== this.#state;
    this.#state = session.state;
    if (isRunning(session)) {
      if (!news && now - this.#toldAt < everyMs) return;
      this.#toldAt = now;
      this.#takers.progress(this.#report(session));
    } else {
      this.#finish(session).catch((error: unknown) => {
        this.#site.log.error(`How a training ended could not be told: ${String(error)}`);
      });
    }
  }

  async #finish(session: TrainingSession): Promise<void> {
    const { versions, active, misfit } = await this.#training.status();
    const report = {
      ...{ ...this.#report(session), versions },
      ...(active === undefined ? {} : { active }),
      ...(misfit === undefined ? {} : { misfit }),
    };
    if (session.state === 'failed') this.#takers.failed(failureOf(session), report);
    else this.#takers.result(report);
  }

  #report({ id, ...session }: TrainingSession): TrainingReport {
    return { v: 1, kind: 'training', ...this.#where(), sessionId: id, ...session };
  }

  #where() {
    return { site: this.#site.id, ...where, capturedAt: this.#site.clock.now() };
  }
}

function failureOf({ error }: TrainingSession): SentinelError {
  const name =
    error !== undefined && Object.hasOwn(errorNames, error.name) ? (error.name as ErrorName) : 'ES_MODEL_FAILED';
  return new SentinelError(name, error?.message ?? 'The training failed.');
}
