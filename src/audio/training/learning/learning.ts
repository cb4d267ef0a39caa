import type { EpochResult, HeadComparison, TrainingResults } from '../../../contracts/training.ts';
import type { FormerHead, NewHead } from '../../heads/head.ts';
import { askHeldOut, HeldOutCurve, planFor } from './held-out.ts';
import { LeavingOut } from './leaving-out.ts';
import { LessonResults } from './lesson-results.ts';
import { layOut, type LessonClip } from './lesson-rows.ts';
import { seededRandom } from './seeded-random.ts';
import { SoftmaxRegression } from './softmax-regression.ts';
import { bestScale } from './verdicts.ts';

/** A head, and how good it is. */
export interface Learnt extends NewHead {
  results: Omit<TrainingResults, 'embeddingMs' | 'trainingMs'>;
  comparison?: HeadComparison;
}

/** Shares of the work: learning, and settling what was learnt. The rest is asking about clips that are left out. */
const shares = { learnt: 0.2, settled: 0.3 } as const;

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
  const everything = Int32Array.from(examples.classes.keys());
  const random = seededRandom(plan.seed);
  const head = new SoftmaxRegression(examples, { learn: everything, classCount: labels.length, ...plan, random });
  const curve = new HeldOutCurve(lesson, plan);
  const history: EpochResult[] = [];
  for (let epoch = 1; epoch <= plan.epochs; epoch += 1) {
    history.push({ epoch, ...head.epoch(), ...curve.epoch() });
    yield (shares.learnt * epoch) / plan.epochs;
  }
  const settling = LeavingOut.from(head);
  let settled = settling.next();
  for (; settled.done !== true; settled = settling.next()) yield shares.learnt;
  const asking = askHeldOut(lesson, settled.value);
  let asked = asking.next();
  for (; asked.done !== true; asked = asking.next()) yield shares.settled + (1 - shares.settled) * asked.value;
  const answers = asked.value;
  const scale = bestScale(
    clips.map(({ label }, group) => ({ windows: answers.groups[group] ?? [], wanted: labels.indexOf(label) })),
  );

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
