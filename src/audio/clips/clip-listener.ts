import { SentinelError } from '../../contracts/errors.ts';
import type { AudioScores } from '../../contracts/messages.ts';
import { unpackError } from '../../inference/worker-messages.ts';
import { levelOfSums } from '../../pcm/level.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import type { WavFile } from '../../pcm/wav.ts';
import type { AudioReply, AudioRequest } from '../classification.ts';
import type { RunningHead } from '../heads/head.ts';
import type { HeardPiece, StretchScores } from './hear-stretches.ts';
import { clipStretches, rowsPerColumn, weightOf, type ClipStretch } from './stretches.ts';

/** Windows of one run at 16 kHz. A live window waits for the run that is under way: some 30 ms. */
const heaviest = 32;
/** Beyond so many, a clip would wait for longer than anybody waits for it. */
const mostWaiting = 400;

export interface ClipWishes {
  /** What the user has trained has its say, the same for the whole clip. */
  head?: RunningHead | undefined;
  /** A spectrogram of at most so many columns. */
  columns?: number | undefined;
  /** Nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

/** A window of a clip, as it was heard. */
export interface ClipWindow extends HeardPiece {
  /** Seconds from the beginning of the clip. */
  offset: number;
  /** The head that `trained` is of, or that belongs to another model where that is absent. */
  head?: RunningHead | undefined;
}

/** What there is to say of a whole clip beside its windows. */
export interface HeardClip {
  seconds: number;
  /** RMS level of what can be heard (a constant part does not count), in dB relative to full scale. */
  dbfs: number;
  /** Largest absolute sample. */
  peak: number;
  backend: string;
  /** Of the runs that it was part of. */
  timings: Omit<AudioScores['timings'], 'waitMs'>;
  /** Columns of 64 bytes, and how many rows of 10 ms each is drawn of; where it was asked for. */
  spectrogram?: { columns: Uint8Array; rowsPerColumn: number };
}

type Heard = StretchScores & Pick<HeardClip, 'backend' | 'timings'>;

interface Waiting {
  stretch: ClipStretch;
  wishes: ClipWishes;
  resolve: (heard: Heard) => void;
  reject: (error: unknown) => void;
}

/**
 * Has clips heard beside what is live: a few requests to the workers at a time, each of several clips, so that a live window
 * has its turn after the next one. The stretches of a long clip take turns with those of the others.
 */
export class ClipListener {
  readonly #ask: (request: AudioRequest, transfer: readonly ArrayBuffer[]) => Promise<AudioReply>;
  readonly #atOnce: number;
  #waiting: Waiting[] = [];
  #clips = 0;
  #asked = 0;

  /** @param atOnce Requests under way: one for each thread, and one that waits for the first to be free. */
  constructor(ask: (request: AudioRequest, transfer: readonly ArrayBuffer[]) => Promise<AudioReply>, atOnce: number) {
    this.#ask = ask;
    this.#atOnce = atOnce;
  }

  /** Clips that are being heard, or wait for it. */
  get clips(): number {
    return this.#clips;
  }

  /**
   * @param wav Its samples must not change meanwhile.
   * @param take Told of each window in order, 25 at most in one turn.
   * @throws SentinelError ES_BUSY when too many wait; ES_AUDIO_INVALID; or as `SoundClassifier.ask`; the reason of the signal
   */
  async hear(wav: WavFile, wishes: ClipWishes, take: (window: ClipWindow) => void): Promise<HeardClip> {
    if (this.#clips >= mostWaiting) throw tooMany();
    this.#clips += 1;
    try {
      const seconds = wav.frames / wav.format.sampleRate;
      const together = wishes.columns === undefined ? 0 : rowsPerColumn(wav, wishes.columns);
      const parts: Omit<Heard, 'windows'>[] = [];
      let window = 0;
      for (const stretch of clipStretches(wav, together)) {
        const { windows, ...part } = await this.#heard(stretch, wishes);
        parts.push(part);
        for (const heard of windows) take({ ...heard, offset: offsetOf(window++), head: wishes.head });
      }
      return { seconds, ...joined(parts, together) };
    } finally {
      this.#clips -= 1;
    }
  }

  #heard(stretch: ClipStretch, wishes: ClipWishes): Promise<Heard> {
    return new Promise((resolve, reject) => {
      wishes.signal?.throwIfAborted();
      this.#waiting.push({ stretch, wishes, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#asked >= this.#atOnce) return;
    this.#forgetAborted();
    while (this.#asked < this.#atOnce && this.#waiting.length > 0) {
      this.#asked += 1;
      void this.#run(this.#batch()).finally(() => {
        this.#asked -= 1;
        this.#next();
      });
    }
  }

  #forgetAborted(): void {
    const isAborted = ({ wishes }: Waiting): boolean => wishes.signal?.aborted === true;
    if (!this.#waiting.some(isAborted)) return;
    for (const { wishes, reject } of this.#waiting.filter(isAborted)) reject(wishes.signal?.reason);
    this.#waiting = this.#waiting.filter((one) => !isAborted(one));
  }

  /** The oldest that fit into one run. */
  #batch(): Waiting[] {
    const batch: Waiting[] = [];
    let weight = 0;
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return batch;
      const isOther = batch.length > 0 && batch[0]?.wishes.head !== next.wishes.head;
      weight += weightOf(next.stretch);
      if (isOther || (batch.length > 0 && weight > heaviest)) return batch;
      batch.push(next);
      this.#waiting.shift();
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const stretches = batch.map(({ stretch }) => stretch);
      const head = batch[0]?.wishes.head;
      const reply = await this.#ask(
        head === undefined ? { stretches } : { stretches, head },
        stretches.map(({ bytes }) => bytes.buffer),
      );
      if (!('heard' in reply)) throw new SentinelError('ES_WORKER_LOST', 'The audio worker answered something else.');
      const { heard: all, ...of } = reply;
      batch.forEach(({ resolve, reject }, index) => {
        const heard = all[index];
        if (heard === undefined) reject(new SentinelError('ES_WORKER_LOST', 'The audio worker left a clip out.'));
        else if ('error' in heard) reject(unpackError(heard.error));
        else resolve({ ...heard, ...of });
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function joined(parts: readonly Omit<Heard, 'windows'>[], together: number): Omit<HeardClip, 'seconds'> {
  const total = (of: (part: HeardClip['timings']) => number): number =>
    parts.reduce((sum, { timings }) => sum + of(timings), 0);
  const columns = parts.flatMap((part) => part.columns ?? []);
  return {
    ...levelOfSums(parts.map(({ sums }) => sums)),
    backend: parts[0]?.backend ?? '',
    timings: {
      featuresMs: total(({ featuresMs }) => featuresMs),
      inferenceMs: total(({ inferenceMs }) => inferenceMs),
    },
    ...(together === 0 ? {} : { spectrogram: { columns: Buffer.concat(columns), rowsPerColumn: together } }),
  };
}

/** A multiple of 0.48 s, without the crumbs of binary fractions. */
function offsetOf(window: number): number {
  return Math.round((window * soundWindow.hop * 100) / soundWindow.sampleRate) / 100;
}

function tooMany(): SentinelError {
  return new SentinelError('ES_BUSY', 'Too many clips wait to be heard.', { hint: 'Ask again in a moment.' });
}
