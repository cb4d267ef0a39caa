import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SentinelError } from '../../contracts/errors.ts';
import {
  trainingLimits,
  type TrainingBegun,
  type TrainingPort,
  type TrainingRequest,
  type TrainingSession,
  type TrainingStatus,
} from '../../contracts/training.ts';
import { Interrupted } from './interrupted.ts';
import { recordingsAt } from './recordings/at-path.ts';
import { newestSessions } from './session-rows.ts';
import { openTraining, type OpeningTools } from './training-opening.ts';
import type { TrainingRun } from './training-run.ts';
import { Uploads, type UploadsOptions } from './recordings/uploads.ts';

/** What a training makes of its own. */
type OwnTools = 'announce' | 'interrupted' | 'sessions' | 'trustsHttp';

export interface TrainingOptions extends Omit<OpeningTools, OwnTools>, Pick<UploadsOptions, 'roomOf'> {
  /** For files of a training under way, and for zips that wait to be learnt from. */
  folder: string;
}

/** A training, from when it is asked for until it is over. */
interface Current {
  abort: AbortController;
  over: Promise<void>;
  /** Once its recordings are open. */
  run?: TrainingRun;
}

/** What is asked for with recordings that lie elsewhere. */
type Wishes = Omit<TrainingRequest, 'zip' | 'folder' | 'owned'>;

/** Trains heads, one at a time, in a thread of its own behind everything else; what is in use goes on meanwhile. */
export class Training implements TrainingPort {
  readonly #options: TrainingOptions;
  readonly #listeners = new Set<(session: TrainingSession) => void>();
  readonly #uploads: Uploads;
  readonly #interrupted: Interrupted;
  /** Who lets heads that come by HTTP be put to use. */
  readonly #trusting = new Set<object>();
  #current: Current | undefined;
  #last: TrainingSession | undefined;
  /** The database was asked for the last training: from then on it is known here. */
  #isLookedUp = false;
  #closed = false;

  constructor(options: TrainingOptions) {
    this.#options = options;
    const { folder, newId, roomOf } = options;
    const uploads = { folder: join(folder, 'uploads'), newId, ...(roomOf === undefined ? {} : { roomOf }) };
    this.#uploads = new Uploads(uploads);
    this.#interrupted = new Interrupted({ ...options, uploads: this.#uploads, sessions: this.#sessions });
  }

  /** Deletes what a process before this one left; never rejects. Only who holds the data folder may ask for it. */
  forgetLeftovers(): Promise<void> {
    return this.#interrupted.forgetFiles();
  }

  /** Tells of every step of a training. @returns ends it. */
  watch(listener: (session: TrainingSession) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Good heads that come by HTTP are put to use as well. @returns ends it. */
  trustHttp(): () => void {
    const one = {};
    this.#trusting.add(one);
    return () => {
      this.#trusting.delete(one);
    };
  }

  async begin(request: TrainingRequest): Promise<TrainingBegun> {
    if (!this.#isBusy) await this.#current?.over;
    if (this.#closed || this.#current !== undefined) {
      await discard(request);
      throw this.#closed ? ended() : busy();
    }
    const over = Promise.withResolvers<undefined>();
    const current: Current = { abort: new AbortController(), over: over.promise };
    this.#current = current;
    try {
      const run = await this.#open(request, current.abort.signal);
      current.run = run;
      void this.#finish(run, request).finally(() => {
        over.resolve(undefined);
      });
      const { id: sessionId, uploadId } = run.session;
      return { uploadId, sessionId };
    } catch (error) {
      await discard(request);
      this.#current = undefined;
      over.resolve(undefined);
      current.abort.signal.throwIfAborted();
      throw error;
    }
  }

  async status(): Promise<TrainingStatus> {
    const { heads, listening, usualModel } = this.#options;
    const session = this.#current?.run?.session ?? this.#last ?? (await this.#lastKept());
    const versions = await heads.list();
    const active = versions.find((version) => version.active)?.version;
    const model = listening();
    const misfit = await heads.misfit(model);
    return {
      ...{ state: session?.state ?? 'idle', progress: session?.progress ?? 0, versions, model: model ?? usualModel },
      ...(session === undefined ? {} : { session: structuredClone(session) }),
      ...(active === undefined ? {} : { active }),
      ...(misfit === undefined ? {} : { misfit }),
    };
  }

  async cancel(): Promise<boolean> {
    const current = this.#current;
    if (current === undefined) return false;
    current.abort.abort(
      new SentinelError('ES_TRAINING_CANCELLED', 'The training was cancelled; what was in use stays.'),
    );
    await current.over;
    return true;
  }

  async activate(version: number | undefined): Promise<TrainingStatus> {
    await this.#options.heads.activate(version);
    return await this.status();
  }

  async rollback(): Promise<TrainingStatus> {
    const passed = await this.#options.heads.rollback();
    if (passed.length > 0) {
      this.#options.log.warn(`Going back to a trained version, ${passed.join(', ')} could not be used any more.`);
    }
    return await this.status();
  }

  exportPath(version?: number): Promise<string> {
    return this.#options.heads.path(version);
  }

  async newUpload(bytes?: number): Promise<string> {
    // Before hundreds of megabytes are sent for nothing.
    if (this.#isBusy) throw busy();
    await this.forgetLeftovers();
    return await this.#uploads.newFile(bytes);
  }

  assertRoom(bytes?: number): Promise<void> {
    return this.#uploads.assertRoom(bytes);
  }

  /**
   * Begins with the bytes of a zip. @throws SentinelError as `begin`; ES_DISK_FULL
   */
  async beginWith(zip: Buffer, wishes: Wishes): Promise<TrainingBegun> {
    if (zip.length > trainingLimits.zipBytes) {
      const limit = trainingLimits.zipBytes / 1e6;
      throw new SentinelError('ES_ARCHIVE_INVALID', `The zip file cannot be used: ${limit} MB are allowed.`);
    }
    const file = await this.#uploads.write(zip);
    return await this.begin({ name: 'upload.zip', ...wishes, zip: file, owned: true });
  }

  /**
   * Begins with what lies at a path: a folder or a zip file. @throws SentinelError as `begin`
   */
  async beginAt(path: string, wishes: Wishes): Promise<TrainingBegun> {
    return await this.begin({ name: basename(path), ...wishes, ...(await recordingsAt(path)) });
  }

  /** Ends what is under way and waits for it; nothing begins any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#current?.abort.abort(ended());
    await this.#current?.over;
  }

  /** One that says it is over only puts its files away. */
  get #isBusy(): boolean {
    return this.#current !== undefined && this.#current.run?.session.endedAt === undefined;
  }

  get #sessions(): string {
    return join(this.#options.folder, 'sessions');
  }

  #open(request: TrainingRequest, signal: AbortSignal): Promise<TrainingRun> {
    return openTraining(request, signal, {
      ...this.#options,
      interrupted: this.#interrupted,
      sessions: this.#sessions,
      trustsHttp: () => this.#trusting.size > 0,
      announce: (news) => {
        this.#announce(news);
      },
    });
  }

  async #finish(run: TrainingRun, request: TrainingRequest): Promise<void> {
    await run.go();
    await discard(request);
    this.#last = run.session;
    this.#current = undefined;
    this.#announce(run.session);
  }

  #announce(session: TrainingSession): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(structuredClone(session));
      } catch (error) {
        this.#options.log.error(`What listens to the training failed: ${String(error)}`);
      }
    }
  }

  async #lastKept(): Promise<TrainingSession | undefined> {
    if (this.#isLookedUp) return undefined;
    try {
      await this.#interrupted.fail();
      const [newest] = await newestSessions((await this.#options.database()).query, 1);
      this.#isLookedUp = true;
      this.#last ??= newest;
      return newest;
    } catch {
      return undefined;
    }
  }
}

/** A zip that is ours goes when it is not needed any more. */
async function discard({ owned, zip }: TrainingRequest): Promise<void> {
  if (owned === true && zip !== undefined) await rm(zip, { force: true }).catch(() => undefined);
}

function busy(): SentinelError {
  return new SentinelError('ES_TRAINING_BUSY', 'Another training is under way.', {
    hint: 'Wait until it is done, or cancel it.',
  });
}

function ended(): SentinelError {
  return new SentinelError('ES_TRAINING_CANCELLED', 'Node-RED stopped or was deployed anew while it was under way.');
}
