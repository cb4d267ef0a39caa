import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { asSentinelError, SentinelError } from '../../contracts/errors.ts';
import type { Clock, Log, SoundFileDecoder } from '../../contracts/ports.ts';
import {
  trainingLimits,
  type RefusedFile,
  type TrainingBegun,
  type TrainingPort,
  type TrainingRequest,
  type TrainingSession,
  type TrainingStatus,
} from '../../contracts/training.ts';
import type { Database } from '../../database/database.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import type { WorkerLane } from '../../inference/worker-lane.ts';
import type { WorkerPool } from '../../inference/worker-pool.ts';
import type { HeadStore } from './head-store.ts';
import type { Learnt } from './learning.ts';
import type { LessonOrder, LessonReply, OpenedRecordings } from './lesson.ts';
import {
  failInterrupted,
  insertSession,
  isRunning,
  newestSessions,
  updateSession,
  type Upload,
} from './session-rows.ts';

export interface TrainingOptions {
  database: () => Promise<Database>;
  heads: HeadStore;
  decoder: SoundFileDecoder;
  pool: WorkerPool;
  /** For files of a training under way, and for zips that wait to be learnt from. */
  folder: string;
  /** @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG */
  findModel: (id: string | undefined) => ModelFor<'sound'>;
  newId: () => string;
  clock: Clock;
  log: Log;
}

/** Clips in hand at once: while one is heard, others are decoded. */
const clipsAtOnce = 3;
/** Progress is written to the database this often at most. */
const writeEveryMs = 2000;
/** Shares of the progress: looking, hearing, learning. */
const shares = { opened: 0.02, embedded: 0.65, learnt: 0.98 } as const;

type Lane = WorkerLane<LessonOrder, LessonReply>;

/** A training under way. */
interface Run {
  session: TrainingSession;
  classes: Record<string, number>;
  request: TrainingRequest;
  lane: Lane;
  abort: AbortController;
  startedAt: number;
  writtenAt: number;
}

/** Trains heads, one at a time, in a thread of its own behind everything else; what is in use goes on meanwhile. */
export class Training implements TrainingPort {
  readonly #options: TrainingOptions;
  readonly #listeners = new Set<(session: TrainingSession) => void>();
  /** Of the files of a process before this one. */
  readonly #born: number;
  #run: Run | undefined;
  #beginning = false;
  #last: TrainingSession | undefined;
  #recovered: Promise<void> | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: TrainingOptions) {
    this.#options = options;
    this.#born = options.clock.now();
  }

  /** Tells of every step of a training. @returns ends it. */
  watch(listener: (session: TrainingSession) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async begin(request: TrainingRequest): Promise<TrainingBegun> {
    if (this.#beginning || this.#run !== undefined) {
      await this.#discard(request);
      throw new SentinelError('ES_TRAINING_BUSY', 'Another training is under way.', {
        hint: 'Wait until it is done, or cancel it.',
      });
    }
    this.#beginning = true;
    try {
      return await this.#begin(request);
    } catch (error) {
      await this.#discard(request);
      throw error;
    } finally {
      this.#beginning = false;
    }
  }

  async status(): Promise<TrainingStatus> {
    const session = this.#run?.session ?? this.#last ?? (await this.#lastKept());
    const versions = await this.#options.heads.list();
    const active = versions.find((version) => version.active)?.version;
    return {
      ...{ state: session?.state ?? 'idle', progress: session?.progress ?? 0, versions },
      ...(session === undefined ? {} : { session: structuredClone(session) }),
      ...(active === undefined ? {} : { active }),
    };
  }

  async cancel(): Promise<boolean> {
    const run = this.#run;
    if (run === undefined) return false;
    run.abort.abort(new SentinelError('ES_TRAINING_CANCELLED', 'The training was cancelled; what was in use stays.'));
    await this.#ended;
    return true;
  }

  async activate(version: number | undefined): Promise<TrainingStatus> {
    await this.#options.heads.activate(version);
    return await this.status();
  }

  async rollback(): Promise<TrainingStatus> {
    await this.#options.heads.rollback();
    return await this.status();
  }

  exportPath(version?: number): Promise<string> {
    return this.#options.heads.path(version);
  }

  /**
   * Where somebody may put a zip file to be learnt from: an absolute path that is free. One that is forgotten there goes with
   * the next start. @throws Error of the system
   */
  async newUpload(): Promise<string> {
    const uploads = join(this.#options.folder, 'uploads');
    await mkdir(uploads, { recursive: true, mode: 0o700 });
    return join(uploads, `${this.#options.newId()}.zip`);
  }

  /**
   * Begins with the bytes of a zip. @throws SentinelError as `begin`
   */
  async beginWith(zip: Buffer, request: Omit<TrainingRequest, 'zip' | 'folder' | 'owned'>): Promise<TrainingBegun> {
    if (zip.length > trainingLimits.zipBytes) {
      const limit = trainingLimits.zipBytes / 1e6;
      throw new SentinelError('ES_ARCHIVE_INVALID', `The zip file cannot be used: ${limit} MB are allowed.`);
    }
    const file = await this.newUpload();
    await writeFile(file, zip, { mode: 0o600 });
    return await this.begin({ name: 'upload.zip', ...request, zip: file, owned: true });
  }

  /**
   * Begins with what lies at a path: a folder, else a zip file. @throws SentinelError as `begin`
   */
  async beginAt(path: string, request: Omit<TrainingRequest, 'zip' | 'folder' | 'owned'>): Promise<TrainingBegun> {
    const found = isAbsolute(path) ? await stat(path).catch(() => undefined) : undefined;
    if (found === undefined) {
      throw new SentinelError('ES_TRAINING_DATA', 'There is no zip file or folder at the path to learn from.', {
        hint: 'Write it as an absolute path, as it is where Node-RED runs, in a container the one inside it.',
      });
    }
    return await this.begin({ ...request, ...(found.isDirectory() ? { folder: path } : { zip: path }) });
  }

  /** Ends what is under way and waits for it. */
  async close(): Promise<void> {
    this.#run?.abort.abort(
      new SentinelError('ES_TRAINING_CANCELLED', 'Node-RED stopped or was deployed anew while it was under way.'),
    );
    await this.#ended;
  }

  async #begin(request: TrainingRequest): Promise<TrainingBegun> {
    const { clock, newId, database, findModel, pool } = this.#options;
    const model = findModel(request.model);
    const query = (await database()).query;
    await this.#recover();
    const lane: Lane = pool.lane({ model, provider: 'cpu' });
    try {
      const opened = await this.#openRecordings(lane, request);
      const now = clock.now();
      const [uploadId, sessionId] = [newId(), newId()];
      const { kind, bytes, files, refusals } = opened;
      const session: TrainingSession = {
        ...{ id: sessionId, uploadId, state: 'validating', progress: 0, model: model.id, startedAt: now, clips: 0 },
        ...{ refused: refusals.length, refusals: refusals.slice(0, trainingLimits.refusedTold) },
      };
      const name = (request.name ?? basename(request.zip ?? request.folder ?? '')).slice(0, 200);
      const upload: Upload = { id: uploadId, name, kind, bytes, files: files + refusals.length, createdAt: now };
      await insertSession(query, upload, session, request.force === true);
      const run: Run = {
        ...{ session, request, lane, classes: {}, abort: new AbortController() },
        ...{ startedAt: clock.monotonic(), writtenAt: clock.monotonic() },
      };
      this.#run = run;
      this.#ended = this.#go(run, files, model);
      return { uploadId, sessionId };
    } catch (error) {
      await lane.close();
      throw error;
    }
  }

  async #openRecordings(lane: Lane, { zip, folder }: TrainingRequest): Promise<OpenedRecordings> {
    if ((zip === undefined) === (folder === undefined)) {
      throw new SentinelError('ES_BAD_INPUT', 'Give either a zip file or a folder to learn from.');
    }
    const reply = await ask(lane, { open: zip === undefined ? { folder: folder ?? '' } : { zip } });
    if ('opened' in reply) return reply.opened;
    throw unexpected();
  }

  /** From the first clip to the end, whatever that is; never rejects. */
  async #go(run: Run, files: number, model: ModelFor<'sound'>): Promise<void> {
    const { clock, log, folder } = this.#options;
    const staging = join(folder, 'sessions', run.session.id);
    try {
      await mkdir(staging, { recursive: true, mode: 0o700 });
      this.#tell(run, { state: 'embedding', progress: shares.opened });
      await this.#embed(run, files, staging);
      const embedded = clock.monotonic();
      this.#tell(run, { state: 'training', progress: shares.embedded });
      const learnt = await this.#learn(run, model);
      const timings = { embeddingMs: embedded - run.startedAt, trainingMs: clock.monotonic() - embedded };
      await this.#keep(run, learnt, model, timings);
      this.#tell(run, { state: 'done', progress: 1, endedAt: clock.now() });
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_MODEL_FAILED');
      const state = run.abort.signal.aborted ? 'cancelled' : 'failed';
      const { name, message, hint } = error;
      const said = { name, message: hint === undefined ? message : `${message} ${hint}` };
      this.#tell(run, { state, endedAt: clock.now(), error: said });
    } finally {
      await rm(staging, { recursive: true, force: true }).catch(() => undefined);
      await this.#discard(run.request);
      await run.lane.close().catch(() => undefined);
      await this.#write(run).catch((error: unknown) => {
        log.error(`How the training ended could not be written down: ${String(error)}`);
      });
      this.#last = run.session;
      this.#run = undefined;
      this.#announce(run.session);
    }
  }

  /** Several clips at once, so that the thread never waits for a decoder. */
  async #embed(run: Run, files: number, staging: string): Promise<void> {
    let next = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      while (next < files) {
        const place = next;
        next += 1;
        run.abort.signal.throwIfAborted();
        const reply = await this.#hear(run, place, staging);
        done += 1;
        const progress = shares.opened + ((shares.embedded - shares.opened) * done) / files;
        if ('embedded' in reply) {
          const { label } = reply.embedded;
          run.classes[label] = (run.classes[label] ?? 0) + 1;
          this.#tell(run, { progress, clips: run.session.clips + 1 });
        } else if ('refused' in reply) this.#refuse(run, reply.refused, progress);
        else throw unexpected();
      }
    };
    await Promise.all(Array.from({ length: clipsAtOnce }, work));
    run.abort.signal.throwIfAborted();
  }

  async #hear(run: Run, clip: number, staging: string): Promise<LessonReply> {
    const reply = await ask(run.lane, { clip });
    if (!('decode' in reply)) return reply;
    const file = join(staging, `${clip}.clip`);
    try {
      await writeFile(file, reply.decode, { mode: 0o600 });
      const limits = { seconds: trainingLimits.mostSeconds, signal: run.abort.signal };
      const samples = await this.#options.decoder.decode(file, limits);
      return await ask(run.lane, { clip, samples }, [samples.buffer as ArrayBuffer]);
    } catch (thrown) {
      run.abort.signal.throwIfAborted();
      const error = asSentinelError(thrown, 'ES_AUDIO_INVALID');
      // Without ffmpeg no other one could be decoded either, but WAV files can.
      if (error.name !== 'ES_AUDIO_INVALID' && error.name !== 'ES_FFMPEG_MISSING') throw error;
      return await ask(run.lane, { clip, refuse: error.message });
    } finally {
      await rm(file, { force: true }).catch(() => undefined);
    }
  }

  async #learn(run: Run, model: ModelFor<'sound'>): Promise<Learnt & { modelSha256: string }> {
    const former = await this.#options.heads.former();
    const order: LessonOrder = { learn: former === undefined ? {} : { former } };
    let reply = await ask(run.lane, order);
    while ('progress' in reply) {
      run.abort.signal.throwIfAborted();
      this.#tell(run, { progress: shares.embedded + (shares.learnt - shares.embedded) * reply.progress });
      reply = await ask(run.lane, { goOn: true });
    }
    run.abort.signal.throwIfAborted();
    if ('learnt' in reply) return { ...reply.learnt, modelSha256: reply.modelSha256 };
    throw new SentinelError('ES_WORKER_LOST', `The training thread for ${model.id} answered something else.`);
  }

  /** Puts the head to use, unless that would be a step back. */
  async #keep(
    run: Run,
    learnt: Learnt & { modelSha256: string },
    model: ModelFor<'sound'>,
    timings: { embeddingMs: number; trainingMs: number },
  ): Promise<void> {
    const { heads, clock } = this.#options;
    const { modelSha256, comparison } = learnt;
    const of = { sessionId: run.session.id, model: model.id, modelSha256, createdAt: clock.now() };
    const version = await heads.add(learnt, of);
    const isGood = comparison?.worse !== true && learnt.results.balancedAccuracy > leastAccuracy(learnt.labels.length);
    const activated = isGood || run.request.force === true;
    if (activated) await heads.activate(version);
    const results = { ...learnt.results, ...timings };
    Object.assign(run.session, { version, activated, results, ...(comparison === undefined ? {} : { comparison }) });
  }

  #refuse(run: Run, refused: RefusedFile, progress: number): void {
    const { session } = run;
    if (session.refusals.length < trainingLimits.refusedTold) session.refusals.push(refused);
    this.#tell(run, { progress, refused: session.refused + 1 });
  }

  #tell(run: Run, change: Partial<TrainingSession>): void {
    const news = change.state !== undefined && change.state !== run.session.state;
    Object.assign(run.session, change);
    const now = this.#options.clock.monotonic();
    if (!isRunning(run.session)) return;
    if (news || now - run.writtenAt >= writeEveryMs) {
      run.writtenAt = now;
      // The end is written for certain; a step in between may be lost.
      void this.#write(run).catch(() => undefined);
    }
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

  async #write({ session, classes }: Run): Promise<void> {
    const { query } = await this.#options.database();
    await updateSession(query, session, classes, this.#options.clock.now());
  }

  async #lastKept(): Promise<TrainingSession | undefined> {
    try {
      await this.#recover();
      const [newest] = await newestSessions((await this.#options.database()).query, 1);
      return newest;
    } catch {
      return undefined;
    }
  }

  /** Once per process: what was under way when the one before ended is not any more. */
  #recover(): Promise<void> {
    this.#recovered ??= this.#failInterrupted().catch((error: unknown) => {
      this.#recovered = undefined;
      throw error;
    });
    return this.#recovered;
  }

  async #failInterrupted(): Promise<void> {
    const { database, clock, log, folder } = this.#options;
    const message = 'Node-RED ended while it was under way; what was in use before stays in use.';
    const count = await failInterrupted(
      (await database()).query,
      { name: 'ES_TRAINING_CANCELLED', message },
      clock.now(),
    );
    if (count > 0) log.warn(`A training of sounds did not come to its end: ${message}`);
    await rm(join(folder, 'sessions'), { recursive: true, force: true });
    const uploads = join(folder, 'uploads');
    for (const name of await readdir(uploads).catch(() => [])) {
      const file = join(uploads, name);
      const written = (await stat(file).catch(() => undefined))?.mtimeMs ?? Infinity;
      // Younger ones may be about to be learnt from.
      if (written < this.#born) await rm(file, { force: true }).catch(() => undefined);
    }
  }

  /** A zip that is ours goes when it is not needed any more. */
  async #discard({ owned, zip }: TrainingRequest): Promise<void> {
    if (owned === true && zip !== undefined) await rm(zip, { force: true }).catch(() => undefined);
  }
}

/** Half way between guessing and always right at two classes: 0.6; a head that hardly beats chance alarms for nothing. */
function leastAccuracy(classes: number): number {
  return 1.2 / classes;
}

async function ask(lane: Lane, request: LessonOrder, transfer: readonly ArrayBuffer[] = []): Promise<LessonReply> {
  const outcome = await lane.run({ place: [request], maxWaitMs: Infinity, make: () => ({ request, transfer }) });
  if (outcome.dropped === false) return outcome.reply;
  throw new SentinelError('ES_WORKER_LOST', 'The training thread is closed.');
}

function unexpected(): SentinelError {
  return new SentinelError('ES_WORKER_LOST', 'The training thread answered something else than it was asked.');
}
