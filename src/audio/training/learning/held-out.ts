import type { LeavingOut } from './leaving-out.ts';
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
}

/** How long and how strictly is learnt. */
export interface LearningPlan {
  epochs: number;
  l2: number;
  seed: number;
}

/** Multiplications and additions that may go into asking about all that is left out: some seconds. */
const usualBudget = 1e10;
/** So many of them may go into more than one round for each. */
const budgetOfRounds = 4e9;
const rounds = [3, 2, 1] as const;
const [leastFolds, foldsOfOthers, foldsOfCurve] = [5, 20, 5];
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
 * Asks about clips that a head has not met: each clip is left out by itself, with all its windows and copies; where there are too
 * many for that, in groups. Yields the share that is done, so that whoever runs it may stop in between.
 */
export function* askHeldOut(
  lesson: LessonRows,
  leaving: LeavingOut,
  budget = usualBudget,
): Generator<number, HeldOutAnswers> {
  const { groups, varied, clipCount } = lesson;
  const plan = planOf(lesson, leaving, budget);
  const folds = foldsOf(lesson, plan.folds, foldsOfOthers);
  const count = 1 + Math.max(...folds);
  const out = Array.from({ length: count }, (): number[] => []);
  groups.forEach((group, row) => out[folds[group] ?? 0]?.push(row));
  const answers = Array.from({ length: folds.length }, (): Float64Array[] => []);
  for (const [fold, rows] of out.entries()) {
    const said = leaving.ask(Int32Array.from(rows), plan.rounds);
    rows.forEach((row, index) => {
      const windows = said[index];
      if (windows !== undefined && varied[row] === 0) answers[groups[row] ?? 0]?.push(windows);
    });
    yield (fold + 1) / count;
  }
  const method = plan.folds === clipCount ? 'leave-one-file-out' : 'k-fold';
  return { groups: answers, method, folds: plan.folds };
}

/** A head that learns from all but each fifth clip beside the one that learns from all: how what it has not met fares meanwhile. */
export class HeldOutCurve {
  readonly #head: SoftmaxRegression;
  readonly #lesson: LessonRows;
  /** Rows of the clips that it does not learn from. */
  readonly #asked: Int32Array;

  constructor(lesson: LessonRows, plan: LearningPlan) {
    const { groups, varied, examples, labels, clipCount } = lesson;
    const folds = foldsOf(lesson, foldsOfCurve, foldsOfCurve);
    const rows = Int32Array.from(groups.keys());
    const isOut = (row: number): boolean =>
      folds[groups[row] ?? 0] === 0 || (folds[groups[row] ?? 0] ?? 0) === foldsOfCurve;
    const random = seededRandom(plan.seed + 1);
    this.#lesson = lesson;
    this.#asked = rows.filter((row) => isOut(row) && varied[row] === 0 && (groups[row] ?? 0) < clipCount);
    const learn = rows.filter((row) => !isOut(row));
    this.#head = new SoftmaxRegression(examples, { learn, classCount: labels.length, ...plan, random });
  }

  epoch(): { heldOutLoss: number; heldOutAccuracy: number } {
    this.#head.epoch();
    let [loss, right] = [0, 0];
    for (const row of this.#asked) {
      const probabilities = this.#head.probabilities(row);
      const probability = probabilities[this.#lesson.examples.classes[row] ?? 0] ?? 0;
      loss -= Math.log(Math.max(1e-12, probability));
      right += probability === Math.max(...probabilities) ? 1 : 0;
    }
    const count = Math.max(1, this.#asked.length);
    return { heldOutLoss: loss / count, heldOutAccuracy: right / count };
  }
}

/** Each clip by itself, if that does not take too long; and as many rounds for each as there is time for. */
function planOf(
  { groups, clipCount }: LessonRows,
  leaving: LeavingOut,
  budget: number,
): { folds: number; rounds: number } {
  const cost = (folds: number, round: number): number => folds * leaving.cost(Math.ceil(groups.length / folds), round);
  if (cost(clipCount, 1) <= budget) {
    return { folds: clipCount, rounds: rounds.find((round) => cost(clipCount, round) <= budgetOfRounds) ?? 1 };
  }
  // More rows at once are farther from the whole head, and need all rounds.
  const most = Math.max(...rounds);
  const affordable = Math.floor(budget / cost(1, most));
  return { folds: Math.min(clipCount, Math.max(leastFolds, affordable)), rounds: most };
}

/** The fold in which each group is held out, all classes evenly spread: those of clips, then those of built-in sounds. */
function foldsOf({ groups, examples, clipCount }: LessonRows, ofClips: number, ofOthers: number): Int32Array {
  const folds = new Int32Array(1 + Math.max(...groups));
  const classes = new Map<number, number>();
  groups.forEach((group, row) => classes.set(group, examples.classes[row] ?? 0));
  const sorted = [...classes].sort(([a, first], [b, second]) => first - second || a - b);
  const clips = sorted.filter(([group]) => group < clipCount);
  const others = sorted.filter(([group]) => group >= clipCount);
  for (const [part, first, count] of [
    [clips, 0, ofClips],
    [others, ofClips, ofOthers],
  ] as const) {
    part.forEach(([group], index) => {
      folds[group] = first + (index % count);
    });
  }
  return folds;
}
