import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { AudioScores, AudioWindow, Cue } from '../contracts/messages.ts';
import type { Clock, Metrics, TalkState } from '../contracts/ports.ts';
import { sourceKey } from '../contracts/source-key.ts';
import { RecentSources } from '../confirmation/recent-sources.ts';
import { SingleFile } from '../inference/single-file.ts';
import { levelOf } from '../pcm/level.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import type { SoundClassifier, SoundOutcome } from './classifier.ts';
import { clipWindows } from './clip-windows.ts';
import type { DecisionSettings } from './decision/settings.ts';
import { SourceDecision, type Decided } from './decision/source-decision.ts';
import { Listening } from './listening.ts';
import { blend } from './training/blend.ts';

type Identity = Pick<AudioWindow, 'site' | 'area' | 'source' | 'capturedAt'>;
type Level = Pick<AudioScores, 'dbfs' | 'peak'>;

/** An outcome in which the head of the user has had its say. */
type JudgedOutcome = Omit<SoundOutcome, 'scores'> & {
  scores: Record<string, number>;
  thresholds: DecisionSettings['thresholds'];
};

export type SoundVerdict =
  | { outcome: 'dropped' }
  /** `cues`: that it is louder or quieter than allowed for long, or that this is over. */
  | { outcome: 'scores'; scores: AudioScores; cues: Cue[] }
  /** Nobody listens: the cue says so to whoever fuses. `news`: it ran before. */
  | { outcome: 'down'; error: SentinelError; cue: Cue; news: boolean };

export interface SoundAnalysisOptions {
  /** @throws when there is no usable model. */
  classifier: () => Pick<SoundClassifier, 'classify' | 'readClip'>;
  /** Id of the model. */
  model: string;
  /** Whether it was told already that there is no usable model. */
  isDown?: boolean;
  decision: DecisionSettings;
  /** Whether the head that the user trained has its say; default no. */
  trained?: boolean;
  /** Whether our own loudspeaker talks. */
  talk: TalkState;
  clock: Clock;
  metrics: Pick<Metrics, 'count'>;
}

const windowMs = (soundWindow.samples / soundWindow.sampleRate) * 1000;

/** What audio-classify does: score a window of a stream, or a whole WAV clip window by window, and decide what counts. */
export class SoundAnalysis {
  /** What it hears, for people who tune it. */
  readonly listening: Listening;
  readonly #options: SoundAnalysisOptions;
  /** One at a time has a place beside the microphones, the others wait here. */
  readonly #clips = new SingleFile(tooMany);
  readonly #sources: RecentSources<{ decision: SourceDecision; newest?: AudioWindow }>;
  #down: boolean;
  #headFault: SentinelError | undefined;

  constructor(options: SoundAnalysisOptions) {
    this.#options = options;
    this.#down = options.isDown ?? false;
    this.#sources = new RecentSources(() => ({ decision: new SourceDecision(options.decision) }));
    this.listening = new Listening(options);
  }

  /** Why the head in use has no say, though it should: it belongs to another model. */
  get headFault(): SentinelError | undefined {
    return this.#headFault;
  }

  /** @throws SentinelError ES_AUDIO_INVALID when the samples cannot be used. */
  async window(window: AudioWindow, samples: Float32Array): Promise<SoundVerdict> {
    try {
      const heard = await this.#options.classifier().classify({ source: window.source, samples });
      if (heard === undefined) return { outcome: 'dropped' };
      const outcome = this.#withHead(heard);
      this.#down = false;
      this.listening.fault = undefined;
      return { outcome: 'scores', ...this.#decide(window, outcome) };
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_MODEL_FAILED');
      if (error.name === 'ES_AUDIO_INVALID') throw error;
      const news = !this.#down;
      this.#down = true;
      this.listening.fault = error.message;
      return { outcome: 'down', error, cue: downCue(window), news };
    }
  }

  /** From which score on a class counts. */
  get thresholds(): Record<string, number> {
    return this.#options.decision.thresholds;
  }

  /** A source is gone: what comes later under its name is another stream. */
  forget(source: { site: string; source: string }): void {
    this.#sources.get(sourceKey(source))?.decision.forget();
    this.listening.forget(source);
  }

  /** Nobody listens any more. @returns that what was told of levels is over: nobody else would ever say so. */
  end(): Cue[] {
    return this.#sources.all.flatMap(([, { decision, newest }]) =>
      newest === undefined ? [] : decision.end(newest.dbfs).map((news) => levelCue(newest, news)),
    );
  }

  /**
   * A whole clip: `scores` are the best of all windows, `windows` the time line. Nothing comes after it, so a single window
   * at its threshold is enough.
   * @throws SentinelError ES_AUDIO_INVALID when the bytes are no usable WAV, ES_MODEL_FAILED when too many wait.
   */
  clip(wav: Buffer, identity: Identity): Promise<AudioScores> {
    return this.#clips.run(() => this.#clip(wav, identity));
  }

  /** Lets the head in use have its say. */
  #withHead(outcome: SoundOutcome): JudgedOutcome {
    const { thresholds } = this.#options.decision;
    const { head, trained, scores } = outcome;
    this.#headFault = undefined;
    if (this.#options.trained !== true || head === undefined) return { ...outcome, thresholds };
    if (trained !== undefined) return { ...outcome, ...blend(scores, thresholds, head, trained) };
    this.#headFault = anotherModel(head.version, head.model, outcome.model);
    return { ...outcome, thresholds };
  }

  #decide(window: AudioWindow, outcome: JudgedOutcome): { scores: AudioScores; cues: Cue[] } {
    const { talk, metrics } = this.#options;
    const { area, source, capturedAt, dbfs, peak, record } = window;
    const { scores, top, named, thresholds } = outcome;
    const talkingUntil = talk.talkingUntil(area, capturedAt - windowMs, capturedAt);
    const known = this.#sources.of(sourceKey(window));
    known.newest = window;
    const { decision } = known;
    const decided = decision.judge({ capturedAt, scores, top, named, thresholds, dbfs, peak, talkingUntil });
    for (const label of decided.unheard) metrics.count('sounds_muted_total', { source, label });
    const levels = (['noise', 'silence'] as const).filter((level) => decision.levels[level] !== undefined);
    const told = this.#message(window, { dbfs, peak, record }, outcome, scores, decided);
    const cues = decided.news.map((news) => levelCue(window, news));
    return { scores: this.listening.hear(told, { levels, unheard: decided.unheard.length }), cues };
  }

  async #clip(wav: Buffer, identity: Identity): Promise<AudioScores> {
    const classifier = this.#options.classifier();
    const samples = await classifier.readClip(wav);
    const parts: { offset: number; outcome: JudgedOutcome; level: Level }[] = [];
    for (const part of clipWindows(samples)) {
      const level = levelOf(part.samples);
      const heard = await classifier.classify({ source: identity.source, samples: part.samples });
      if (heard === undefined) throw tooMany();
      parts.push({ offset: part.offset / soundWindow.sampleRate, outcome: this.#withHead(heard), level });
    }
    const loudest = parts.reduce<JudgedOutcome | undefined>(strongest, undefined);
    if (loudest === undefined) throw new SentinelError('ES_AUDIO_INVALID', 'The clip is empty.');
    const best = (name: string): number => Math.max(...parts.map(({ outcome }) => outcome.scores[name] ?? 0));
    const scores = Object.fromEntries(Object.keys(loudest.scores).map((name) => [name, best(name)]));
    const windows = parts.map(({ offset, outcome }) => ({ offset, scores: outcome.scores }));
    const decided = decideClip(parts, { ...this.#options.decision, singleFrom: 0 }, identity.capturedAt);
    return { ...this.#message(identity, { ...levelOf(samples), record: false }, loudest, scores, decided), windows };
  }

  #message(
    { site, area, source, capturedAt }: Identity,
    heard: Level & Pick<AudioScores, 'record'>,
    { top, model, backend, timings, thresholds, head, trained }: JudgedOutcome,
    scores: AudioScores['scores'],
    { triggered, sounds, suppressed, muted }: Pick<Decided, 'triggered' | 'sounds' | 'suppressed' | 'muted'>,
  ): AudioScores {
    const version = this.#options.trained === true && trained !== undefined ? head?.version : undefined;
    return {
      ...{ v: 1, kind: 'audio-scores', site, area, source, capturedAt },
      ...{ scores, top, triggered, thresholds: { ...thresholds }, ...heard, model, backend, timings, sounds },
      ...(version === undefined ? {} : { head: version }),
      ...(suppressed.length === 0 ? {} : { suppressed }),
      ...(muted === undefined ? {} : { muted }),
    };
  }
}

/** A clip is a stream that is over: every sound that was heard in any of its windows. */
function decideClip(
  parts: readonly { offset: number; outcome: JudgedOutcome; level: Level }[],
  settings: DecisionSettings,
  begin: number,
): Pick<Decided, 'triggered' | 'sounds' | 'suppressed' | 'muted'> {
  const decision = new SourceDecision(settings);
  const windows = parts.map(({ offset, outcome: { scores, top, named, thresholds }, level }) =>
    decision.judge({ capturedAt: begin + offset * 1000, scores, top, named, thresholds, ...level }),
  );
  const sounds = windows.flatMap((window) => window.sounds.filter(({ started }) => started));
  const triggered = [...new Set(sounds.map(({ label }) => label))];
  const suppressed = [
    ...new Map(windows.flatMap((window) => window.suppressed.map((one) => [one.label, one]))).values(),
  ];
  return { triggered, sounds, suppressed, muted: undefined };
}

function tooMany(): SentinelError {
  return new SentinelError('ES_MODEL_FAILED', 'Too many clips wait to be listened to; this one was not.', {
    hint: 'Send fewer at a time, or wait for each answer.',
  });
}

function levelCue({ v, site, area, source, capturedAt }: AudioWindow, news: Decided['news'][number]): Cue {
  return { v, kind: 'cue', site, area, source, capturedAt, ...news };
}

function downCue({ v, site, area, source, capturedAt }: AudioWindow): Cue {
  return { v, kind: 'cue', site, area, source, capturedAt, cue: 'classifier-down', score: 1, features: {} };
}

function anotherModel(version: number, own: string, model: string): SentinelError {
  return new SentinelError(
    'ES_HEAD_MISMATCH',
    `Version ${version} of what was trained belongs to the sound model ${own}, not to ${model} as it is here.`,
    { hint: 'Train again with this model, choose the other model, or set that nothing trained is listened to.' },
  );
}

function strongest(best: JudgedOutcome | undefined, { outcome }: { outcome: JudgedOutcome }): JudgedOutcome {
  const peak = (one: JudgedOutcome): number => Math.max(...Object.values(one.scores));
  return best === undefined || peak(outcome) > peak(best) ? outcome : best;
}
