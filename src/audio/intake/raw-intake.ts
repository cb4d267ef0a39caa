import { RecentSources } from '../../confirmation/recent-sources.ts';
import { SentinelError } from '../../contracts/errors.ts';
import type { AudioWindow, RawSound, SoundFault } from '../../contracts/messages.ts';
import type { Clock, Metrics } from '../../contracts/ports.ts';
import { levelOf } from '../../pcm/level.ts';
import { monoOf } from '../../pcm/mono.ts';
import { freshSeconds, SoundWatch } from '../../pcm/sound-watch.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import type { SoundClassifier } from '../classifier.ts';
import type { ClipPart } from '../clip-parts.ts';
import { RawStream } from './raw-stream.ts';

/** Samples of all sources that may wait for the worker: 48 MB, four minutes at 48 kHz. */
const mostWaiting = 12_000_000;
/** Pieces of one source that may wait, however short: each holds its message. */
const mostPieces = 1000;
/**
 * Sound whose sender says when it was is torn when it is off by so much; where only its arrival is known, when it is so
 * late. What is off by less moves the time of the stream by this share of it: clocks of sound cards differ from ours.
 */
const torn = { told: { ms: 1000, follow: 0.05 }, arrived: { ms: 2000, follow: 0.01 } } as const;

export interface RawIntakeOptions {
  /** Whose worker brings pieces to 16 kHz. @throws when there is no usable model: then there is no worker either. */
  resampler: () => Pick<SoundClassifier, 'readPart'>;
  site: () => string;
  clock: Clock;
  metrics: Metrics;
}

/** Hears a window; the next one of the source waits for it. */
export type HearWindow = (window: AudioWindow, samples: Float32Array, fault: SoundFault | undefined) => Promise<void>;

/** What is known of a source. */
interface Source {
  stream: RawStream;
  /** When its first sample was, by all that came since. */
  anchor: number;
  /** When its last piece came, where only that is known. */
  arrived: number;
  /** Capture time of its last window. */
  last: number;
  watch: SoundWatch;
  windows: number;
  /** Settles when all that came is heard. */
  heard: Promise<void>;
  /** Pieces that wait for that. */
  pieces: number;
}

/** Joins sound that comes in messages of any length and rate into windows, source by source. */
export class RawIntake {
  readonly #options: RawIntakeOptions;
  readonly #sources = new RecentSources<Source>(() => ({
    ...{
      stream: new RawStream(soundWindow.sampleRate),
      anchor: Number.NaN,
      arrived: -Infinity,
      last: 0,
      watch: new SoundWatch(),
      windows: 0,
    },
    ...{ heard: Promise.resolve(), pieces: 0 },
  }));
  #waiting = 0;

  constructor(options: RawIntakeOptions) {
    this.#options = options;
  }

  /**
   * Settles when the windows that these samples complete are heard. Sound of a source at another rate, or not where the
   * last one ended, begins a new stream: no window spans a gap.
   * @throws SentinelError ES_AUDIO_INVALID when the samples cannot be used or too many wait; and what `hear` throws
   */
  async push(sound: RawSound, samples: Float32Array | Int16Array, hear: HearWindow): Promise<void> {
    const mono = monoOf(samples, sound.channels ?? 1);
    const name = sound.source ?? 'sound';
    const source = this.#sources.of(name);
    if (source.pieces >= mostPieces || this.#waiting + mono.length > mostWaiting) throw tooMuch();
    const end = this.#endOf(sound);
    this.#waiting += mono.length;
    source.pieces += 1;
    const heard = source.heard.then(() => this.#take(source, { ...sound, source: name }, { mono, end, hear }));
    source.heard = heard.catch(() => undefined);
    try {
      await heard;
    } finally {
      this.#waiting -= mono.length;
      source.pieces -= 1;
    }
  }

  /** When the last sample was, and whether the sender says so. */
  #endOf({ capturedAt }: RawSound): { at: number; isTold: boolean } {
    return { at: capturedAt ?? this.#options.clock.now(), isTold: capturedAt !== undefined };
  }

  async #take(
    source: Source,
    sound: RawSound & { source: string },
    { mono, end, hear }: { mono: Float32Array; end: { at: number; isTold: boolean }; hear: HearWindow },
  ): Promise<void> {
    this.#place(source, sound, { length: mono.length, ...end });
    const { stream } = source;
    stream.add(mono);
    for (let piece = stream.take(); piece !== undefined; piece = stream.take()) {
      const resampled = await this.#resampled(piece);
      const isLost = resampled === undefined;
      if (isLost) this.#options.metrics.count('audio_gaps_total', { source: sound.source });
      for (const window of stream.windows(resampled ?? new Float32Array(piece.count))) {
        // Sound that comes faster than time passes, from a file say, moves the anchor all the while.
        const capturedAt = Math.max(source.last + 1, Math.round(source.anchor + window.endSeconds * 1000));
        source.last = capturedAt;
        await this.#hear(source, sound, { capturedAt, samples: window.samples, isLost, hear });
      }
    }
  }

  /** @returns undefined without a worker: whoever hears the silence in its place will find it down, and say so. */
  async #resampled(piece: ClipPart): Promise<Float32Array | undefined> {
    if (piece.format.sampleRate === soundWindow.sampleRate) return new Float32Array(piece.bytes.buffer);
    try {
      return await this.#options.resampler().readPart({ ...piece, bytes: piece.bytes.slice() });
    } catch {
      return undefined;
    }
  }

  /** Finds out when the samples were, and begins a new stream when they do not continue the last one. */
  #place(source: Source, { source: name, sampleRate }: RawSound & { source: string }, sound: Placed): void {
    const start = sound.at - ((source.stream.count + sound.length) / source.stream.rate) * 1000;
    const lag = Number.isNaN(source.anchor) ? 0 : start - source.anchor;
    const limits = sound.isTold ? torn.told : torn.arrived;
    // Sound may well come faster than time passes, but never before what came before it: then the clock was set back.
    const isSetBack = !sound.isTold && sound.at < source.arrived - limits.ms;
    const isTorn = isSetBack || (sound.isTold ? Math.abs(lag) : lag) > limits.ms;
    if (!sound.isTold) source.arrived = sound.at;
    if (isTorn || sampleRate !== source.stream.rate) {
      if (source.stream.count > 0) this.#options.metrics.count('audio_gaps_total', { source: name });
      source.stream = new RawStream(sampleRate);
      source.anchor = sound.at - (sound.length / sampleRate) * 1000;
      source.last = 0;
      source.watch.reset();
    } else if (Number.isNaN(source.anchor) || (lag < 0 && !sound.isTold)) {
      // Nothing arrives before it happened: the earliest arrival is the truest.
      source.anchor = start;
    } else {
      source.anchor += lag * limits.follow;
    }
  }

  async #hear(
    source: Source,
    { source: name, area = 'home', record = false }: RawSound & { source: string },
    {
      capturedAt,
      samples,
      isLost,
      hear,
    }: { capturedAt: number; samples: Float32Array; isLost: boolean; hear: HearWindow },
  ): Promise<void> {
    const { site, metrics } = this.#options;
    if (!isLost) source.watch.push(samples);
    const { fault } = source.watch;
    if (fault !== undefined) metrics.count('microphone_fault_seconds_total', { source: name, fault }, freshSeconds);
    metrics.count('audio_windows_captured_total', { source: name });
    const identity = { v: 1, kind: 'audio-window', site: site(), area, source: name, capturedAt } as const;
    const form = { seq: source.windows, sampleRate: soundWindow.sampleRate, hop: soundWindow.hop, record } as const;
    source.windows += 1;
    await hear({ ...identity, ...form, ...levelOf(samples) }, samples, fault);
  }
}

interface Placed {
  at: number;
  isTold: boolean;
  length: number;
}

function tooMuch(): SentinelError {
  return new SentinelError('ES_AUDIO_INVALID', 'Too much sound waits to be listened to; this piece was not.', {
    hint: 'Send it no faster than it is answered.',
  });
}
