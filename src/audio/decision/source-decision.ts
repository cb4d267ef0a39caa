import type { AudioScores, Cue, HeardSound } from '../../contracts/messages.ts';
import { ForcedEntryRule } from './forced-entry.ts';
import { LevelAlarm } from './level-alarm.ts';
import { loudness, loudnessLimits } from './loudness.ts';
import type { DecisionSettings } from './settings.ts';
import { SoundTrigger, type Running, type TriggerLimits } from './sound-trigger.ts';
import { withoutLookalikes, type Suppressed } from './lookalikes.ts';

/** Without windows for longer than this a stream was away: what comes then has nothing to do with what was before. */
const gapMs = 5000;
/** Of a rule or a level: it counts at once, or not. */
const atOnce = { threshold: 1, single: 1, release: 1 } as const;
/** Blows of one entry may lie so far apart. */
const entryRepeatMs = 8000;

/** One window of one source. */
export interface WindowHeard extends Pick<AudioScores, 'scores' | 'top' | 'dbfs' | 'peak'> {
  /** Epoch ms. */
  capturedAt: number;
  /** Which window of its source it is: after a stall several come with one time. */
  seq?: number | undefined;
  /** Raw scores by name. */
  named: Readonly<Record<string, number>>;
  /** Lowest score per class where it is not that of the settings: a head that a user trained brings classes of its own. */
  thresholds?: DecisionSettings['thresholds'];
  /** Until when our own loudspeaker talks, where it was heard in this window. */
  talkingUntil?: number | undefined;
}

/** What is decided about a window: what a message says of it, and what its level has to tell. */
export interface Decided {
  /** Scores as they counted. */
  counted: Readonly<Record<string, number>>;
  triggered: string[];
  sounds: HeardSound[];
  suppressed: Suppressed[];
  muted: AudioScores['muted'];
  /** Sounds that began in this window and are not told, since our own loudspeaker talks. */
  unheard: string[];
  news: Pick<Cue, 'cue' | 'score' | 'features'>[];
}

/** A sound as its trigger knows it, with the score to show. */
interface Found {
  label: string;
  score: number;
  running: Running;
}

/**
 * Decides for one source, window by window, what counts as heard. It knows no clock but the capture times of the windows, so that
 * the same windows are decided alike whenever they come.
 */
export class SourceDecision {
  readonly #settings: DecisionSettings;
  readonly #alarms = { noise: new LevelAlarm('noise'), silence: new LevelAlarm('silence') };
  #triggers = new Map<string, SoundTrigger>();
  #entry = new ForcedEntryRule();
  /** Sounds that were told of: muted ones are not. */
  readonly #told = new WeakSet<Running>();
  readonly #unheard = new WeakSet<Running>();
  #at: number | undefined;
  /** The last window. */
  #last: Readonly<{ capturedAt: number; seq: number | undefined; decided: Decided }> | undefined;

  constructor(settings: DecisionSettings) {
    this.#settings = settings;
  }

  /** Since when it is quieter or louder than allowed, where that was told. */
  get levels(): { noise: number | undefined; silence: number | undefined } {
    return { noise: this.#alarms.noise.since, silence: this.#alarms.silence.since };
  }

  /** The stream ended: the next window is the first of another one. */
  forget(): void {
    this.#triggers = new Map();
    this.#entry = new ForcedEntryRule();
    this.#at = undefined;
    this.#last = undefined;
    for (const alarm of Object.values(this.#alarms)) alarm.interrupt();
  }

  /** Nobody will listen any more. @returns that what was told of its level is over. */
  end(dbfs: number): Decided['news'] {
    const { noise, silence } = this.#settings;
    return [this.#alarms.noise.end(dbfs, noise), this.#alarms.silence.end(dbfs, silence)].filter(
      (news) => news !== undefined,
    );
  }

  judge(window: WindowHeard): Decided {
    const { capturedAt, seq } = window;
    const last = this.#last;
    const isLast = last?.capturedAt === capturedAt && last.seq === seq;
    const decided = isLast ? asBefore(last.decided) : this.#decide(window);
    this.#last = { capturedAt, seq, decided };
    return decided;
  }

  #decide(window: WindowHeard): Decided {
    const at = this.#timeOf(window.capturedAt);
    const { suppress, mapping } = this.#settings;
    const { thresholds = this.#settings.thresholds } = window;
    const { counted, suppressed } = suppress
      ? withoutLookalikes(window.scores, window.named, mapping.suppressors)
      : { counted: window.scores, suppressed: [] };
    const classes = this.#classes(at, counted, thresholds);
    const entry = this.#forcedEntry(at, window, classes);
    const found = [...classes, ...entry];
    const sounds = [...found, ...this.#unexplained(at, window, found.length > 0)];
    const mattering = suppressed.filter(({ label }) => (window.scores[label] ?? 0) >= (thresholds[label] ?? 1));
    return { ...this.#tell(sounds, window), counted, suppressed: mattering, news: this.#levelNews(at, window) };
  }

  /** A window that comes late belongs to the present; one of another time begins anew. */
  #timeOf(capturedAt: number): number {
    if (this.#at !== undefined && Math.abs(capturedAt - this.#at) > gapMs) this.forget();
    this.#at = Math.max(capturedAt, this.#at ?? capturedAt);
    return this.#at;
  }

  #triggerOf(label: string): SoundTrigger {
    const trigger = this.#triggers.get(label) ?? new SoundTrigger(this.#settings.confirmation);
    this.#triggers.set(label, trigger);
    return trigger;
  }

  /** Every class that has a threshold, forced_entry excepted: that one has a rule. */
  #classes(at: number, counted: Readonly<Record<string, number>>, thresholds: DecisionSettings['thresholds']): Found[] {
    return Object.entries(thresholds).flatMap(([label, threshold]) => {
      const score = Object.hasOwn(counted, label) ? (counted[label] ?? 0) : undefined;
      if (label === 'forced_entry' || score === undefined) return [];
      const running = this.#triggerOf(label).hear(at, score, this.#limitsOf(threshold));
      return running === undefined ? [] : [{ label, score, running }];
    });
  }

  #limitsOf(threshold: number): TriggerLimits {
    const { singleFrom, hysteresis, repeatSeconds } = this.#settings;
    return {
      threshold,
      single: Math.max(threshold, singleFrom),
      // A low threshold must not make a sound that never ends.
      release: Math.max(threshold - hysteresis, threshold / 2),
      repeatMs: repeatSeconds * 1000,
    };
  }

  #forcedEntry(at: number, { scores, named }: WindowHeard, heard: readonly Found[]): Found[] {
    const label = 'forced_entry';
    const { thresholds, mapping } = this.#settings;
    const threshold = thresholds[label];
    if (threshold === undefined) return [];
    const hasGlass = heard.some((sound) => sound.label === 'glass_break');
    const impact = Math.max(0, ...mapping.impacts.map((name) => named[name] ?? 0));
    const held = this.#entry.hear(at, { score: scores[label] ?? 0, threshold, impact, hasGlass });
    const repeatMs = Math.max(entryRepeatMs, this.#settings.repeatSeconds * 1000);
    const running = this.#triggerOf(label).hear(at, held === undefined ? 0 : 1, { ...atOnce, repeatMs }, held?.why);
    return running === undefined ? [] : [{ label, score: held?.score ?? 0, running }];
  }

  /** What is left of a sound that was recognised explains what is loud, too. */
  #unexplained(at: number, window: WindowHeard, isHeard: boolean): Found[] {
    const label = 'loud_unknown';
    const { loudDbfs, repeatSeconds, mapping } = this.#settings;
    const trigger = this.#triggerOf(label);
    const isExplained = isHeard || [...this.#triggers].some(([name, other]) => name !== label && other.isStillIn(at));
    const loud = isExplained ? 0 : loudness(window, { loudDbfs, everyday: mapping.everyday });
    const why = `${window.dbfs.toFixed(1)} dBFS, and nothing that explains it.`;
    const running = trigger.hear(at, loud, { ...loudnessLimits, repeatMs: repeatSeconds * 1000 }, why);
    return running === undefined ? [] : [{ label, score: Math.min(1, window.peak), running }];
  }

  #tell(found: readonly Found[], { talkingUntil }: WindowHeard): Omit<Decided, 'counted' | 'suppressed' | 'news'> {
    const triggered = found.map(({ label }) => label);
    if (talkingUntil !== undefined) {
      const fresh = found.filter(({ running }) => !this.#told.has(running) && !this.#unheard.has(running));
      for (const { running } of fresh) this.#unheard.add(running);
      const muted = { until: talkingUntil, unheard: triggered };
      return { triggered: [], sounds: [], muted, unheard: fresh.map(({ label }) => label) };
    }
    const sounds = found.map(({ label, score, running }) => {
      const started = !this.#told.has(running);
      this.#told.add(running);
      const experimental = label === 'forced_entry' ? { experimental: true } : {};
      return { label, score, since: running.since, started, why: running.why, ...experimental };
    });
    return { triggered, sounds, muted: undefined, unheard: [] };
  }

  /** Our own voice is no noise, and proves that the microphone lives. */
  #levelNews(at: number, { dbfs, talkingUntil }: WindowHeard): Decided['news'] {
    const { noise, silence } = this.#alarms;
    if (talkingUntil !== undefined) noise.interrupt();
    const louder = talkingUntil === undefined ? noise.hear(at, dbfs, this.#settings.noise) : undefined;
    return [louder, silence.hear(at, dbfs, this.#settings.silence)].filter((news) => news !== undefined);
  }
}

/** The same window again, directly after itself as over a second wire, is no second look. */
function asBefore(decided: Decided): Decided {
  const sounds = decided.sounds.map((sound) => ({ ...sound, started: false }));
  return { ...decided, sounds, unheard: [], news: [] };
}
