import type { Rule, RuleCondition } from '../contracts/configs.ts';
import type { AudioScores, Cue, Detections, ExternalSignal, Incident, StreamStatus } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import { heldBackSentences } from './held-back.ts';
import { IncidentCourse } from './incident-course.ts';
import { isLastingCue, LastingStates } from './lasting-states.ts';
import { captureTime, readLook, type Look } from './look.ts';
import { compareMatches, matchAround, type Match } from './matching.ts';
import type { Showing } from './showing.ts';
import { TimeLine } from './time-line.ts';

/** What can be fused. */
export type FusionInput = Detections | AudioScores | Cue | StreamStatus | ExternalSignal;

export interface FusionOptions {
  site: string;
  rules: readonly Rule[];
  correlationSeconds: number;
  quietSeconds: number;
  clock: Clock;
  newId: () => string;
}

/** The time line of one area and its incidents: one of what is seen and heard, and one for each source that is away or covered. */
export class Area {
  readonly #name: string;
  readonly #options: FusionOptions;
  readonly #emit: (incident: Incident) => void;
  readonly #rules: readonly { rule: Rule; order: number }[];
  readonly #correlationMs: number;
  /** The longest memory that a rule asks for: a late look changes the meaning of no more looks than this. */
  readonly #reach: number;
  readonly #timeLine = new TimeLine();
  readonly #states: LastingStates;
  readonly #moments: IncidentCourse;
  /** By source. A state may last for days: an incident of its own neither hides nor prolongs what happens meanwhile. */
  readonly #lasting = new Map<string, IncidentCourse>();
  #stateTimer: (() => void) | undefined;

  constructor(name: string, options: FusionOptions, emit: (incident: Incident) => void) {
    this.#name = name;
    this.#options = options;
    this.#emit = emit;
    this.#rules = options.rules.map((rule, order) => ({ rule, order })).filter(({ rule }) => rule.enabled);
    this.#correlationMs = options.correlationSeconds * 1000;
    this.#reach = Math.max(
      1,
      ...options.rules.flatMap(({ all }) => all.map(({ seenTimes, rate }) => rate?.times ?? seenTimes?.of ?? 1)),
    );
    this.#states = new LastingStates(options.clock);
    this.#moments = this.#course();
  }

  /** Severity and reason of the open incidents. */
  get states(): { severity: number; reason: string }[] {
    const courses = [this.#moments, ...this.#lasting.values()];
    return courses.map(({ state }) => state).filter((state) => state !== undefined);
  }

  accept(payload: FusionInput): void {
    if (payload.kind === 'stream-status' || (payload.kind === 'cue' && isLastingCue(payload))) {
      this.#lasting.get(payload.source)?.feedWhileLasting();
      this.#states.accept(payload);
      this.#judgeStates();
      return;
    }
    const now = this.#options.clock.now();
    const capturedAt = captureTime(payload.capturedAt, now);
    const look = readLook(payload, capturedAt, (kind, label) => this.#asksFor(kind, label));
    if (look.sightings.size === 0 && (look.kind === 'cue' || look.kind === 'signal')) return;
    const changed = this.#timeLine.insert(look, now).slice(0, this.#reach);
    if (look.sightings.size === 0) return;
    const until = changed.at(-1)?.capturedAt ?? capturedAt;
    const anchors = (condition: RuleCondition): Showing[] =>
      condition.kind === look.kind
        ? this.#find(condition, capturedAt, until).filter((showing) => showing.look && changed.includes(showing.look))
        : [];
    this.#moments.judge(this.#matches(anchors), look);
  }

  /** Ends the open incidents now, and all timers. */
  close(why: string): void {
    for (const course of [this.#moments, ...this.#lasting.values()]) course.close(why);
    this.#stateTimer?.();
  }

  /** Judges the states that have lasted long enough by now, and waits for the next one that will have. */
  #judgeStates(): void {
    const conditions = this.#rules.flatMap(({ rule }) => rule.all);
    const fresh = this.#states.findNew(conditions);
    const matches = this.#matches((condition) => fresh.filter((showing) => showing.condition === condition));
    for (const [source, ofSource] of Map.groupBy(matches, lastingSource)) {
      if (source === undefined) this.#moments.judge(ofSource, undefined);
      else this.#courseOf(source).judge(ofSource, undefined);
    }
    this.#stateTimer?.();
    const wait = this.#states.nextDueMs(conditions);
    this.#stateTimer =
      wait === undefined
        ? undefined
        : this.#options.clock.after(wait, () => {
            this.#judgeStates();
          });
  }

  /** Those of sources that were taken away, and have ended, make room. */
  #courseOf(source: string): IncidentCourse {
    const present = this.#lasting.get(source);
    if (present !== undefined) return present;
    for (const [name, { state }] of this.#lasting) if (state === undefined) this.#lasting.delete(name);
    const asked = this.#rules.flatMap(({ rule }) => (asksForStates(rule) ? rule.all : []));
    const course = this.#course(() => this.#states.holds(source, asked));
    this.#lasting.set(source, course);
    return course;
  }

  #course(lasts?: () => boolean): IncidentCourse {
    const { site, quietSeconds, clock, newId } = this.#options;
    const heldBack = (match: Match): string[] => this.#heldBack(match);
    const soundsNear = (match: Match): Look[] => this.#soundsNear(match);
    const options = { site, area: this.#name, quietSeconds, clock, newId, heldBack, soundsNear };
    return new IncidentCourse(lasts === undefined ? options : { ...options, lasts }, this.#emit);
  }

  #asksFor(kind: Look['kind'], label: string): boolean {
    return this.#rules.some(({ rule }) => rule.all.some((asked) => asked.kind === kind && asked.label === label));
  }

  #find(condition: RuleCondition, from: number, to: number): Showing[] {
    return [...this.#states.find(condition), ...this.#timeLine.find(condition, from, to)];
  }

  /** Every way in which a rule holds through one of the anchors, the gravest first. */
  #matches(anchorsOf: (condition: RuleCondition) => Showing[]): Match[] {
    const now = this.#options.clock.now();
    const find = this.#find.bind(this);
    return this.#rules
      .flatMap((ranked) => {
        const anchors = ranked.rule.all.flatMap(anchorsOf);
        const around = ({ from, to }: Showing): number => (to === Number.POSITIVE_INFINITY ? now : from);
        return anchors.map((anchor) => matchAround(ranked, anchor, around(anchor), this.#correlationMs, find));
      })
      .filter((match) => match !== undefined)
      .sort((a, b) => compareMatches(a, b) || a.spreadMs - b.spreadMs);
  }

  #soundsNear({ showings }: Match): Look[] {
    const times = showings.map(({ signal }) => signal.capturedAt);
    return this.#timeLine.sounds(Math.min(...times) - this.#correlationMs, Math.max(...times) + this.#correlationMs);
  }

  #heldBack(match: Match): string[] {
    const rules = this.#rules.map(({ rule }) => rule);
    return heldBackSentences(match, rules, this.#correlationMs, this.#timeLine);
  }
}

/** Whether nothing but states, which hold until they are over, can meet a rule. */
function asksForStates(rule: Rule): boolean {
  return rule.all.every(({ kind }) => kind === 'stream' || kind === 'cue');
}

/** The source whose incident a match of states alone belongs to; undefined for that of what is seen and heard. */
function lastingSource({ showings }: Match): string | undefined {
  return showings.every(({ state }) => state !== undefined) ? showings[0]?.signal.source : undefined;
}
