import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import type { SoundClassifier } from '../audio/classifier.ts';
import { ClipDecision } from '../audio/clips/clip-decision.ts';
import type { ClipJudge } from '../audio/clips/clip-judge.ts';
import { predictionOf } from '../audio/clips/prediction.ts';
import { decisionOf } from '../audio/decision/settings.ts';
import type { SoundMapping } from '../audio/sound-mapping.ts';
import { AudioClassifyConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock, SoundFileDecoder } from '../contracts/ports.ts';
import { predictLimits, type Prediction } from '../contracts/prediction.ts';
import type { RingFolders } from '../media/ring/ring-folders.ts';
import { soundFormatOf, soundFormats, type SoundFormat } from '../pcm/sound-format.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { asWavFile, openWav, type WavFile } from '../pcm/wav.ts';
import type { ServiceLease } from './service-leases.ts';

export interface SoundDeskOptions {
  /** The audio-classify that was deployed last; without one, the defaults of that node are used. */
  judge: () => ClipJudge | undefined;
  /** How a model makes classes of what is heard. */
  mapping: (model: string) => SoundMapping;
  /** What is wrong with a model that is not open. */
  fault: (model: string, table: string) => SentinelError | undefined;
  /** What is in memory of it. */
  open: (model: string, table: string) => Pick<SoundClassifier, 'fault'> | undefined;
  lease: (model: string, table: string) => ServiceLease<Pick<SoundClassifier, 'hear'>>;
  /** Told of every answer of a model. */
  ran: (model: string, backend: string) => void;
  decoder: SoundFileDecoder;
  /** For what is being decoded: recordings of people, which outlast no process. */
  folders: Pick<RingFolders, 'make' | 'tidy'>;
  clock: Clock;
}

export interface PredictWishes {
  threshold?: number | undefined;
  spectrogram?: boolean | undefined;
  /** Nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

type Heard = Omit<Prediction, 'format' | 'ms'>;

/** Decoders at once, and how many may wait for one: each holds minutes of sound. */
const mostDecoders = 2;
const mostUndecoded = 24;

/** Whole sound files that somebody brings to be heard, beside what is live. */
export class SoundDesk {
  readonly #options: SoundDeskOptions;
  readonly #undecoded: (() => void)[] = [];
  #usual: ClipJudge | undefined;
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
    return this.#options.judge() ?? (this.#usual ??= this.#usualJudge());
  }

  /** Whether the model that judges is in memory, and what is wrong with it. */
  get state(): { isOpen: boolean; fault: SentinelError | undefined } {
    const { model, table } = this.judge;
    const open = this.#options.open(model, table);
    return { isOpen: open !== undefined, fault: open === undefined ? this.#options.fault(model, table) : open.fault };
  }

  /**
   * Hears a whole sound file, window by window, and judges it as the audio-classify that was deployed last does. How loud a file
   * is says nothing of how loud it was: there is no loud_unknown.
   * @param file Its bytes, which must not change meanwhile.
   * @throws SentinelError ES_AUDIO_INVALID, ES_AUDIO_TOO_LONG, ES_BUSY, ES_FFMPEG_MISSING; or as `SoundClassifier.hear`; the
   * reason of the signal
   */
  async predict(file: Buffer, { threshold, spectrogram = false, signal }: PredictWishes = {}): Promise<Prediction> {
    const { clock, ran } = this.#options;
    const began = clock.monotonic();
    const format = soundFormatOf(file);
    if (format === undefined) throw invalid(`its bytes are of none of the formats ${soundFormats.join(', ')}`);
    const { judge } = this;
    const hear = (wav: WavFile): Promise<Heard> => this.#hear(wav, judge, { threshold, spectrogram, signal });
    this.#clips += 1;
    try {
      const said = await (format === 'wav'
        ? hear(openWav(file, unlimited))
        : this.#decoded(file, format, hear, signal));
      ran(judge.model, said.backend);
      return { ...said, format, ms: Math.round((clock.monotonic() - began) * 10) / 10 };
    } finally {
      this.#clips -= 1;
    }
  }

  async #hear(
    wav: WavFile,
    { model, table, decision, trained }: ClipJudge,
    { threshold, spectrogram, signal }: PredictWishes,
  ): Promise<Heard> {
    const seconds = wav.frames / wav.format.sampleRate;
    if (seconds > predictLimits.seconds) throw tooLong();
    if (seconds < predictLimits.leastSeconds) throw invalid(`it is shorter than ${predictLimits.leastSeconds} s`);
    const clip = new ClipDecision({ ...decision, loudDbfs: 0 });
    const lease = this.#options.lease(model, table);
    try {
      const columns = spectrogram ? predictLimits.columns : undefined;
      const heard = await lease.get().hear(wav, { trained, columns, signal }, (window) => {
        clip.hear(window);
      });
      return { ...predictionOf(heard, clip.clip, threshold), model };
    } finally {
      lease.release();
    }
  }

  #usualJudge(): ClipJudge {
    const config = Value.Create(AudioClassifyConfig);
    const { model, mapping: table, trained } = config;
    const decision = decisionOf(config, this.#options.mapping(model));
    return { model, table, decision, trained: trained === 'active' };
  }

  /** The decoder reads a file: some formats have their directory at the end. */
  async #decoded<T>(
    file: Buffer,
    format: SoundFormat,
    use: (wav: WavFile) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { folders } = this.#options;
    await this.#turn(signal);
    let folder: string | undefined;
    try {
      folder = await folders.make();
      const path = join(folder, `sound.${format}`);
      await writeFile(path, file, { mode: 0o600 });
      const samples = await this.#options.decoder.decode(path, {
        seconds: predictLimits.seconds,
        ...(signal === undefined ? {} : { signal }),
      });
      // As it is: the worker looks at it.
      return await use(asWavFile(samples, soundWindow.sampleRate));
    } finally {
      const next = this.#undecoded.shift();
      if (next === undefined) this.#decoding -= 1;
      else next();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      await folders.tidy();
    }
  }

  /** Who goes away meanwhile makes room for others. @throws the reason of the signal */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#decoding < mostDecoders) {
      this.#decoding += 1;
      return;
    }
    if (this.#undecoded.length >= mostUndecoded) {
      throw new SentinelError('ES_BUSY', 'Too many sound files wait to be decoded.', {
        hint: 'Ask again in a moment.',
      });
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#undecoded.splice(this.#undecoded.indexOf(begin), 1);
        reject(signal?.reason as Error);
      };
      const begin = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#undecoded.push(begin);
    });
  }
}

/** How long it is, is told by another name than that it is damaged. */
const unlimited = { seconds: Infinity, frames: Infinity };

function tooLong(): SentinelError {
  return new SentinelError('ES_AUDIO_TOO_LONG', `The sound is longer than ${predictLimits.seconds} s.`, {
    hint: 'Cut it into shorter clips.',
  });
}

function invalid(why: string): SentinelError {
  return new SentinelError('ES_AUDIO_INVALID', `The sound file cannot be used: ${why}.`);
}
