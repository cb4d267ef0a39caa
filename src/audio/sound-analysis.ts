import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { AudioScores, AudioWindow, Cue } from '../contracts/messages.ts';
import { SingleFile } from '../inference/single-file.ts';
import { levelOf } from '../pcm/level.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import type { SoundClassifier, SoundOutcome } from './classifier.ts';
import { clipWindows } from './clip-windows.ts';
import { triggeredSounds, type DecisionLimits } from './decision.ts';
import type { SoundScores } from './sound-classes.ts';

type Identity = Pick<AudioWindow, 'site' | 'area' | 'source' | 'capturedAt'>;
type Heard = Pick<AudioScores, 'dbfs' | 'peak' | 'record'>;

export type SoundVerdict =
  | { outcome: 'dropped' }
  | { outcome: 'scores'; scores: AudioScores }
  /** Nobody listens: the cue says so to whoever fuses. `news`: it ran before. */
  | { outcome: 'down'; error: SentinelError; cue: Cue; news: boolean };

export interface SoundAnalysisOptions {
  /** @throws when there is no usable model. */
  classifier: () => Pick<SoundClassifier, 'classify' | 'readClip'>;
  /** Whether it was told already that there is no usable model. */
  isDown?: boolean;
  limits: DecisionLimits;
}

/** What audio-classify does: score a window of a stream, or a whole WAV clip window by window. */
export class SoundAnalysis {
  readonly #options: SoundAnalysisOptions;
  /** One at a time has a place beside the microphones, the others wait here. */
  readonly #clips = new SingleFile(tooMany);
  #down: boolean;

  constructor(options: SoundAnalysisOptions) {
    this.#options = options;
    this.#down = options.isDown ?? false;
  }

  /** @throws SentinelError ES_AUDIO_INVALID when the samples cannot be used. */
  async window(window: AudioWindow, samples: Float32Array): Promise<SoundVerdict> {
    try {
      const outcome = await this.#options.classifier().classify({ source: window.source, samples });
      if (outcome === undefined) return { outcome: 'dropped' };
      this.#down = false;
      return { outcome: 'scores', scores: this.#scores(window, window, outcome, outcome.scores) };
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_MODEL_FAILED');
      if (error.name === 'ES_AUDIO_INVALID') throw error;
      const news = !this.#down;
      this.#down = true;
      return { outcome: 'down', error, cue: downCue(window), news };
    }
  }

  /**
   * A whole clip: `scores` are the best of all windows, `windows` the time line.
   * @throws SentinelError ES_AUDIO_INVALID when the bytes are no usable WAV, ES_MODEL_FAILED when too many wait.
   */
  clip(wav: Buffer, identity: Identity): Promise<AudioScores> {
    return this.#clips.run(() => this.#clip(wav, identity));
  }

  async #clip(wav: Buffer, identity: Identity): Promise<AudioScores> {
    const classifier = this.#options.classifier();
    const samples = await classifier.readClip(wav);
    const parts: { offset: number; outcome: SoundOutcome }[] = [];
    for (const part of clipWindows(samples)) {
      const outcome = await classifier.classify({ source: identity.source, samples: part.samples });
      if (outcome === undefined) throw tooMany();
      parts.push({ offset: part.offset / soundWindow.sampleRate, outcome });
    }
    const loudest = parts.reduce<SoundOutcome | undefined>(strongest, undefined);
    if (loudest === undefined) throw new SentinelError('ES_AUDIO_INVALID', 'The clip is empty.');
    const best = (name: string): number => Math.max(...parts.map(({ outcome }) => outcome.scores[name] ?? 0));
    const scores = Object.fromEntries(Object.keys(loudest.scores).map((name) => [name, best(name)])) as SoundScores;
    const windows = parts.map(({ offset, outcome }) => ({ offset, scores: outcome.scores }));
    return { ...this.#scores(identity, { ...levelOf(samples), record: false }, loudest, scores), windows };
  }

  #scores(identity: Identity, heard: Heard, outcome: SoundOutcome, scores: SoundScores): AudioScores {
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

function tooMany(): SentinelError {
  return new SentinelError('ES_MODEL_FAILED', 'Too many clips wait to be listened to; this one was not.', {
    hint: 'Send fewer at a time, or wait for each answer.',
  });
}

function downCue({ v, site, area, source, capturedAt }: AudioWindow): Cue {
  return { v, kind: 'cue', site, area, source, capturedAt, cue: 'classifier-down', score: 1, features: {} };
}

function strongest(best: SoundOutcome | undefined, { outcome }: { outcome: SoundOutcome }): SoundOutcome {
  const peak = (one: SoundOutcome): number => Math.max(...Object.values(one.scores));
  return best === undefined || peak(outcome) > peak(best) ? outcome : best;
}
