import { predictLimits, type Prediction, type Spectrogram } from '../../contracts/prediction.ts';
import { logit, sigmoid } from '../class-calibration.ts';
import { patch } from '../log-mel.ts';
import { bestOf, type DecidedClip } from './clip-decision.ts';
import type { HeardClip } from './clip-listener.ts';
import { rowRange } from './spectrogram-columns.ts';

type Verdict = Omit<Prediction, 'format' | 'model' | 'ms'>;

const secondsPerRow = 0.01;
const evens = 0.5;
const justBelow = 0.4999;

/**
 * What a clip amounts to. A score says danger as far as it is beyond the threshold of its class, so all of them are laid on
 * one scale, on which every threshold is 0.5; the highest one counts. Quiet classes have no threshold and say nothing.
 * @param threshold From this probability on it is danger. At 0.5 that is what audio-classify triggers.
 */
export function predictionOf(
  heard: HeardClip,
  decided: DecidedClip,
  threshold: number = predictLimits.threshold,
): Verdict {
  const isSilent = heard.dbfs < predictLimits.leastDbfs;
  const { thresholds } = decided;
  const windows = decided.windows.map(({ offset, counted }) => {
    const scores = Object.entries(counted).map(([name, score]): [string, number] => {
      return [name, isSilent ? 0 : shown(score, thresholds[name] ?? 1)];
    });
    const chances = scores.map(([name, score]) => dangerOf(score, thresholds[name] ?? 1));
    return { offset, probability: Math.max(0, ...chances), scores: Object.fromEntries(scores) };
  });
  const probability = Math.max(0, ...windows.map((window) => window.probability));
  const counted = bestOf(windows.map((window) => window.scores));
  const triggered = Object.keys(counted).filter(
    (name) => dangerOf(counted[name] ?? 0, thresholds[name] ?? 1) >= threshold,
  );
  const scores = { ...Object.fromEntries(Object.keys(thresholds).map((name) => [name, 0])), ...counted };
  const isDanger = probability >= threshold;
  return {
    prediction: isDanger ? 1 : 0,
    class: isDanger ? 'danger' : 'safe',
    confidence: rounded(isDanger ? probability : 1 - probability),
    ...{ probability, threshold, scores, thresholds, triggered },
    at: windows.find((window) => window.probability === probability)?.offset ?? 0,
    windows,
    top: decided.top.map(({ label, score }) => ({ label, score: rounded(score) })),
    seconds: Math.round(heard.seconds * 1000) / 1000,
    dbfs: heard.dbfs,
    peak: rounded(heard.peak),
    backend: heard.backend,
    ...(decided.head === undefined ? {} : { version: decided.head.version }),
    ...(isSilent ? { reason: 'There is nothing to hear: it is silent.' } : {}),
    ...(decided.suppressed.length === 0 || isSilent ? {} : { suppressed: decided.suppressed }),
    ...(heard.spectrogram === undefined ? {} : { spectrogram: drawn(heard.spectrogram) }),
  };
}

/** On the scale where the threshold is 0.5. Rounding carries nothing over it. */
function dangerOf(score: number, threshold: number): number {
  const chance = rounded(sigmoid(logit(score) - logit(threshold)));
  return score >= threshold ? Math.max(evens, chance) : Math.min(justBelow, chance);
}

/** Four digits, but on the same side of the threshold. */
function shown(score: number, threshold: number): number {
  const short = rounded(score);
  return short >= threshold === score >= threshold ? short : score;
}

function drawn({ columns, rowsPerColumn }: NonNullable<HeardClip['spectrogram']>): Spectrogram {
  const { bands } = patch;
  const { lowest, highest } = rowRange;
  return {
    ...{ bands, columns: columns.length / bands },
    ...{ secondsPerColumn: Math.round(rowsPerColumn * secondsPerRow * 1000) / 1000 },
    ...{ lowest: rounded(lowest), highest, data: Buffer.from(columns).toString('base64') },
  };
}

/** Four digits are more than any model knows. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
