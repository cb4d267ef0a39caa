import type { Rule, RuleCondition } from '../contracts/configs.ts';
import { lastingCues } from '../contracts/lasting-cues.ts';
import type {
  ArmingChange,
  AudioScores,
  Cue,
  Detections,
  ExternalSignal,
  StreamStatus,
} from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import type { ZoneTime } from '../clock/zone-time.ts';
import type { Duty, WhyUntold } from './duty.ts';
import type { EntryDelayTakers } from './entry-delay.ts';
import { factsAround } from './expression/area-facts.ts';
import { Refusals } from './expression/refusals.ts';
import type { Truth } from './expression/rule-expression.ts';
import { heldBackSentences } from './held-back.ts';
import { IncidentCourse, type CourseState, type Lasting, type Tell, type Voice } from './incident-course.ts';
import { isLastingCue, LastingStates } from './lasting-states.ts';
import { captureTime, readLook, type Look } from './look.ts';
import { compareMatches, matchAround, type Match } from './matching.ts';
import { isNamedBy, type BookedRule, type RuleBook } from './rule-book.ts';
import type { Showing } from './showing.ts';
import type { Stories, Story } from './stories.ts';
import { TimeLine } from './time-line.ts';
import { Untold } from './untold.ts';
import type { Surroundings } from './weighing.ts';

/** Who has looked, listened or spoken within this time before is there: what is still is looked at every 5 s at least. */
const presentMs = 10_000;

/** What can be fused. */
export type SignalInput = Detections | AudioScores | Cue | StreamStatus | ExternalSignal;

/** Signals, and the mode that the site is in from then on. */
export type FusionInput = SignalInput | ArmingChange;

export interface FusionOptions {
  site: string;
  rules: readonly Rule[];
  correlationSeconds: number;
  quietSeconds: number;
  clock: Clock;
  newId: () => string;
  /** Id of the fuse-severity that judges; absent in a replay. */
  node?: string;
  /** Told of every way in which rules hold in an area, the gravest first. */
  onMatches?: (matches: readonly Match[], area: string) => void;
  /** Of the hours of rules and of all times in words; empty: that of the machine. */
  timeZone?: string;
  /** Of the site, as the setting has it, such as `52.52, 13.405`; empty: unknown. */
  location?: string;
  /** Incidents of one area and severity that are told within an hour, alarms apart; 0: all. */
  incidentsPerHour?: number;
  /** Told of each incident that is not told, because of mode, hours, entry delay or rate. */
  untold?: (why: WhyUntold) => void;
  /** What waits for the end of an entry delay. */
  waiting?: Omit<EntryDelayTakers, 'tell'>;
  /** Areas whose incidents are one story, as the setting has them. */
  neighbours?: string;
  /** Told by each area of a rule whose expression fails and did not before. */
  failing?: (rule: Rule, why: string) => void;
}

/** What all areas share. */
export interface AreaTools {
  book: RuleBook;
  duty: Duty;
  tell: Tell;
  stories: Stories;
  zone: ZoneTime;
}

const minuteMs = 60_000;

/** The time line of one area and its incidents: one of what is seen and heard, and one for each source that is away or covered. */
export class Area {
  readonly #name: string;
  readonly #options: FusionOptions;
  readonly #tell: Tell;
  readonly #book: RuleBook;
  readonly #duty: Duty;
  readonly #zone: ZoneTime;
  readonly #stories: Stories;
  readonly #voice: Voice;
  readonly #untold: Untold;
  readonly #refusals: Refusals;
  readonly #timeLine: TimeLine;
  readonly #states: LastingStates;
  readonly #moments: IncidentCourse;
  /** By source. A state may last for days: an incident of its own neither hides nor prolongs what happens meanwhile. */
  readonly #lasting = new Map<string, IncidentCourse>();
  #stateTimer: (() => void) | undefined;

  constructor(name: string, options: FusionOptions, { book, duty, tell, stories, zone }: AreaTools) {
    this.#name = name;
    this.#options = options;
    this.#tell = tell;
    this.#book = book;
    this.#duty = duty;
    this.#zone = zone;
    this.#stories = stories;
    this.#voice = {
      area: name,
      heldBack: (match) => this.#heldBack(match),
      soundsNear: (match) => this.#soundsNear(match),
    };
    this.#untold = new Untold(options.quietSeconds * 1000, zone, options.untold ?? (() => undefined));
    this.#refusals = new Refusals(options.failing ?? (() => undefined));
    this.#timeLine = new TimeLine(book.followed);
    this.#states = new LastingStates(options.clock);
    this.#around = {
      find: (condition, from, to) => {
        const looks = this.#timeLine.find(condition, from, to);
        if (condition.kind !== 'stream' && condition.kind !== 'cue') return looks;
        return [...this.#states.find(condition), ...looks];
      },
      isJudged: (condition, from, to) =>
        asksForState(condition) || this.#timeLine.isJudged(condition, from - presentMs, to),
      zone,
    };
    this.#moments = this.#course();
  }

  /** The incidents of what is seen and heard; one is open at a time. */
  get moments(): IncidentCourse {
    return this.#moments;
  }

  /** How the open incidents stand. */
  get states(): CourseState[] {
    const courses = [this.#moments, ...this.#lasting.values()];
    return courses.map(({ state }) => state).filter((state) => state !== undefined);
  }

  accept(payload: SignalInput): void {
    if (payload.kind === 'stream-status' || (payload.kind === 'cue' && isLastingCue(payload))) {
      this.#lasting.get(payload.source)?.feedWhileLasting();
      this.#states.accept(payload);
      this.#judgeStates();
      return;
    }
    const now = this.#options.clock.now();
    const capturedAt = captureTime(payload.capturedAt, now);
    const look = readLook(payload, capturedAt, this.#wanted);
    if (look === undefined) return;
    const changed = this.#timeLine.insert(look, now).slice(0, this.#book.reach);
    if (changed.length === 0 || look.sightings.size === 0) return;
    const until = changed.at(-1)?.capturedAt ?? capturedAt;
    const anchors = (condition: RuleCondition, booked: BookedRule): readonly Showing[] => {
      // What an expression names may make true what was there before.
      if (isNamedBy(booked, look)) {
        const { windowMs } = booked;
        const near = this.#around.find(condition, capturedAt - windowMs, capturedAt + windowMs);
        const [before] = near.filter(({ from }) => from <= capturedAt).sort((a, b) => b.from - a.from);
        const [after] = near.filter(({ from }) => from > capturedAt).sort((a, b) => a.from - b.from);
        return [before, after].filter((showing) => showing !== undefined);
      }
      return condition.kind === look.kind && look.sightings.has(condition.label)
        ? this.#around
            .find(condition, capturedAt, until)
            .filter((showing) => showing.look && changed.includes(showing.look))
        : [];
    };
    this.#judgeMoments(this.#matches(this.#book.metBy(look), anchors), look);
  }

  /** The site is in another mode: what counts no more ends, and what lasts may count now. */
  rearm(why: string): void {
    const now = this.#options.clock.now();
    for (const course of [this.#moments, ...this.#lasting.values()]) {
      const rule = course.best?.rule;
      if (rule === undefined || this.#duty.offDuty(rule, now)?.why !== 'mode') continue;
      const dropped = course.abandon(why);
      const off = { why: 'delay', words: 'the mode was changed within its entry delay' } as const;
      if (dropped !== undefined) this.#untold.note(dropped, off, now);
    }
    this.#judgeStates();
  }

  /** Ends the open incidents now, and all timers. */
  close(why: string): void {
    for (const course of [this.#moments, ...this.#lasting.values()]) course.close(why);
    this.#stateTimer?.();
  }

  /** Judges the states that have lasted long enough by now, and waits for the next one that will have. */
  #judgeStates(): void {
    // States that no rule asks for now are news as soon as one does.
    const rules = this.#book.rules.filter(
      ({ rule }) => this.#duty.offDuty(rule, this.#options.clock.now()) === undefined,
    );
    const conditions = rules.flatMap(({ asked }) => asked);
    const fresh = this.#states.findNew(conditions);
    const matches = this.#matches(rules, (condition) => fresh.filter((showing) => showing.condition === condition));
    for (const [source, ofSource] of Map.groupBy(matches, lastingSource)) {
      if (source === undefined) this.#judgeMoments(ofSource, undefined);
      else this.#courseOf(source).judge(ofSource, undefined, this.#voice);
    }
    this.#stateTimer?.();
    const wait = this.#nextLookMs(this.#states.nextDueMs(conditions));
    this.#stateTimer =
      wait === undefined
        ? undefined
        : this.#options.clock.after(wait, () => {
            this.#judgeStates();
          });
  }

  /** Hours of rules begin with a minute: what lasts is looked at again then. */
  #nextLookMs(dueMs: number | undefined): number | undefined {
    const asks = this.#book.rules.filter((booked) => booked.rule.when !== undefined && asksForStates(booked));
    const waits = asks.some(
      ({ asked }) =>
        this.#states.nextDueMs(asked) !== undefined || asked.some((one) => this.#states.find(one).length > 0),
    );
    if (!waits) return dueMs;
    const toMinute = minuteMs - (this.#options.clock.now() % minuteMs);
    return Math.min(dueMs ?? Infinity, toMinute);
  }

  /** What is only heard joins no story next door, but one that it is part of. */
  #judgeMoments(matches: readonly Match[], look: Look | undefined): void {
    const { course, via } = this.#story;
    if (matches.length === 0 && via !== undefined) return;
    course.judge(matches, look, this.#voice, via);
  }

  /** The open incident of this area, one that it is part of, or one next door; else the next one of its own. */
  get #story(): Story {
    const own = { course: this.#moments, via: undefined };
    return this.#moments.isOpen ? own : (this.#stories.around(this.#name) ?? own);
  }

  /** Those of sources that were taken away, and have ended, make room. */
  #courseOf(source: string): IncidentCourse {
    const present = this.#lasting.get(source);
    if (present !== undefined) return present;
    for (const [name, { state }] of this.#lasting) if (state === undefined) this.#lasting.delete(name);
    const asked = this.#book.rules.flatMap((booked) => (asksForStates(booked) ? booked.asked : []));
    const course = this.#course({
      goesOn: () => this.#states.holds(source, asked),
      holds: (signal) => this.#states.holds(signal.source, [signal]),
    });
    this.#lasting.set(source, course);
    return course;
  }

  #course(lasting?: Lasting): IncidentCourse {
    const { site, quietSeconds, clock, newId, node } = this.#options;
    const delayMs = ({ rule }: Match): number => this.#duty.entryDelayMs(rule);
    const judge = node === undefined ? {} : { node };
    const options = { site, quietSeconds, clock, newId, delayMs, zone: this.#zone, ...judge };
    return new IncidentCourse(lasting === undefined ? options : { ...options, lasting }, this.#tell);
  }

  readonly #wanted = (kind: Look['kind'], label: string): boolean => this.#book.asksFor(kind, label);

  readonly #around: Surroundings;

  /** Every way in which a rule holds through one of the anchors, the gravest first. */
  #matches(
    rules: readonly BookedRule[],
    anchorsOf: (condition: RuleCondition, booked: BookedRule) => readonly Showing[],
  ): Match[] {
    const now = this.#options.clock.now();
    const matches: Match[] = [];
    for (const booked of rules) {
      for (const condition of booked.asked) {
        for (const anchor of anchorsOf(condition, booked)) {
          const at = anchor.to === Number.POSITIVE_INFINITY ? now : anchor.from;
          const match = matchAround(booked, anchor, at, this.#around);
          if (match === undefined) continue;
          const truth = this.#asked(booked, match);
          if (!truth.holds) continue;
          if (truth.fault !== undefined) match.fault = truth.fault;
          const off = this.#duty.offDuty(booked.rule, at);
          if (off === undefined) matches.push(match);
          else this.#untold.note(match, off, now);
        }
      }
    }
    matches.sort((a, b) => compareMatches(a, b) || a.spreadMs - b.spreadMs);
    if (matches.length > 0) this.#options.onMatches?.(matches, this.#name);
    return matches;
  }

  /** Whether the expression of a rule, if it has one, is true of what else meets the rule. */
  #asked(booked: BookedRule, match: Match): Truth {
    const { expression, windowMs } = booked;
    if (expression === undefined) return { holds: true };
    const at = Math.max(...match.showings.map(({ signal }) => signal.capturedAt));
    const truth = expression.ask(
      factsAround(match, windowMs, {
        ...{ area: this.#name, mode: this.#duty.mode, wall: this.#zone.at(at) },
        ...{ timeLine: this.#timeLine, states: this.#states, incident: this.#story.course.state },
      }),
    );
    this.#refusals.note(booked.rule, at, truth);
    return truth;
  }

  #soundsNear({ showings }: Match): Look[] {
    const times = showings.map(({ signal }) => signal.capturedAt);
    const nearMs = this.#options.correlationSeconds * 1000;
    return this.#timeLine.sounds(Math.min(...times) - nearMs, Math.max(...times) + nearMs);
  }

  #heldBack(match: Match): string[] {
    const counting = this.#book.rules.filter(
      ({ rule }) => this.#duty.offDuty(rule, this.#options.clock.now()) === undefined,
    );
    const delayMs = this.#duty.entryDelayMs(match.rule);
    return [
      ...heldBackSentences(match, counting, this.#timeLine, this.#around),
      ...this.#refusals.sentences(match),
      ...this.#untold.sentences(this.#options.clock.now()),
      ...(delayMs === 0 ? [] : [`Told after an entry delay of ${delayMs / 1000} s, in which nobody disarmed.`]),
    ];
  }
}

/** Whether nothing but states, which hold until they are over, can meet a rule. */
function asksForStates({ asked }: BookedRule): boolean {
  return asked.every(({ kind }) => kind === 'stream' || kind === 'cue');
}

/** States are told when they begin and end: as long as nothing is said, they are not. */
function asksForState({ kind, label }: RuleCondition): boolean {
  return kind === 'stream' || (kind === 'cue' && lastingCues.includes(label));
}

/** The source whose incident a match of states alone belongs to; undefined for that of what is seen and heard. */
function lastingSource({ showings }: Match): string | undefined {
  return showings.every(({ state }) => state !== undefined) ? showings[0]?.signal.source : undefined;
}
