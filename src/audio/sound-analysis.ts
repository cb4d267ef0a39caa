import { SentinelError } from '../contracts/errors.ts';
import { soundClasses, type AudioScores, type AudioWindow, type SoundClass } from '../contracts/messages.ts';
import { levelOf } from '../pcm/level.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import type { SoundClassifier, SoundOutcome } from './classifier.ts';
import { clipWindows } from './clip-windows.ts';
import { triggeredSounds, type DecisionLimits } from './decision.ts';

type Identity = Pick<AudioWindow, 'site' | 'area' | 'source' | 'capturedAt'>;
type Heard = Pick<AudioScores, 'dbfs' | 'peak' | 'record'>;

export interface SoundAnalysisOptions {
  classifier: () => Pick<SoundClassifier, 'classify' | 'readClip'>;
  limits: DecisionLimits;
}

/** What audio-classify does: score a window of a stream, or a whole WAV clip window by window. */
export class SoundAnalysis {
  readonly #options: SoundAnalysisOptions;

  constructor(options: SoundAnalysisOptions) {
    this.#options = options;
  }

  /**
   * @returns undefined for a window that was dropped because the classifier could not keep up.
   * @throws SentinelError when the samples are unusable, or model or worker fail.
   */
  async window(window: AudioWindow, samples: Float32Array): Promise<AudioScores | undefined> {
    const outcome = await this.#options.classifier().classify({ source: window.source, samples });
    return outcome && this.#scores(window, window, outcome, outcome.scores);
  }

  /**
   * A whole clip: `scores` are the best of all windows, `windows` the time line.
   * @throws SentinelError ES_AUDIO_INVALID when the bytes are no usable WAV.
   */
  async clip(wav: Buffer, identity: Identity): Promise<AudioScores> {
    const classifier = this.#options.classifier();
    const samples = await classifier.readClip(wav);
    const parts: { offset: number; outcome: SoundOutcome }[] = [];
    for (const part of clipWindows(samples)) {
      const outcome = await classifier.classify({ source: identity.source, samples: part.samples });
      if (outcome !== undefined) parts.push({ offset: part.offset / soundWindow.sampleRate, outcome });
    }
    const loudest = parts.reduce<SoundOutcome | undefined>(strongest, undefined);
    if (loudest === undefined) throw new SentinelError('ES_MODEL_FAILED', 'The classifier ended before the clip did.');
    const best = (name: SoundClass): number => Math.max(...parts.map(({ outcome }) => outcome.scores[name]));
    const scores = Object.fromEntries(soundClasses.map((name) => [name, best(name)])) as Record<SoundClass, number>;
    const windows = parts.map(({ offset, outcome }) => ({ offset, scores: outcome.scores }));
    return { ...this.#scores(identity, { ...levelOf(samples), record: false }, loudest, scores), windows };
  }

  #scores(identity: Identity, heard: Heard, outcome: SoundOutcome, scores: Record<SoundClass, number>): AudioScores {
    const { site, area, source, capturedAt } = identity;
    const { dbfs, peak, record } = heard;
    const { limits } = this.#options;
    const { top, model, backend, timings } = outcome;
    const triggered = triggeredSounds({ scores, top, dbfs }, limits);
    return {
      ...{ v: 1, kind: 'audio-scores', site, area, source, capturedAt },
      ...{ scores, top, triggered, thresholds: limits.thresholds, dbfs, peak, record, model, backend, timings },
    };
  }
}

function strongest(best: SoundOutcome | undefined, { outcome }: { outcome: SoundOutcome }): SoundOutcome {
  const peak = (one: SoundOutcome): number => Math.max(...Object.values(one.scores));
  return best === undefined || peak(outcome) > peak(best) ? outcome : best;
}
