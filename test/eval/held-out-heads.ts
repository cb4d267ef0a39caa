import type { Embedder } from '../../src/audio/embedder.ts';
import { clipWindows } from '../../src/audio/training/material/clip-windows.ts';
import { bestOf } from '../../src/audio/clips/clip-decision.ts';
import { blend } from '../../src/audio/heads/blend.ts';
import { headScores, shared, type RunningHead } from '../../src/audio/heads/head.ts';
import { learn } from '../../src/audio/training/learning/learning.ts';
import type { LessonClip } from '../../src/audio/training/learning/lesson-rows.ts';
import { tellingWindows } from '../../src/audio/training/material/telling-windows.ts';
import type { HeardWindow } from './sound-finder.ts';

/** A clip in a fold: what a head learns of it, and what it is asked about it. */
interface FoldClip {
  fold: number;
  lesson: LessonClip;
  /** By window: what the sound model says, and its embedding. */
  windows: readonly { heard: HeardWindow; embedding: Float32Array }[];
}

/**
 * Trains a head for each fold on the clips of all others, as sentinel-audio-train does, and lets it have its say beside the model about
 * the clips of its own. Built-in everyday sounds are left out, since clips of this fold may be among them; the manifest has `other` itself.
 */
export class HeldOutHeads {
  readonly #embedder: Embedder;
  readonly #thresholds: Readonly<Record<string, number>>;
  readonly #counted: (window: HeardWindow) => Readonly<Record<string, number>>;
  readonly #clips = new Map<string, FoldClip>();

  /**
   * @param thresholds of the sound model.
   * @param counted scores of a window as they count, beside what sounds alike.
   */
  constructor(
    embedder: Embedder,
    thresholds: Readonly<Record<string, number>>,
    counted: (window: HeardWindow) => Readonly<Record<string, number>>,
  ) {
    this.#embedder = embedder;
    this.#thresholds = thresholds;
    this.#counted = counted;
  }

  /** @param key tells clips apart. @param heard the windows of the clip. */
  async add(
    key: string,
    { label, fold, samples }: { label: string; fold: number; samples: Float32Array },
    heard: readonly HeardWindow[],
  ): Promise<void> {
    const embeddings = await this.#embedder.embed(clipWindows(samples).map((window) => window.samples));
    // One that is silent can be judged, but nothing can be learnt from it.
    const windows = await this.#embedder.embed(tellingWindows(samples));
    this.#clips.set(key, {
      fold,
      lesson: { label, hash: key, seconds: 0, windows, variants: [] },
      windows: embeddings.flatMap((embedding, index) => {
        const window = heard[index];
        return window === undefined ? [] : [{ heard: window, embedding }];
      }),
    });
  }

  /** The best scores of each clip, by its key. @param told before each fold. */
  *scores(told: (fold: number, clips: number) => void): Generator<[key: string, scores: Record<string, number>]> {
    const folds = Map.groupBy(this.#clips, ([, { fold }]) => fold);
    for (const [fold, held] of folds) {
      const lessons = [...this.#clips.values()].filter((clip) => clip.fold !== fold && clip.lesson.windows.length > 0);
      told(fold, lessons.length);
      const head = headOf(lessons.map(({ lesson }) => lesson));
      for (const [key, { windows }] of held) yield [key, this.#best(head, windows)];
    }
  }

  release(): Promise<void> {
    return this.#embedder.release();
  }

  #best(head: RunningHead, windows: FoldClip['windows']): Record<string, number> {
    const scores = windows.map(({ heard: { scores, named }, embedding }) => {
      return this.#counted({
        scores: blend(scores, this.#thresholds, head, headScores(head, embedding)).scores,
        named,
      });
    });
    return bestOf(scores);
  }
}

function headOf(lessons: readonly LessonClip[]): RunningHead {
  const learning = learn(lessons, undefined, undefined, '');
  let step = learning.next();
  while (step.done !== true) step = learning.next();
  const { labels, weights, bias, thresholds } = step.value;
  return {
    ...{ version: 0, labels, thresholds, modelSha256: '', model: '', sha256: '' },
    weights: shared(weights),
    bias: shared(bias),
  };
}
