import { soundClasses, type AudioScores, type AudioWindow, type SoundClass } from '../contracts/messages.ts';
import { levelOf } from '../pcm/level.ts';
import { resample } from '../pcm/resample.ts';
import { decodeWav } from '../pcm/wav.ts';
import type { SoundClassifier, SoundOutcome } from './classifier.ts';
import { clipWindows } from './clip-windows.ts';
import { decide, type DecisionLimits } from './decision.ts';

const sampleRate = 16_000;

export interface SoundAnalysisOptions {
  classifier: () => Pick<SoundClassifier, 'classify'>;
  limits: DecisionLimits;
}

/** What audio-classify does: score a window of a stream, or a whole WAV clip window by window. */
export class SoundAnalysis {
  readonly #options: SoundAnalysisOptions;

  constructor(options: SoundAnalysisOptions) {
    this.#options = options;
  }

  /** @throws SentinelError when model or worker fail. */
  async window(window: AudioWindow, samples: Float32Array): Promise<AudioScores> {
    const outcome = await this.#options.classifier().classify({ source: window.source, samples });
    return this.#scores(window, outcome, outcome.scores);
  }

  /**
   * A whole clip: `scores` are the best of all windows, `windows` the time line.
   * @throws SentinelError ES_AUDIO_INVALID when the bytes are no usable WAV.
   */
  async clip(
    wav: Buffer,
    identity: Pick<AudioWindow, 'site' | 'area' | 'source' | 'capturedAt'>,
  ): Promise<AudioScores> {
    const decoded = decodeWav(wav);
    const samples = resample(decoded.samples, decoded.sampleRate, sampleRate);
    const parts: { offset: number; outcome: SoundOutcome }[] = [];
    for (const part of clipWindows(samples)) {
      const outcome = await this.#options.classifier().classify({ source: identity.source, samples: part.samples });
      parts.push({ offset: part.offset / sampleRate, outcome });
    }
    const loudest = parts.reduce((best, part) => (peakScore(part.outcome) > peakScore(best.outcome) ? part : best));
    const window: AudioWindow = {
      v: 1,
      kind: 'audio-window',
      seq: 0,
      sampleRate,
      hop: 7680,
      record: false,
      ...identity,
      ...levelOf(samples),
    };
    const best = Object.fromEntries(
      soundClasses.map((name) => [name, Math.max(...parts.map((part) => part.outcome.scores[name]))]),
    ) as Record<SoundClass, number>;
    return {
      ...this.#scores(window, loudest.outcome, best),
      windows: parts.map((part) => ({ offset: part.offset, scores: part.outcome.scores })),
    };
  }

  #scores(window: AudioWindow, outcome: SoundOutcome, scores: Record<SoundClass, number>): AudioScores {
    const { v, site, area, source, capturedAt, dbfs, peak, record } = window;
    const decision = decide(scores, dbfs, this.#options.limits);
    return {
      ...{ v, kind: 'audio-scores', site, area, source, capturedAt, dbfs, peak, record },
      scores: decision.scores,
      triggered: decision.triggered,
      thresholds: this.#options.limits.thresholds,
      top: outcome.top,
      model: outcome.model,
      backend: outcome.backend,
      timings: outcome.timings,
    };
  }
}

function peakScore(outcome: SoundOutcome): number {
  return Math.max(...Object.values(outcome.scores));
}
