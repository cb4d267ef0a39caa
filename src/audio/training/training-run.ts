import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asSentinelError, type ErrorName } from '../../contracts/errors.ts';
import type { Clock, Log, SoundFileDecoder } from '../../contracts/ports.ts';
import { trainingLimits, type TrainingRequest, type TrainingSession } from '../../contracts/training.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import type { HeadStore } from '../heads/head-store.ts';
import { whyKept } from './keeping.ts';
import type { LessonReply } from './lesson.ts';
import { askLesson, unexpected, type TrainingLane } from './training-lane.ts';
import { TrainingProgress, type ProgressOptions } from './training-progress.ts';

export interface RunTools extends ProgressOptions {
  heads: HeadStore;
  decoder: SoundFileDecoder;
  /** For files of this training; it is deleted at the end. */
  folder: string;
  clock: Clock;
  log: Log;
}

/** What a training learns from, and with. */
export interface RunOrder {
  session: TrainingSession;
  request: TrainingRequest;
  /** Whether a good head is put to use. */
  activate: boolean;
  lane: TrainingLane;
  model: ModelFor<'sound'>;
  /** How many there are. */
  files: number;
  signal: AbortSignal;
}

/** Clips in hand at once: while one is heard, others are decoded. */
const clipsAtOnce = 3;
/** Faults of a clip alone: it is refused, and the others are learnt from. Without ffmpeg none but WAV files can be decoded, but those can. */
const ofOneClip: readonly ErrorName[] = ['ES_AUDIO_INVALID', 'ES_AUDIO_TOO_LONG', 'ES_FFMPEG_MISSING'];
/** Shares of the progress: looking, hearing, learning. */
const shares = { opened: 0.02, embedded: 0.65, learnt: 0.98 } as const;

/** One training, from the first clip to the end. */
export class TrainingRun {
  readonly #tools: RunTools;
  readonly #order: RunOrder;
  readonly #progress: TrainingProgress;

  constructor(order: RunOrder, tools: RunTools) {
    this.#order = order;
    this.#tools = tools;
    this.#progress = new TrainingProgress(order.session, tools);
  }

  get session(): TrainingSession {
    return this.#progress.session;
  }

  /** Until it is over, whatever becomes of it; never rejects. */
  async go(): Promise<void> {
    const { clock, log, folder } = this.#tools;
    const { signal, lane } = this.#order;
    const progress = this.#progress;
    const began = clock.monotonic();
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      progress.tell({ state: 'embedding', progress: shares.opened });
      await this.#embed();
      const embedded = clock.monotonic();
      progress.tell({ state: 'training', progress: shares.embedded });
      const learnt = await this.#learn();
      await this.#keep(learnt, { embeddingMs: embedded - began, trainingMs: clock.monotonic() - embedded });
      progress.tell({ state: 'done', progress: 1, endedAt: clock.now() });
    } catch (thrown) {
      const { name, message, hint } = asSentinelError(thrown, 'ES_MODEL_FAILED');
      const state = signal.aborted ? 'cancelled' : 'failed';
      const said = { name, message: hint === undefined ? message : `${message} ${hint}` };
      progress.tell({ state, endedAt: clock.now(), error: said });
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      await lane.close().catch(() => undefined);
      await progress.write().catch((error: unknown) => {
        log.error(`How the training ended could not be written down: ${String(error)}`);
      });
    }
  }

  /** Several clips at once, so that the thread never waits for a decoder. Over only when all of them are: they have files and children. */
  async #embed(): Promise<void> {
    const { files, signal } = this.#order;
    let next = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      while (next < files) {
        const place = next;
        next += 1;
        signal.throwIfAborted();
        const reply = await this.#hear(place);
        done += 1;
        const progress = shares.opened + ((shares.embedded - shares.opened) * done) / files;
        if ('embedded' in reply) this.#progress.use(reply.embedded.label, progress);
        else if ('refused' in reply) this.#progress.refuse(reply.refused, progress);
        else throw unexpected();
      }
    };
    const stop = (error: unknown): never => {
      next = files;
      throw error;
    };
    const works = await Promise.allSettled(Array.from({ length: clipsAtOnce }, () => work().catch(stop)));
    signal.throwIfAborted();
    for (const one of works) if (one.status === 'rejected') throw one.reason;
  }

  async #hear(clip: number): Promise<LessonReply> {
    const { lane, signal } = this.#order;
    const reply = await askLesson(lane, { clip });
    if (!('decode' in reply)) return reply;
    const file = join(this.#tools.folder, `${clip}.clip`);
    try {
      await writeFile(file, reply.decode, { mode: 0o600 });
      const samples = await this.#tools.decoder.decode(file, { seconds: trainingLimits.mostSeconds, signal });
      return await askLesson(lane, { clip, samples }, [samples.buffer as ArrayBuffer]);
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asSentinelError(thrown, 'ES_AUDIO_INVALID');
      if (!ofOneClip.includes(error.name)) throw error;
      return await askLesson(lane, { clip, refuse: error.message });
    } finally {
      await rm(file, { force: true }).catch(() => undefined);
    }
  }

  async #learn(): Promise<Extract<LessonReply, { learnt: unknown }>> {
    const { lane, signal } = this.#order;
    const former = await this.#tools.heads.former();
    let reply = await askLesson(lane, { learn: former === undefined ? {} : { former } });
    while ('progress' in reply) {
      signal.throwIfAborted();
      this.#progress.tell({ progress: shares.embedded + (shares.learnt - shares.embedded) * reply.progress });
      reply = await askLesson(lane, { goOn: true });
    }
    signal.throwIfAborted();
    if ('learnt' in reply) return reply;
    throw unexpected();
  }

  /** Puts the head to use, unless that would be a step back, or somebody else has to say so. */
  async #keep(
    { learnt, modelSha256 }: Extract<LessonReply, { learnt: unknown }>,
    timings: { embeddingMs: number; trainingMs: number },
  ): Promise<void> {
    const { heads, clock } = this.#tools;
    const { request, model, activate } = this.#order;
    const { session } = this;
    const { comparison } = learnt;
    const of = { sessionId: session.id, model: model.id, modelSha256, createdAt: clock.now() };
    const version = await heads.add(learnt, of);
    const kept = whyKept(version, learnt, { ...request, activate });
    if (kept === undefined) await heads.activate(version);
    const results = { ...learnt.results, ...timings };
    const told = { ...(comparison === undefined ? {} : { comparison }), ...(kept === undefined ? {} : { kept }) };
    Object.assign(session, { version, activated: kept === undefined, results, ...told });
  }
}
