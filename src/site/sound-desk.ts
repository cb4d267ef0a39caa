import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { ClipListener, type HeardClip } from '../audio/clips/clip-listener.ts';
import { predictionOf } from '../audio/clips/prediction.ts';
import type { SoundClassifier } from '../audio/classifier.ts';
import type { RunningHead } from '../audio/training/head.ts';
import { AudioClassifyConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock, SoundFileDecoder } from '../contracts/ports.ts';
import { predictLimits, type Prediction } from '../contracts/prediction.ts';
import { soundFormatOf, soundFormats, type SoundFormat } from '../pcm/sound-format.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { openWav, type WavFile } from '../pcm/wav.ts';
import { audioThreads } from './model-pools.ts';
import type { ServiceLease } from './service-leases.ts';

/** With what a clip is judged: the model and the thresholds of an audio-classify node. */
export interface ClipJudge {
  model: string;
  /** Per class. */
  thresholds: Record<string, number>;
}

export interface SoundDeskOptions {
  /** The audio-classify that was deployed last; without one, the defaults of that node are used. */
  judge: () => ClipJudge | undefined;
  fault: (model: string) => SentinelError | undefined;
  lease: (model: string) => ServiceLease<SoundClassifier>;
  /** Told of every answer of a model. */
  ran: (model: string, backend: string) => void;
  /** What the user has trained, while it is in use. */
  head: () => RunningHead | undefined;
  decoder: SoundFileDecoder;
  clock: Clock;
}

export interface PredictWishes {
  threshold?: number | undefined;
  spectrogram?: boolean | undefined;
}

/** Looking at a model reads the catalogue. */
const lookAgainMs = 5000;
/** Decoders at once, and how many may wait for one: each holds minutes of sound. */
const mostDecoders = 2;
const mostUndecoded = 24;

/** Whole sound files that somebody brings to be heard, beside what is live. */
export class SoundDesk {
  readonly #options: SoundDeskOptions;
  readonly #listeners = new WeakMap<SoundClassifier, ClipListener>();
  readonly #undecoded: (() => void)[] = [];
  #looked: { model: string; at: number; fault: SentinelError | undefined } | undefined;
  #decoding = 0;
  #clips = 0;

  constructor(options: SoundDeskOptions) {
    this.#options = options;
  }

  /** Clips that are being heard, or wait for it. */
  get clips(): number {
    return this.#clips;
  }

  /** What judges a clip. */
  get judge(): ClipJudge {
    return this.#options.judge() ?? usual;
  }

  /** What is wrong with the model that judges, before it is opened: looked at again every few seconds. */
  fault(): SentinelError | undefined {
    const { model } = this.judge;
    const now = this.#options.clock.monotonic();
    if (this.#looked?.model !== model || now - this.#looked.at >= lookAgainMs) {
      this.#looked = { model, at: now, fault: this.#options.fault(model) };
    }
    return this.#looked.fault;
  }

  /**
   * Hears a whole sound file, window by window.
   * @param file Its bytes, which must not change meanwhile.
   * @throws SentinelError ES_AUDIO_INVALID, ES_AUDIO_TOO_LONG, ES_BUSY, ES_FFMPEG_MISSING; or as `SoundClassifier.classify`
   */
  async predict(file: Buffer, { threshold, spectrogram = false }: PredictWishes = {}): Promise<Prediction> {
    const { clock, ran } = this.#options;
    const began = clock.monotonic();
    const format = soundFormatOf(file);
    if (format === undefined) throw invalid(`its bytes are of none of the formats ${soundFormats.join(', ')}`);
    const { model, thresholds } = this.judge;
    this.#clips += 1;
    try {
      const heard = await (format === 'wav'
        ? this.#hear(openWav(file, unlimited), model, spectrogram)
        : this.#decoded(file, format, (wav) => this.#hear(wav, model, spectrogram)));
      ran(model, heard.backend);
      if (heard.dbfs < predictLimits.leastDbfs) throw invalid('there is nothing but silence in it');
      const ms = Math.round((clock.monotonic() - began) * 10) / 10;
      return { ...predictionOf(heard, thresholds, threshold), format, model, ms };
    } finally {
      this.#clips -= 1;
    }
  }

  async #hear(wav: WavFile, model: string, rows: boolean): Promise<HeardClip> {
    const seconds = wav.frames / wav.format.sampleRate;
    if (seconds > predictLimits.seconds) throw tooLong();
    if (seconds < predictLimits.leastSeconds) throw invalid(`it is shorter than ${predictLimits.leastSeconds} s`);
    const lease = this.#options.lease(model);
    try {
      return await this.#listenerOf(lease.get()).hear(wav, { rows, head: this.#options.head() });
    } finally {
      lease.release();
    }
  }

  #listenerOf(classifier: SoundClassifier): ClipListener {
    const known = this.#listeners.get(classifier);
    if (known !== undefined) return known;
    const listener = new ClipListener((request, transfer) => classifier.ask(request, transfer), audioThreads() + 1);
    this.#listeners.set(classifier, listener);
    return listener;
  }

  /** The decoder reads a file: some formats have their directory at the end. */
  async #decoded<T>(file: Buffer, format: SoundFormat, use: (wav: WavFile) => Promise<T>): Promise<T> {
    await this.#turn();
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(tmpdir(), 'echosight-sound-'));
      const path = join(folder, `sound.${format}`);
      await writeFile(path, file, { mode: 0o600 });
      const samples = await this.#options.decoder.decode(path, { seconds: predictLimits.seconds });
      return await use(asWav(samples));
    } finally {
      const next = this.#undecoded.shift();
      if (next === undefined) this.#decoding -= 1;
      else next();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }

  async #turn(): Promise<void> {
    if (this.#decoding < mostDecoders) {
      this.#decoding += 1;
      return;
    }
    if (this.#undecoded.length >= mostUndecoded) {
      throw new SentinelError('ES_BUSY', 'Too many sound files wait to be decoded.', {
        hint: 'Ask again in a moment.',
      });
    }
    await new Promise<void>((resolve) => {
      this.#undecoded.push(resolve);
    });
  }
}

/** How long it is, is told by another name than that it is damaged. */
const unlimited = { seconds: Infinity, frames: Infinity };

const usual = usualJudge();

function usualJudge(): ClipJudge {
  const { model, glassBreak, gunshot, scream, forcedEntry } = Value.Create(AudioClassifyConfig);
  return { model, thresholds: { glass_break: glassBreak, gunshot, scream, forced_entry: forcedEntry } };
}

function asWav(samples: Float32Array): WavFile {
  const format = { tag: 3, channels: 1, sampleRate: soundWindow.sampleRate, bits: 32 };
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return { format, frames: samples.length, frameBytes: 4, data };
}

function tooLong(): SentinelError {
  return new SentinelError('ES_AUDIO_TOO_LONG', `The sound is longer than ${predictLimits.seconds} s.`, {
    hint: 'Cut it into shorter clips.',
  });
}

function invalid(why: string): SentinelError {
  return new SentinelError('ES_AUDIO_INVALID', `The sound file cannot be used: ${why}.`);
}
