import type { EpochResult } from '../../contracts/training.ts';
import type { LessonRows } from './lesson-rows.ts';
import { seededRandom } from './seeded-random.ts';
import { SoftmaxRegression } from './softmax-regression.ts';

/** What a head that had never met a clip said of its windows: probabilities in the order of the labels. */
export type HeldOutWindows = readonly Float64Array[];

export interface HeldOutAnswers {
  /** By group: the clips, then the built-in sounds. */
  groups: readonly HeldOutWindows[];
  method: 'leave-one-file-out' | 'k-fold';
  folds: number;
  /** Held-out loss and accuracy after each epoch, over all folds. */
  history: Pick<EpochResult, 'heldOutLoss' | 'heldOutAccuracy'>[];
}

/** How long and how strictly is learnt. */
export interface LearningPlan {
  epochs: number;
  l2: number;
  seed: number;
}

/** Multiplications and additions that may go into all folds together: some seconds. */
const budget = 3e9;
const mostFolds = 20;
const leastFolds = 5;
/** Steps of the optimiser that settle it, whatever the number of examples. */
const steps = 1500;
const batch = 32;
/** Strength of L2 for so many rows; it falls as there are more. As C = 0.01 of other programs. */
const l2Rows = 100;

export function planFor(rows: number): LearningPlan {
  return {
    epochs: Math.min(150, Math.max(20, Math.round((steps * batch) / rows))),
    l2: Math.min(1, Math.max(0.02, l2Rows / rows)),
    seed: 1,
  };
}

/**
 * Asks heads about clips that they have not met: each clip is left out once, alone where that does not take too long, with
 * all its windows and copies. Yields the share that is done, so that whoever runs it may stop in between.
 */
export function* askHeldOut(lesson: LessonRows, plan: LearningPlan): Generator<number, HeldOutAnswers> {
  const { groups, varied, examples, labels, clipCount } = lesson;
  const folds = foldsOf(lesson, plan);
  const count = 1 + Math.max(...folds);
  const answers = new Map<number, Float64Array[]>();
  const sums = Array.from({ length: plan.epochs }, () => ({ loss: 0, right: 0, rows: 0 }));
  for (let fold = 0; fold < count; fold += 1) {
    const rows = Int32Array.from(groups.keys());
    const learn = rows.filter((row) => folds[groups[row] ?? 0] !== fold);
    const asked = rows.filter((row) => folds[groups[row] ?? 0] === fold && varied[row] === 0);
    const random = seededRandom(plan.seed + fold);
    const head = new SoftmaxRegression(examples, { learn, classCount: labels.length, ...plan, random });
    for (let epoch = 0; epoch < plan.epochs; epoch += 1) {
      head.epoch();
      const ofClips = asked.filter((row) => (groups[row] ?? 0) < clipCount);
      for (const row of ofClips) judge(head.probabilities(row), examples.classes[row] ?? 0, sums[epoch]);
      yield (fold + (epoch + 1) / plan.epochs) / count;
    }
    for (const row of asked) {
      const group = groups[row] ?? 0;
      answers.set(group, [...(answers.get(group) ?? []), head.probabilities(row)]);
    }
  }
  return {
    groups: Array.from({ length: 1 + Math.max(...groups) }, (_, group) => answers.get(group) ?? []),
    method: count === clipCount ? 'leave-one-file-out' : 'k-fold',
    folds: count,
    history: sums.map(({ loss, right, rows }) => ({
      heldOutLoss: loss / Math.max(1, rows),
      heldOutAccuracy: right / Math.max(1, rows),
    })),
  };
}

function judge(
  probabilities: Float64Array,
  wanted: number,
  sum: { loss: number; right: number; rows: number } | undefined,
): void {
  if (sum === undefined) return;
  const probability = probabilities[wanted] ?? 0;
  sum.loss -= Math.log(Math.max(1e-12, probability));
  sum.right += probability === Math.max(...probabilities) ? 1 : 0;
  sum.rows += 1;
}

/** The fold in which each group is held out: all classes evenly spread. */
function foldsOf({ groups, examples, labels, clipCount }: LessonRows, { epochs }: LearningPlan): Int32Array {
  const cost = 4 * examples.classes.length * examples.size * labels.length * epochs;
  const affordable = Math.floor(budget / cost);
  const count = clipCount <= affordable ? clipCount : Math.min(clipCount, mostFolds, Math.max(leastFolds, affordable));
  const folds = new Int32Array(1 + Math.max(...groups));
  const classes = new Map<number, number>();
  groups.forEach((group, row) => classes.set(group, examples.classes[row] ?? 0));
  const sorted = [...classes].sort(([a, first], [b, second]) => first - second || a - b);
  const clips = sorted.filter(([group]) => group < clipCount);
  const others = sorted.filter(([group]) => group >= clipCount);
  for (const part of [clips, others]) {
    part.forEach(([group], index) => {
      folds[group] = index % count;
    });
  }
  return folds;
}
