import { SentinelError } from '../../contracts/errors.ts';
import type { SoundClass } from '../../contracts/messages.ts';
import { unpackError } from '../../inference/worker-messages.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import type { WavFile } from '../../pcm/wav.ts';
import type { AudioReply, AudioRequest } from '../classification.ts';
import type { SoundClassifier } from '../classifier.ts';
import type { RunningHead } from '../training/head.ts';
import type { StretchScores } from './hear-stretches.ts';
import { clipStretches, type ClipStretch } from './stretches.ts';

/** Windows of one run. A live window waits for the run that is under way: some 30 ms. */
const mostWindows = 32;
/** Beyond so many, a clip would wait for longer than anybody waits for it. */
const mostWaiting = 400;
/** What silence is reported as: quieter than any microphone. */
const silenceDbfs = -100;

/** A whole clip, as it was heard. */
export interface HeardClip {
  seconds: number;
  /** RMS level of what can be heard (a constant part does not count), in dB relative to full scale. */
  dbfs: number;
  /** Largest absolute sample. */
  peak: number;
  /** Of each window, in order; `offset` in seconds. */
  windows: { offset: number; scores: Record<SoundClass, number>; trained?: Record<string, number> }[];
  /** The five best raw classes of the window with the highest score. */
  top: { label: string; score: number }[];
  backend: string;
  /** What the user has trained, where it belongs to the model. */
  head?: RunningHead;
  /** The log-mel rows, 64 bytes for each 10 ms (`rowRange`), when they were asked for. */
  rows?: Uint8Array;
}

interface Waiting {
  stretch: ClipStretch;
  head: RunningHead | undefined;
  resolve: (heard: StretchScores & { backend: string }) => void;
  reject: (error: unknown) => void;
}

/**
 * Has clips heard beside what is live: a few requests to the workers at a time, each of several clips, so that a live window
 * has its turn after the next one. The stretches of a long clip take turns with those of the others.
 */
export class ClipListener {
  readonly #ask: SoundClassifier['ask'];
  readonly #atOnce: number;
  readonly #waiting: Waiting[] = [];
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
   * @param wishes `rows`: give the log-mel rows; `head`: what the user has trained has its say, the same for the whole clip.
   * @throws SentinelError ES_BUSY when too many wait; ES_AUDIO_INVALID; or as `SoundClassifier.ask`
   */
  async hear(wav: WavFile, { rows, head }: { rows: boolean; head?: RunningHead | undefined }): Promise<HeardClip> {
    if (this.#clips >= mostWaiting) throw tooMany();
    this.#clips += 1;
    try {
      const parts: Heard[] = [];
      for (const stretch of clipStretches(wav, rows)) parts.push(await this.#heard(stretch, head));
      return joined(wav, parts, head);
    } finally {
      this.#clips -= 1;
    }
  }

  #heard(stretch: ClipStretch, head: RunningHead | undefined): Promise<Heard> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ stretch, head, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#asked < this.#atOnce && this.#waiting.length > 0) {
      this.#asked += 1;
      void this.#run(this.#batch()).finally(() => {
        this.#asked -= 1;
        this.#next();
      });
    }
  }

  /** The oldest that fit into one run, shared among the threads. */
  #batch(): Waiting[] {
    const batch: Waiting[] = [];
    let windows = 0;
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return batch;
      const isOther = batch.length > 0 && batch[0]?.head !== next.head;
      if (isOther || (batch.length > 0 && windows + next.stretch.windows > mostWindows)) return batch;
      windows += next.stretch.windows;
      batch.push(next);
      this.#waiting.shift();
    }
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const stretches = batch.map(({ stretch }) => stretch);
      const head = batch[0]?.head;
      const reply = await this.#ask(
        head === undefined ? { stretches } : { stretches, head },
        stretches.map(({ bytes }) => bytes.buffer),
      );
      if (!('heard' in reply)) throw new SentinelError('ES_WORKER_LOST', 'The audio worker answered something else.');
      batch.forEach(({ resolve, reject }, index) => {
        const heard = reply.heard[index];
        if (heard === undefined) reject(new SentinelError('ES_WORKER_LOST', 'The audio worker left a clip out.'));
        else if ('error' in heard) reject(unpackError(heard.error));
        else resolve({ ...heard, backend: reply.backend });
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

type Heard = StretchScores & { backend: string };

function joined({ frames, format }: WavFile, parts: readonly Heard[], head: RunningHead | undefined): HeardClip {
  const scores = parts.flatMap((part) => part.scores);
  const trained = parts.flatMap((part) => part.trained ?? []);
  const best = (part: Heard): number => Math.max(...part.scores.flatMap((window) => Object.values(window)));
  const strongest = parts.reduce<Heard | undefined>(
    (a, b) => (a === undefined || best(b) > best(a) ? b : a),
    undefined,
  );
  const rows = parts.flatMap((part) => (part.rows === undefined ? [] : [part.rows]));
  return {
    seconds: frames / format.sampleRate,
    ...levelOf(parts.map(({ level }) => level)),
    windows: scores.map((window, index) => {
      const heard = { offset: offsetOf(index), scores: window };
      const said = trained[index];
      return said === undefined ? heard : { ...heard, trained: said };
    }),
    top: strongest?.top ?? [],
    backend: strongest?.backend ?? '',
    // A head of another model says nothing.
    ...(head === undefined || trained.length === 0 ? {} : { head }),
    ...(rows.length === 0 ? {} : { rows: new Uint8Array(Buffer.concat(rows)) }),
  };
}

/** A multiple of 0.48 s, without the crumbs of binary fractions. */
function offsetOf(window: number): number {
  return Math.round((window * soundWindow.hop * 100) / soundWindow.sampleRate) / 100;
}

function levelOf(levels: readonly StretchScores['level'][]): { dbfs: number; peak: number } {
  const total = (of: (level: StretchScores['level']) => number): number =>
    levels.reduce((sum, one) => sum + of(one), 0);
  const count = Math.max(
    1,
    total((level) => level.count),
  );
  const mean = total((level) => level.sum) / count;
  const power = total((level) => level.squares) / count - mean * mean;
  const dbfs = power > 0 ? Math.max(silenceDbfs, 10 * Math.log10(power)) : silenceDbfs;
  return { dbfs: Math.round(dbfs * 10) / 10, peak: Math.max(...levels.map(({ peak }) => peak)) };
}

function tooMany(): SentinelError {
  return new SentinelError('ES_BUSY', 'Too many clips wait to be heard.', { hint: 'Ask again in a moment.' });
}
