import type { EpochResult, HeadComparison, TrainingResults } from '../../contracts/training.ts';
import type { TrainedHead } from './head.ts';
import { askHeldOut, planFor } from './held-out.ts';
import type { LessonClip } from './lesson-clips.ts';
import { LessonResults, type FormerHead } from './lesson-results.ts';
import { layOut } from './lesson-rows.ts';
import { seededRandom } from './seeded-random.ts';
import { SoftmaxRegression } from './softmax-regression.ts';
import { bestScale } from './verdicts.ts';

/** A head, and how good it is. */
export interface Learnt {
  labels: readonly string[];
  weights: Float32Array;
  bias: Float32Array;
  thresholds: TrainedHead['thresholds'];
  /** Hashes of the clips that it has learnt. */
  clips: string[];
  results: Omit<TrainingResults, 'embeddingMs' | 'trainingMs'>;
  comparison?: HeadComparison;
}

/** Share of the work that is done by asking heads about clips that were held out. */
const askingShare = 0.9;

/**
 * Learns a head, and finds out how good it is. Yields how much is done, so that whoever runs it may stop in between.
 * @param others Embeddings of built-in everyday sounds; undefined: there are none for this model.
 */
export function* learn(
  clips: readonly LessonClip[],
  others: readonly Float32Array[] | undefined,
  former: FormerHead | undefined,
  modelSha256: string,
): Generator<number, Learnt> {
  const lesson = layOut(clips, others ?? []);
  const { labels, examples } = lesson;
  const plan = planFor(examples.classes.length);
  const asking = askHeldOut(lesson, plan);
  let step = asking.next();
  for (; step.done !== true; step = asking.next()) yield askingShare * step.value;
  const answers = step.value;
  const scale = bestScale(
    clips.map(({ label }, group) => ({ windows: answers.groups[group] ?? [], wanted: labels.indexOf(label) })),
  );

  const everything = Int32Array.from(examples.classes.keys());
  const random = seededRandom(plan.seed);
  const head = new SoftmaxRegression(examples, { learn: everything, classCount: labels.length, ...plan, random });
  const history: EpochResult[] = [];
  for (const [index, heldOut] of answers.history.entries()) {
    history.push({ epoch: index + 1, ...head.epoch(), ...heldOut });
    yield askingShare + (1 - askingShare) * ((index + 1) / plan.epochs);
  }

  const judged = new LessonResults(clips, labels, answers, scale);
  const { accuracy, balancedAccuracy, classes, confusion, confidence, thresholds } = judged;
  const note =
    others === undefined ? 'There are none for this sound model, so that its classes may fire more often.' : undefined;
  return {
    ...{ labels, ...head.folded(scale), thresholds, clips: clips.map(({ hash }) => hash) },
    results: {
      ...{ accuracy, balancedAccuracy, method: answers.method, folds: answers.folds },
      ...{ classes, labels: [...labels], confusion, history, confidence },
      other: { ...judged.others, ...(note === undefined ? {} : { note }) },
    },
    ...(former === undefined ? {} : { comparison: judged.compare(former, modelSha256) }),
  };
}
