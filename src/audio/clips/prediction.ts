import { predictLimits, type Prediction, type Spectrogram } from '../../contracts/prediction.ts';
import { patch } from '../log-mel.ts';
import { blend } from '../training/blend.ts';
import type { HeardClip } from './clip-listener.ts';
import { rowRange } from './quantised-rows.ts';

type Verdict = Omit<Prediction, 'format' | 'model' | 'ms'>;

/** A class of this name, where the user has trained one, says itself how likely danger is. */
const dangerClass = 'danger';
/** Keeps logits finite. */
const leastProbability = 1e-6;
const secondsPerRow = 0.01;

/**
 * What a clip amounts to. A score says danger as far as it is beyond the threshold of its class, so all of them are laid on
 * one scale, on which every threshold is 0.5; the highest one counts. Quiet classes have no threshold and say nothing.
 * @param own Thresholds of the classes of the model; 1 turns one off.
 * @param threshold From this probability on it is danger.
 */
export function predictionOf(
  heard: HeardClip,
  own: Record<string, number>,
  threshold: number = predictLimits.threshold,
): Verdict {
  const { head } = heard;
  const windows = heard.windows.map(({ offset, scores: raw, trained }) => {
    const said = head === undefined || trained === undefined ? undefined : blend(raw, own, head, trained);
    const scores = said?.scores ?? raw;
    return { offset, probability: rounded(dangerOf(scores, said?.thresholds ?? own)), scores: roundedAll(scores) };
  });
  const worst = windows.reduce<(typeof windows)[number] | undefined>(
    (a, b) => (a === undefined || b.probability > a.probability ? b : a),
    undefined,
  );
  const probability = worst?.probability ?? 0;
  const isDanger = probability >= threshold;
  const scores = bestOf(windows.map((window) => window.scores));
  // The classes of the model keep their thresholds; those that only the head knows bring theirs.
  const thresholds = { ...head?.thresholds, ...own };
  return {
    prediction: isDanger ? 1 : 0,
    class: isDanger ? 'danger' : 'safe',
    confidence: rounded(isDanger ? probability : 1 - probability),
    probability,
    threshold,
    scores,
    thresholds,
    triggered: Object.entries(thresholds).flatMap(([name, at]) => ((scores[name] ?? 0) >= at ? [name] : [])),
    at: worst?.offset ?? 0,
    windows,
    top: heard.top.map(({ label, score }) => ({ label, score: rounded(score) })),
    seconds: Math.round(heard.seconds * 1000) / 1000,
    dbfs: heard.dbfs,
    peak: rounded(heard.peak),
    backend: heard.backend,
    ...(head === undefined ? {} : { version: head.version }),
    ...(heard.rows === undefined ? {} : { spectrogram: spectrogramOf(heard.rows) }),
  };
}

function dangerOf(scores: Readonly<Record<string, number>>, thresholds: Readonly<Record<string, number>>): number {
  const said = scores[dangerClass];
  if (said !== undefined) return said;
  const beyond = Object.entries(thresholds).map(([name, at]) => logit(scores[name] ?? 0) - logit(at));
  return beyond.length === 0 ? 0 : 1 / (1 + Math.exp(-Math.max(...beyond)));
}

function logit(probability: number): number {
  const safe = Math.min(1 - leastProbability, Math.max(leastProbability, probability));
  return Math.log(safe / (1 - safe));
}

function bestOf(windows: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const best: Record<string, number> = {};
  for (const scores of windows) {
    for (const [name, score] of Object.entries(scores)) best[name] = Math.max(best[name] ?? 0, score);
  }
  return best;
}

/** Columns of equal time, each the loudest of its rows: a bang must not vanish in a long recording. */
function spectrogramOf(rows: Uint8Array): Spectrogram {
  const { bands } = patch;
  const count = rows.length / bands;
  const together = Math.ceil(count / predictLimits.columns);
  const columns = Math.ceil(count / together);
  const data = Buffer.alloc(columns * bands);
  rows.forEach((value, index) => {
    const at = Math.floor(Math.floor(index / bands) / together) * bands + (index % bands);
    if (value > (data[at] ?? 0)) data[at] = value;
  });
  const { lowest, highest } = rowRange;
  return {
    ...{ bands, columns, secondsPerColumn: Math.round(together * secondsPerRow * 1000) / 1000 },
    ...{ lowest: rounded(lowest), highest, data: data.toString('base64') },
  };
}

function roundedAll(scores: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, rounded(score)]));
}

/** Four digits are more than any model knows. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
