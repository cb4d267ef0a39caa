import { SentinelError } from '../contracts/errors.ts';
import type { AudioScores } from '../contracts/messages.ts';
import { judgedBy } from '../contracts/judged-by.ts';
import type { NoteModel } from '../contracts/register.ts';
import type { Clock, Log, Metrics } from '../contracts/ports.ts';
import type { ModelFor } from '../inference/model-description.ts';
import type { WorkerLane } from '../inference/worker-lane.ts';
import type { WorkerPool } from '../inference/worker-pool.ts';
import { loudestSample } from '../pcm/mono.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import type { WavFile } from '../pcm/wav.ts';
import type { AudioReply, AudioRequest, Classified, HeardSound, SourceWindow } from './classification.ts';
import type { ClipPart } from './clip-parts.ts';
import { ClipListener, type ClipWindow, type ClipWishes, type HeardClip } from './clips/clip-listener.ts';
import type { RunningHead } from './heads/head.ts';
import { WindowQueue } from './window-queue.ts';

/** Windows of one run: they cost less together, but the first one waits for the last. */
const mostTogether = 8;

export interface SoundClassifierOptions {
  model: ModelFor<'sound'>;
  pool: WorkerPool;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  noteModel?: NoteModel;
  /** The head that a user trained and that is in use now; asked for every run. */
  head?: () => RunningHead | undefined;
}

export interface SoundJob {
  /** Windows of one source are answered in order; sources take turns. Metrics name it. */
  source: string;
  /** Tells it from sources of the same name; default the name. */
  key?: string;
  /** One sound window: 15,600 samples at 16 kHz, -1..1. They are copied and stay the caller's. */
  samples: Float32Array;
}

export interface SoundOutcome extends HeardSound {
  /** The head with which `trained` was found, or which belongs to another model where that is absent. */
  head?: RunningHead;
  model: string;
  backend: string;
  /** Features and inference of the run that the window was part of. */
  timings: AudioScores['timings'];
}

interface Waiting {
  job: SoundJob;
  since: number;
  resolve: (outcome: SoundOutcome | undefined) => void;
  reject: (error: unknown) => void;
}

/** Classifies sound windows of many sources with one model in a worker thread. */
export class SoundClassifier {
  readonly #options: SoundClassifierOptions;
  readonly #lane: WorkerLane<AudioRequest, AudioReply>;
  readonly #queue = new WindowQueue<Waiting>();
  readonly #clips: ClipListener;
  #busy = false;
  #closed = false;
  #backend: string | undefined;

  constructor(options: SoundClassifierOptions) {
    this.#options = options;
    const { pool, model } = options;
    this.#lane = pool.lane({ model, provider: 'cpu' });
    this.#clips = new ClipListener((request, transfer) => this.#ask(request, transfer), pool.size + 1);
  }

  /** Why the model cannot be had now, as far as it was found out. */
  get fault(): SentinelError | undefined {
    return this.#lane.fault;
  }

  /**
   * @returns undefined for a window that was dropped, because too many of its source waited or the classifier closed.
   * @throws SentinelError ES_AUDIO_INVALID, ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID, ES_MODEL_FAILED,
   * ES_WORKER_LOST
   */
  classify(job: SoundJob): Promise<SoundOutcome | undefined> {
    return new Promise((resolve, reject) => {
      assertUsable(job.samples);
      if (this.#closed) {
        resolve(undefined);
        return;
      }
      const displaced = this.#queue.put(job.key ?? job.source, {
        job,
        since: this.#options.clock.monotonic(),
        resolve,
        reject,
      });
      if (displaced !== undefined) this.#drop(displaced);
      this.#next();
    });
  }

  /**
   * Hears a whole clip, in the worker, beside what is live.
   * @param wav Its samples must not change meanwhile.
   * @param wishes `trained`: the head in use has its say, the same for the whole clip.
   * @param take Told of each window in order.
   * @throws SentinelError ES_AUDIO_INVALID, ES_BUSY; or as `classify`; the reason of the signal
   */
  async hear(
    wav: WavFile,
    { trained, ...wishes }: Omit<ClipWishes, 'head'> & { trained: boolean },
    take: (window: ClipWindow) => void,
  ): Promise<HeardClip & Pick<SoundOutcome, 'model' | 'timings'>> {
    const { model, clock, metrics } = this.#options;
    const begun = clock.monotonic();
    let windows = 0;
    const head = trained ? this.#options.head?.() : undefined;
    const heard = await this.#clips.hear(wav, { ...wishes, head }, (window) => {
      windows += 1;
      take(window);
    });
    metrics.count('audio_windows_analysed_total', { source: 'clip' }, windows);
    this.#say(heard.backend);
    const { featuresMs, inferenceMs } = heard.timings;
    const waitMs = Math.max(0, clock.monotonic() - begun - featuresMs - inferenceMs);
    return { ...heard, model: model.id, timings: { waitMs, featuresMs, inferenceMs } };
  }

  /**
   * Brings a piece of sound to 16 kHz, in the worker. Its bytes are given away.
   * @throws SentinelError ES_AUDIO_INVALID; or as `classify`.
   */
  async readPart(part: ClipPart): Promise<Float32Array> {
    const reply = await this.#ask({ part }, [part.bytes.buffer]);
    if ('samples' in reply) return reply.samples;
    throw unexpectedReply();
  }

  /** Drops what waits, lets the running windows finish, and ends the worker. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { resolve } of this.#queue.take(Number.POSITIVE_INFINITY)) resolve(undefined);
    await this.#lane.close();
  }

  #next(): void {
    if (this.#busy) return;
    const batch = this.#queue.take(mostTogether);
    if (batch.length === 0) return;
    this.#busy = true;
    void this.#run(batch).finally(() => {
      this.#busy = false;
      this.#next();
    });
  }

  #drop(waiting: Waiting): void {
    this.#options.metrics.count('audio_windows_dropped_total', { source: waiting.job.source, reason: 'queue-full' });
    waiting.resolve(undefined);
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const { model, clock, metrics } = this.#options;
    const begun = clock.monotonic();
    try {
      const head = this.#options.head?.();
      const { results, backend, timings } = await this.#classify(
        batch.map(({ job }) => job),
        head,
      );
      for (const { job } of batch) metrics.count('audio_windows_analysed_total', { source: job.source });
      metrics.observe('audio_infer_seconds', timings.inferenceMs / 1000, { model: model.id });
      this.#say(backend);
      batch.forEach(({ job, since, resolve }, index) => {
        const result = results[index];
        this.#note(job.source, result?.trained === undefined ? undefined : head);
        const by = head === undefined ? {} : { head };
        resolve(
          result && { ...result, ...by, model: model.id, backend, timings: { waitMs: begun - since, ...timings } },
        );
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async #classify(jobs: readonly SoundJob[], head: RunningHead | undefined): Promise<Classified> {
    const copies = jobs.map(({ source, key = source, samples }) => ({ source: key, samples: samples.slice() }));
    const windows: readonly SourceWindow[] = copies;
    const reply = await this.#ask(
      head === undefined ? { windows } : { windows, head },
      copies.map(({ samples }) => samples.buffer),
    );
    if ('results' in reply) return reply;
    throw unexpectedReply();
  }

  /**
   * Asks the worker past the queue of live windows: whoever has much to ask waits for the answers in between, so that what
   * is live has its turn.
   * @param transfer Buffers that are given away.
   * @throws SentinelError as `classify`; ES_WORKER_LOST when the classifier was closed.
   */
  async #ask(request: AudioRequest, transfer: readonly ArrayBuffer[]): Promise<AudioReply> {
    const outcome = await this.#lane.run({
      place: [request],
      maxWaitMs: Infinity,
      make: () => ({ request, transfer }),
    });
    if (outcome.dropped === false) return outcome.reply;
    throw new SentinelError('ES_WORKER_LOST', 'The audio worker is closed.');
  }

  /** @param head the one that had its say. */
  #note(source: string, head: RunningHead | undefined): void {
    const { noteModel } = this.#options;
    const ran = this.#lane.ran('sound');
    if (noteModel === undefined || ran === undefined) return;
    noteModel(ran, source);
    if (head === undefined) return;
    const { version, sha256 } = head;
    noteModel({ id: judgedBy({ model: ran.id, head: version }), sha256, kind: 'sound-head', version }, source);
  }

  #say(backend: string): void {
    if (backend === this.#backend) return;
    this.#backend = backend;
    this.#options.log.info(`The model ${this.#options.model.id} runs on ${backend}.`);
  }
}

function unexpectedReply(): SentinelError {
  return new SentinelError('ES_WORKER_LOST', 'The audio worker answered something else than it was asked.');
}

function assertUsable(samples: Float32Array): void {
  if (samples.length !== soundWindow.samples) {
    throw new SentinelError(
      'ES_AUDIO_INVALID',
      `A sound window has ${soundWindow.samples} samples, this one ${samples.length}.`,
    );
  }
  // A loop: this runs for every window of every source, and a callback for every sample takes ten times as long.
  for (const sample of samples) {
    // Also false for NaN, which would turn every score into NaN.
    if (Math.abs(sample) <= loudestSample) continue;
    throw new SentinelError('ES_AUDIO_INVALID', 'The sound window holds numbers that are no sound.');
  }
}
