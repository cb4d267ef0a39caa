import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { AudioScores, AudioWindow, Cue } from '../contracts/messages.ts';
import type { Clock, Metrics, TalkState } from '../contracts/ports.ts';
import { sourceKey } from '../contracts/source-key.ts';
import { RecentSources } from '../confirmation/recent-sources.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { openWav } from '../pcm/wav.ts';
import type { SoundClassifier, SoundOutcome } from './classifier.ts';
import { ClipDecision } from './clips/clip-decision.ts';
import type { ClipJudge } from './clips/clip-judge.ts';
import type { DecisionSettings } from './decision/settings.ts';
import { SourceDecision, type Decided } from './decision/source-decision.ts';
import { Listening } from './listening.ts';
import { withHead } from './heads/blend.ts';
import type { RunningHead } from './heads/head.ts';

type Identity = Pick<AudioWindow, 'site' | 'area' | 'source' | 'capturedAt'>;
type Level = Pick<AudioScores, 'dbfs' | 'peak'>;

/** An outcome in which the head of the user has had its say. */
type JudgedOutcome = Omit<SoundOutcome, 'scores'> & {
  scores: Record<string, number>;
  thresholds: DecisionSettings['thresholds'];
};

/** What is told of the model. `version`: of the head that had its say. */
type Told = Pick<JudgedOutcome, 'top' | 'model' | 'backend' | 'timings' | 'thresholds'> & {
  version: number | undefined;
};

export type SoundVerdict =
  | { outcome: 'dropped' }
  /**
   * `counted`: the scores as they counted, where something that sounds alike counts against a class; `cues`: that it is louder or
   * quieter than allowed for long, or that this is over.
   */
  | { outcome: 'scores'; scores: AudioScores; counted: AudioScores['scores']; cues: Cue[] }
  /** Nobody listens: the cue says so to whoever fuses. `news`: it ran before. */
  | { outcome: 'down'; error: SentinelError; cue: Cue; news: boolean };

export interface SoundAnalysisOptions {
  /** @throws when there is no usable model. */
  classifier: () => Pick<SoundClassifier, 'classify' | 'hear'>;
  /** Id of the model. */
  model: string;
  /** The user's own table of classes. */
  table?: string;
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
      const heard = await this.#options
        .classifier()
        .classify({ source: window.source, key: sourceKey(window), samples });
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

  /** By what it judges a clip that somebody brings. */
  get judge(): ClipJudge {
    const { model, table = '', decision, trained = false } = this.#options;
    return { model, table, decision, trained };
  }

  /**
   * A whole clip: `scores` are the best of all windows, `windows` the time line. Nothing comes after it, so a single window
   * at its threshold is enough.
   * @throws SentinelError ES_AUDIO_INVALID when the bytes are no usable WAV, ES_BUSY when too many wait; or as
   * `SoundClassifier.classify`
   */
  async clip(wav: Buffer, identity: Identity): Promise<AudioScores> {
    const { classifier, decision: settings, trained = false } = this.#options;
    const decision = new ClipDecision(settings, identity.capturedAt);
    const heard = await classifier().hear(openWav(wav), { trained }, (window) => {
      decision.hear(window);
    });
    const { windows, scores, thresholds, sounds, suppressed, top, head, misfit } = decision.clip;
    this.#headFault = misfit === undefined ? undefined : anotherModel(misfit, heard.model);
    const { dbfs, peak, model, backend, timings } = heard;
    const triggered = [...new Set(sounds.map(({ label }) => label))];
    const told = this.#message(
      identity,
      { dbfs, peak, record: false },
      { ...{ top, model, backend, timings, thresholds }, version: head?.version },
      scores,
      { triggered, sounds, suppressed, muted: undefined },
    );
    return { ...told, windows: windows.map(({ offset, scores: heardThen }) => ({ offset, scores: heardThen })) };
  }

  /** Lets the head in use have its say. */
  #withHead(outcome: SoundOutcome): JudgedOutcome {
    const { decision, trained: isHeard = false } = this.#options;
    const { scores, head, trained, model } = outcome;
    const isMisfit = isHeard && head !== undefined && trained === undefined;
    this.#headFault = isMisfit ? anotherModel(head, model) : undefined;
    return { ...outcome, ...withHead(isHeard ? outcome : { scores }, decision.thresholds) };
  }

  #decide(window: AudioWindow, outcome: JudgedOutcome): Omit<Extract<SoundVerdict, { outcome: 'scores' }>, 'outcome'> {
    const { talk, metrics } = this.#options;
    const { source, capturedAt, seq, dbfs, peak, record } = window;
    const { scores, top, named, thresholds } = outcome;
    const talkingUntil = talk.talkingUntil(window, capturedAt - windowMs, capturedAt);
    const known = this.#sources.of(sourceKey(window));
    known.newest = window;
    const { decision } = known;
    const decided = decision.judge({ capturedAt, seq, scores, top, named, thresholds, dbfs, peak, talkingUntil });
    for (const label of decided.unheard) metrics.count('sounds_muted_total', { source, label });
    const levels = (['noise', 'silence'] as const).filter((level) => decision.levels[level] !== undefined);
    const version = this.#options.trained === true && outcome.trained !== undefined ? outcome.head?.version : undefined;
    const told = this.#message(window, { dbfs, peak, record }, { ...outcome, version }, scores, decided);
    const cues = decided.news.map((news) => levelCue(window, news));
    const shown = this.listening.hear(told, { levels, unheard: decided.unheard.length });
    return { scores: shown, counted: { ...decided.counted }, cues };
  }

  #message(
    { site, area, source, capturedAt }: Identity,
    heard: Level & Pick<AudioScores, 'record'>,
    { top, model, backend, timings, thresholds, version }: Told,
    scores: AudioScores['scores'],
    { triggered, sounds, suppressed, muted }: Pick<Decided, 'triggered' | 'sounds' | 'suppressed' | 'muted'>,
  ): AudioScores {
    return {
      ...{ v: 1, kind: 'audio-scores', site, area, source, capturedAt },
      ...{ scores, top, triggered, thresholds: { ...thresholds }, ...heard, model, backend, timings, sounds },
      ...(version === undefined ? {} : { head: version }),
      ...(suppressed.length === 0 ? {} : { suppressed }),
      ...(muted === undefined ? {} : { muted }),
    };
  }
}

function levelCue({ v, site, area, source, capturedAt }: AudioWindow, news: Decided['news'][number]): Cue {
  return { v, kind: 'cue', site, area, source, capturedAt, ...news };
}

function downCue({ v, site, area, source, capturedAt }: AudioWindow): Cue {
  return { v, kind: 'cue', site, area, source, capturedAt, cue: 'classifier-down', score: 1, features: {} };
}

function anotherModel({ version, model: own }: RunningHead, model: string): SentinelError {
  return new SentinelError(
    'ES_HEAD_MISMATCH',
    `Version ${version} of what was trained belongs to the sound model ${own}, not to ${model} as it is here.`,
    { hint: 'Train again with this model, choose the other model, or set that nothing trained is listened to.' },
  );
}
