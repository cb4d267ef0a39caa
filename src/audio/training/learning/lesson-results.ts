import { isQuiet, type ClassResult, type HeadComparison, type TrainingResults } from '../../../contracts/training.ts';
import { averagePrecision, precisionRecall, type JudgedSound } from '../../calibration/precision-recall.ts';
import { headProbabilities, type FormerHead } from '../../heads/head.ts';
import type { HeldOutAnswers } from './held-out.ts';
import type { LessonClip } from './lesson-rows.ts';
import { balancedAccuracy, sharpened, thresholdOf, verdictOf, type ClipVerdict, type ScoredClip } from './verdicts.ts';

/** Clips that neither head has met, needed to compare them by. */
const leastUnmet = 10;
const bins = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

interface Judged extends ClipVerdict {
  wanted: number;
}

/** What clips that were held out say about a head. */
export class LessonResults {
  readonly #clips: readonly LessonClip[];
  readonly #labels: readonly string[];
  readonly #judged: readonly Judged[];
  /** Windows of built-in sounds. */
  readonly #others: readonly Float64Array[];

  /** @param scale On the scores of the heads, as in the final one. */
  constructor(clips: readonly LessonClip[], labels: readonly string[], answers: HeldOutAnswers, scale: number) {
    this.#clips = clips;
    this.#labels = labels;
    const windows = answers.groups.map((group) => group.map((window) => sharpened(window, scale)));
    this.#judged = clips.map(({ label }, group) => ({
      ...verdictOf(windows[group] ?? [], labels),
      wanted: labels.indexOf(label),
    }));
    this.#others = windows.slice(clips.length).flat();
  }

  /** Of the classes that fire. */
  get thresholds(): Record<string, number> {
    const firing = this.#labels.filter((label) => !isQuiet(label));
    return Object.fromEntries(firing.map((label) => [label, thresholdOf(this.#scored(label, true))]));
  }

  get balancedAccuracy(): number {
    return balancedAccuracy(this.#judged);
  }

  get accuracy(): number {
    return this.#judged.filter(({ wanted, found }) => wanted === found).length / Math.max(1, this.#judged.length);
  }

  get classes(): ClassResult[] {
    const { thresholds } = this;
    return [...new Set(this.#clips.map(({ label }) => label))].sort().map((label) => {
      const place = this.#labels.indexOf(label);
      const own = this.#clips.filter((clip) => clip.label === label);
      const hits = this.#judged.filter(({ wanted, found }) => wanted === place && found === place).length;
      const found = this.#judged.filter((one) => one.found === place).length;
      const [precision, recall] = [found === 0 ? 0 : hits / found, hits / own.length];
      return {
        label,
        clips: own.length,
        windows: own.reduce((sum, { windows }) => sum + windows.length, 0),
        seconds: Math.round(own.reduce((sum, { seconds }) => sum + seconds, 0) * 10) / 10,
        ...{ precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) },
        averagePrecision: averagePrecision(precisionRecall(this.#scored(label, false).map(asJudged))) ?? 0,
        ...(Object.hasOwn(thresholds, label) ? { threshold: thresholds[label] ?? 0 } : {}),
      };
    });
  }

  get confusion(): number[][] {
    return this.#labels.map((_, wanted) =>
      this.#labels.map(
        (__, found) => this.#judged.filter((one) => one.wanted === wanted && one.found === found).length,
      ),
    );
  }

  /** How sure it was of what it found. */
  get confidence(): TrainingResults['confidence'] {
    const count = (isRight: boolean): number[] => {
      const scores = this.#judged
        .filter(({ wanted, found }) => (wanted === found) === isRight)
        .map(({ scores: all, found }) => all[found] ?? 0);
      return bins.map(
        (low, bin) => scores.filter((score) => score >= low && score < (bins[bin + 1] ?? Infinity)).length,
      );
    };
    return { bins, right: count(true), wrong: count(false) };
  }

  get others(): { windows: number; falseAlarms: number } {
    const { thresholds } = this;
    const fires = (window: Float64Array): boolean =>
      this.#labels.some(
        (label, place) => Object.hasOwn(thresholds, label) && (window[place] ?? 0) >= (thresholds[label] ?? 1),
      );
    return { windows: this.#others.length, falseAlarms: this.#others.filter(fires).length };
  }

  /** Whether the head is worth more than the one in use: on clips that neither has learnt, else by the score of each training. */
  compare(former: FormerHead, modelSha256: string): HeadComparison {
    const mine = this.balancedAccuracy;
    const own = new Set(this.#clips.map(({ label }) => label));
    const known = new Set(former.labels);
    const missing = [...own].filter((label) => !known.has(label) && !isQuiet(label));
    const lost = former.labels.filter((label) => !own.has(label) && !isQuiet(label));
    const base = { with: former.version, new: mine, clips: 0, worse: false };
    if (missing.length + lost.length > 0) {
      const said = `Version ${former.version} knows other classes, so that the two cannot be compared.`;
      return { ...base, said };
    }
    const met = new Set(former.clips);
    const unmet = [...this.#clips.keys()].filter((place) => !met.has(this.#clips[place]?.hash ?? ''));
    if (unmet.length < leastUnmet || former.modelSha256 !== modelSha256)
      return verdict({ ...base, old: former.balancedAccuracy });
    const old = balancedAccuracy(unmet.map((place) => this.#asked(former, place)));
    const now = balancedAccuracy(unmet.map((place) => this.#judged[place] ?? { wanted: 0, found: 1 }));
    return verdict({ ...base, old, new: now, clips: unmet.length });
  }

  #asked(former: FormerHead, place: number): { wanted: number; found: number } {
    const clip = this.#clips[place];
    const windows = (clip?.windows ?? []).map((window) => headProbabilities(former, window));
    const { found } = verdictOf(windows, former.labels);
    const label = former.labels[found] ?? '';
    // What is quiet for one may have another name for the other.
    const same = label === clip?.label || (isQuiet(label) && isQuiet(clip?.label ?? ''));
    const wanted = this.#labels.indexOf(clip?.label ?? '');
    return { wanted, found: same ? wanted : -1 };
  }

  #scored(label: string, withOthers: boolean): ScoredClip[] {
    const place = this.#labels.indexOf(label);
    const clips = this.#judged.map(({ scores, wanted }) => ({
      score: scores[place] ?? 0,
      isClass: wanted === place,
      weight: 1,
    }));
    if (!withOthers) return clips;
    // All built-in sounds together count as much as the clips, however many there are.
    const weight = Math.min(1, clips.length / Math.max(1, this.#others.length));
    return [...clips, ...this.#others.map((window) => ({ score: window[place] ?? 0, isClass: false, weight }))];
  }
}

function asJudged({ score, isClass }: ScoredClip): JudgedSound {
  return { score, positive: isClass };
}

function verdict(comparison: Omit<HeadComparison, 'said'> & { old: number }): HeadComparison {
  const { old, clips, with: version } = comparison;
  const worse = comparison.new < old - 1e-9;
  const [before, now] = [old, comparison.new].map((share) => `${Math.round(share * 100)} %`);
  const on = clips > 0 ? `on ${clips} clips that neither had learnt` : 'on the clips that each had held out';
  const said = `The new head finds ${now} of the clips, version ${version} ${before}, ${on} (mean over the classes).`;
  return { ...comparison, worse, said };
}
