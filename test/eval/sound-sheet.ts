import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import {
  averagePrecision,
  bestF1,
  precisionRecall,
  type JudgedSound,
  type OperatingPoint,
} from '../../src/audio/calibration/precision-recall.ts';

/** A clip, what it is, and what was heard in it. */
export interface ScoredClip {
  file: string;
  class: string;
  fine: string;
  source: string;
  seconds: number;
  scores: Readonly<Record<string, number>>;
}

/** Sounds of another class that are taken for it. */
export interface Confuser {
  fine: string;
  /** What the manifest says they are. */
  class: string;
  clips: number;
  /** At or above the threshold. */
  fired: number;
}

/** Of one class; null where nothing is of the class, or nothing fires. */
export interface SoundFigures {
  /** Clips of the class. */
  n: number;
  ap: number | null;
  /** 5 % and 95 % of the average precisions that other draws of as many clips would have. */
  ap_90: [number, number] | null;
  f1: number | null;
  /** Where the best F1 is. */
  f1_threshold: number | null;
  /** At the threshold. */
  recall: number | null;
  precision: number | null;
  threshold: number;
  /** Clips of `other` that fire where so large a share of the class does. */
  false_at_recall: Record<string, number | null>;
  confusers: Confuser[];
}

const draws = 400;
const recalls = [0.25, 0.5, 0.75, 0.9];

/**
 * What is said of the clips that were judged. A clip scores what its best window scores.
 * @param thresholds of each class that is judged
 */
export function soundFigures(clips: readonly ScoredClip[], thresholds: Readonly<Record<string, number>>) {
  const others = clips.filter((clip) => clip.class === 'other');
  const hours = others.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  const falseClips = (name: string, threshold: number): number => firing(others, name, threshold).length;
  const entries = Object.entries(thresholds);
  return {
    classes: Object.fromEntries(entries.map(([name, threshold]) => [name, figuresOf(clips, name, threshold)])),
    other_clips: others.length,
    other_hours: rounded(hours),
    false_clips: Object.fromEntries(entries.map(([name, threshold]) => [name, falseClips(name, threshold)])),
    false_clips_per_hour: Object.fromEntries(
      entries.map(([name, threshold]) => [name, hours === 0 ? null : rounded(falseClips(name, threshold) / hours, 2)]),
    ),
  };
}

function figuresOf(clips: readonly ScoredClip[], name: string, threshold: number): SoundFigures {
  const judged = clips.map((clip) => ({ score: clip.scores[name] ?? 0, positive: clip.class === name }));
  const curve = precisionRecall(judged);
  const best = bestF1(curve);
  const fired = judged.filter(({ score }) => score >= threshold);
  const hits = fired.filter(({ positive }) => positive).length;
  const n = judged.filter(({ positive }) => positive).length;
  return {
    n,
    ap: rounded(averagePrecision(curve)),
    ap_90: interval(judged),
    f1: rounded(best?.f1 ?? null),
    f1_threshold: rounded(best?.point.threshold ?? null),
    recall: n === 0 ? null : rounded(hits / n),
    precision: fired.length === 0 ? null : rounded(hits / fired.length),
    threshold,
    false_at_recall: Object.fromEntries(recalls.map((recall) => [recall, falseAt(clips, name, curve, recall)])),
    confusers: confusersOf(clips, name, threshold),
  };
}

function firing(clips: readonly ScoredClip[], name: string, threshold: number): ScoredClip[] {
  return clips.filter(({ scores }) => (scores[name] ?? 0) >= threshold);
}

function falseAt(clips: readonly ScoredClip[], name: string, curve: readonly OperatingPoint[], recall: number) {
  const point = curve.find((candidate) => candidate.recall >= recall);
  if (point === undefined) return null;
  return firing(clips, name, point.threshold).filter((clip) => clip.class === 'other').length;
}

function confusersOf(clips: readonly ScoredClip[], name: string, threshold: number): Confuser[] {
  const groups = Map.groupBy(
    clips.filter((clip) => clip.class !== name),
    (clip) => JSON.stringify([clip.fine, clip.class]),
  );
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      const fired = firing(group, name, threshold).length;
      return first === undefined || fired === 0
        ? []
        : [{ fine: first.fine, class: first.class, clips: group.length, fired }];
    })
    .sort((a, b) => b.fired - a.fired || b.fired / b.clips - a.fired / a.clips);
}

/** By drawing clips again, with replacement, as many of the class and as many of the others. The same clips, the same interval. */
function interval(judged: readonly JudgedSound[]): [number, number] | null {
  const positives = judged.filter(({ positive }) => positive);
  const negatives = judged.filter(({ positive }) => !positive);
  if (positives.length < 2) return null;
  const random = seededRandom(1);
  const drawn = (from: readonly JudgedSound[]): JudgedSound[] =>
    from.flatMap(() => from[Math.floor(random() * from.length)] ?? []);
  const precisions = Array.from({ length: draws }, () => {
    return averagePrecision(precisionRecall([...drawn(positives), ...drawn(negatives)])) ?? 0;
  }).sort((a, b) => a - b);
  const at = (share: number): number => precisions[Math.round(share * (draws - 1))] ?? 0;
  return [rounded(at(0.05)), rounded(at(0.95))];
}

export function rounded<Share extends number | null>(share: Share, digits = 4): Share {
  return (share === null ? null : Math.round(share * 10 ** digits) / 10 ** digits) as Share;
}
