import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { asSentinelError, SentinelError } from '../../contracts/errors.ts';
import { trainingLimits, type RefusedFile } from '../../contracts/training.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import type { WorkerService } from '../../inference/worker-port.ts';
import { resample } from '../../pcm/resample.ts';
import { soundFormatOf, soundFormats } from '../../pcm/sound-format.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import { decodeFrames, openWav } from '../../pcm/wav.ts';
import { shown } from '../../onnx-format/shown.ts';
import { openEmbedder, type Embedder } from '../embedder.ts';
import type { FormerHead } from '../heads/head.ts';
import { learn, type Learnt } from './learning/learning.ts';
import type { LessonClip } from './learning/lesson-rows.ts';
import { seededRandom } from './learning/seeded-random.ts';
import { varied, variantsFor } from './material/augmentation.ts';
import { othersThan, readOtherSounds } from './material/other-sounds.ts';
import { tellingWindows } from './material/telling-windows.ts';
import { folderRecordings } from './recordings/folder-recordings.ts';
import { assertLearnable, type RecordingFile, type Recordings } from './recordings/recordings.ts';
import { zipRecordings } from './recordings/zip-recordings.ts';

/** What the training thread is asked, in this order. Each takes a second at most, so that it can be stopped in between. */
export type LessonOrder =
  | { open: { zip: string } | { folder: string } }
  /** `samples`: what somebody else has decoded. */
  | { clip: number; samples?: Float32Array }
  /** It could not be decoded. */
  | { clip: number; refuse: string }
  | { learn: { former?: FormerHead } }
  | { goOn: true };

export type LessonReply =
  | { opened: OpenedRecordings }
  | { refused: RefusedFile }
  /** No WAV file: it must be decoded and brought again. */
  | { decode: Uint8Array }
  | { embedded: { label: string; seconds: number; windows: number } }
  | { progress: number }
  | { learnt: Learnt; modelSha256: string };

export interface OpenedRecordings {
  kind: Recordings['kind'];
  bytes: number;
  files: number;
  refusals: readonly RefusedFile[];
}

/** So long the thread learns before it says how far it is. */
const sliceMs = 250;

/** What becomes of recordings in the training thread: it reads them, hears them, and learns a head. */
export class Lesson implements WorkerService<LessonOrder, LessonReply> {
  readonly #embedder: Embedder;
  readonly #modelSha256: string;
  #recordings: Recordings | undefined;
  /** By the place of the file: in which order they were decoded must not matter. */
  #clips = new Map<number, LessonClip>();
  #learning: Generator<number, Learnt> | undefined;
  #seconds = 0;
  #hashes = new Map<string, string>();

  private constructor(embedder: Embedder, modelSha256: string) {
    this.#embedder = embedder;
    this.#modelSha256 = modelSha256;
  }

  /** @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID */
  static async open(model: ModelFor<'sound'>): Promise<Lesson> {
    const { id, sha256 } = model;
    // A head that names no file of a model fits any, or none.
    if (sha256 === undefined) throw new SentinelError('ES_MODEL_INVALID', `Nobody knows the hash of the model ${id}.`);
    return new Lesson(await openEmbedder(model), sha256);
  }

  async answer(order: LessonOrder): Promise<LessonReply> {
    if ('open' in order) return { opened: this.#open(order.open) };
    if ('refuse' in order) return { refused: { file: shown(this.#file(order.clip).file, 200), reason: order.refuse } };
    if ('clip' in order) return await this.#hear(order.clip, order.samples);
    if ('learn' in order) {
      const clips = [...this.#clips].sort(([a], [b]) => a - b).map(([, clip]) => clip);
      assertLearnable(clips);
      const sounds = readOtherSounds(this.#modelSha256);
      const others = sounds && othersThan([...new Set(clips.map(({ label }) => label))], sounds);
      this.#learning = learn(clips, others, order.learn.former, this.#modelSha256);
      return { progress: 0 };
    }
    return this.#goOn();
  }

  async release(): Promise<void> {
    this.#recordings?.close();
    await this.#embedder.release();
  }

  #open(from: { zip: string } | { folder: string }): OpenedRecordings {
    this.#recordings?.close();
    this.#recordings = 'zip' in from ? zipRecordings(from.zip) : folderRecordings(from.folder);
    this.#clips = new Map();
    this.#hashes = new Map();
    this.#seconds = 0;
    this.#learning = undefined;
    const { kind, bytes, files, refusals } = this.#recordings;
    assertLearnable(files, refusals);
    return { kind, bytes, files: files.length, refusals };
  }

  /** What cannot be used is refused alone, in words. */
  async #hear(place: number, decoded: Float32Array | undefined): Promise<LessonReply> {
    const file = this.#file(place);
    try {
      const bytes = this.#opened().read(file);
      const format = soundFormatOf(bytes);
      if (format === undefined) throw unusable(`its bytes are of none of the formats ${soundFormats.join(', ')}`);
      const hash = this.#newHash(bytes);
      if (decoded === undefined && format !== 'wav') return { decode: new Uint8Array(bytes) };
      const samples = decoded ?? readWav(bytes);
      return { embedded: await this.#embed(place, hash, samples) };
    } catch (thrown) {
      const reason =
        thrown instanceof SentinelError ? thrown.message : asSentinelError(thrown, 'ES_AUDIO_INVALID').message;
      return { refused: { file: shown(file.file, 200), reason } };
    }
  }

  async #embed(
    place: number,
    hash: string,
    samples: Float32Array,
  ): Promise<{ label: string; seconds: number; windows: number }> {
    const { label } = this.#file(place);
    const seconds = samples.length / soundWindow.sampleRate;
    const { leastSeconds, mostSeconds, mostMinutes } = trainingLimits;
    if (seconds < leastSeconds) throw unusable(`it is shorter than ${leastSeconds} s`);
    if (seconds > mostSeconds) throw unusable(`it is longer than ${mostSeconds} s`);
    if (this.#seconds + seconds > 60 * mostMinutes)
      throw unusable(`all clips together are longer than ${mostMinutes} minutes`);
    const own = tellingWindows(samples);
    if (own.length === 0) throw unusable('it is silent');
    const random = seededRandom(Number.parseInt(hash.slice(0, 8), 16));
    const copies = Array.from({ length: variantsFor(this.#opened().files.length) }, () => varied(samples, random));
    const embeddings = await this.#embedder.embed([...own, ...copies.flatMap(tellingWindows)]);
    if (embeddings.some((embedding) => !embedding.every(Number.isFinite)))
      throw unusable('the model can make nothing of it');
    this.#seconds += seconds;
    this.#hashes.set(hash, label);
    const [windows, variants] = [embeddings.slice(0, own.length), embeddings.slice(own.length)];
    this.#clips.set(place, { label, hash, seconds, windows, variants });
    return { label, seconds, windows: own.length };
  }

  /** The same recording twice would be learnt by the very head that is asked about it. */
  #newHash(bytes: Buffer): string {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const label = this.#hashes.get(hash);
    if (label === undefined) return hash;
    throw unusable(`the same recording is there already, in ${label}`);
  }

  #goOn(): LessonReply {
    if (this.#learning === undefined) throw new RangeError('Nothing is being learnt.');
    const until = performance.now() + sliceMs;
    for (;;) {
      const step = this.#learning.next();
      if (step.done === true) return { learnt: step.value, modelSha256: this.#modelSha256 };
      if (performance.now() >= until) return { progress: step.value };
    }
  }

  #file(place: number): RecordingFile {
    const { files } = this.#opened();
    const file = files[place];
    if (file === undefined) throw new RangeError(`There are only ${files.length} files.`);
    return file;
  }

  #opened(): Recordings {
    if (this.#recordings === undefined) throw new RangeError('No recordings are open.');
    return this.#recordings;
  }
}

function readWav(bytes: Buffer): Float32Array {
  const { format, data } = openWav(bytes);
  return resample(decodeFrames(data, format), format.sampleRate, soundWindow.sampleRate);
}

function unusable(why: string): SentinelError {
  return new SentinelError('ES_AUDIO_INVALID', `The sound file cannot be used: ${why}.`);
}
