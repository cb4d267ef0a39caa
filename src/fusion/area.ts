import type { Rule, RuleCondition } from '../contracts/configs.ts';
import type { AudioScores, Cue, Detections, ExternalSignal, Incident, StreamStatus } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import { clockTime, seconds } from './explanation.ts';
import { heldBackSentences } from './held-back.ts';
import { IncidentRecord } from './incident-record.ts';
import { captureTime, readLook, type Look } from './look.ts';
import { compareMatches, matchAround, reasonOf, type Match } from './matching.ts';
import type { Showing } from './showing.ts';
import { StreamStates } from './stream-states.ts';
import { TimeLine } from './time-line.ts';

/** How long after a start or an escalation the `evidence` message follows, so that sound after the event is in it. */
const postRollMs = 5000;

/**
 * An incident that only lesser things keep alive ends after so many quiet times: somebody who stays in view after an
 * alarm is then an incident of that lesser severity, and the next alarm is told anew.
 */
const fadeFactor = 10;

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

type Cancel = () => void;

/** The time line of one area and its one incident at a time. */
export class Area {
  readonly #name: string;
  readonly #options: FusionOptions;
  readonly #emit: (incident: Incident) => void;
  readonly #rules: readonly { rule: Rule; order: number }[];
  readonly #correlationMs: number;
  /** The longest memory that a rule asks for: a late look changes the meaning of no more looks than this. */
  readonly #reach: number;
  readonly #timeLine = new TimeLine();
  readonly #streams: StreamStates;
  #incident: IncidentRecord | undefined;
  /** When a rule last held (epoch time for people), and until when that keeps the incident open (monotonic clock). */
  #fed = { at: 0, openUntil: 0, fadesAt: 0 };
  #quietTimer: Cancel | undefined;
  #evidenceTimer: Cancel | undefined;
  #streamTimer: Cancel | undefined;

  constructor(name: string, options: FusionOptions, emit: (incident: Incident) => void) {
    this.#name = name;
    this.#options = options;
    this.#emit = emit;
    this.#rules = options.rules.map((rule, order) => ({ rule, order })).filter(({ rule }) => rule.enabled);
    this.#correlationMs = options.correlationSeconds * 1000;
    this.#reach = Math.max(1, ...options.rules.flatMap(({ all }) => all.map(({ seenTimes }) => seenTimes?.of ?? 1)));
    this.#streams = new StreamStates(options.clock);
  }

  /** Severity and reason of the open incident. */
  get state(): { severity: number; reason: string } | undefined {
    const rule = this.#incident?.best.rule;
    return rule && { severity: rule.severity, reason: reasonOf(rule) };
  }

  accept(payload: FusionInput): void {
    if (payload.kind === 'stream-status') {
      this.#streams.accept(payload);
      this.#judgeStreams();
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
    this.#judge(this.#matches(anchors), look);
  }

  /** Ends the open incident now, and all timers. */
  close(why: string): void {
    if (this.#incident !== undefined) this.#endIncident(this.#incident, why);
    this.#streamTimer?.();
  }

  /** Judges the states that have lasted long enough by now, and waits for the next one that will have. */
  #judgeStreams(): void {
    const conditions = this.#rules.flatMap(({ rule }) => rule.all);
    const fresh = this.#streams.findNew(conditions);
    this.#judge(
      this.#matches((condition) => fresh.filter((showing) => showing.condition === condition)),
      undefined,
    );
    this.#streamTimer?.();
    const wait = this.#streams.nextDueMs(conditions);
    this.#streamTimer =
      wait === undefined
        ? undefined
        : this.#options.clock.after(wait, () => {
            this.#judgeStreams();
          });
  }

  #asksFor(kind: Look['kind'], label: string): boolean {
    return this.#rules.some(({ rule }) => rule.all.some((asked) => asked.kind === kind && asked.label === label));
  }

  #find(condition: RuleCondition, from: number, to: number): Showing[] {
    return condition.kind === 'stream' ? this.#streams.find(condition) : this.#timeLine.find(condition, from, to);
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

  /** Starts, feeds or raises the incident; a message leaves only when it has news. */
  #judge(matches: readonly Match[], look: Look | undefined): void {
    const [best] = matches;
    if (best === undefined) {
      if (look !== undefined) this.#incident?.noteSounds(look);
      return;
    }
    const incident = this.#incident ?? this.#start(best);
    const isStart = incident !== this.#incident;
    this.#incident = incident;
    this.#feed(best.rule.severity >= incident.best.rule.severity);
    const isOther = incident.shouldStandOn(best);
    if (isOther) incident.standOn(best, this.#heldBack(best));
    const isNews = incident.note(
      matches.flatMap(({ showings }) => showings),
      look,
    );
    const heard = isStart ? this.#soundsNear(best) : [look];
    for (const sound of heard) if (sound !== undefined) incident.noteSounds(sound);
    if (isStart || isOther) this.#promiseEvidence();
    if (isStart || isOther || isNews) this.#emit(incident.message(isStart ? 'start' : 'update'));
  }

  #start(best: Match): IncidentRecord {
    const { site, newId, clock } = this.#options;
    this.#quietTimer = clock.after(this.#quietMs, () => {
      this.#checkQuiet();
    });
    return new IncidentRecord({ id: newId(), site, area: this.#name }, best, this.#heldBack(best));
  }

  #soundsNear({ showings }: Match): Look[] {
    const times = showings.map(({ signal }) => signal.capturedAt);
    return this.#timeLine.sounds(Math.min(...times) - this.#correlationMs, Math.max(...times) + this.#correlationMs);
  }

  #heldBack(match: Match): string[] {
    const rules = this.#rules.map(({ rule }) => rule);
    return heldBackSentences(match, rules, this.#correlationMs, this.#timeLine);
  }

  get #quietMs(): number {
    return this.#options.quietSeconds * 1000;
  }

  #feed(isOfItsSeverity: boolean): void {
    const { clock } = this.#options;
    const now = clock.monotonic();
    const fadesAt = isOfItsSeverity ? now + this.#quietMs * fadeFactor : this.#fed.fadesAt;
    this.#fed = { at: clock.now(), openUntil: Math.min(now + this.#quietMs, fadesAt), fadesAt };
  }

  /** One timer for the whole incident: it looks whether it was quiet long enough and else waits for the rest. */
  #checkQuiet(): void {
    if (this.#incident === undefined) return;
    const { clock } = this.#options;
    const rest = this.#fed.openUntil - clock.monotonic();
    if (rest <= 0) {
      this.#endIncident(this.#incident, this.#whyQuiet(this.#incident));
      return;
    }
    this.#quietTimer = clock.after(rest, () => {
      this.#checkQuiet();
    });
  }

  /** After an escalation the wait begins anew: one message then holds the sound after both. */
  #promiseEvidence(): void {
    this.#evidenceTimer?.();
    this.#evidenceTimer = this.#options.clock.after(postRollMs, () => {
      this.#tellEvidence();
    });
  }

  #tellEvidence(): void {
    if (this.#incident === undefined || this.#evidenceTimer === undefined) return;
    this.#evidenceTimer();
    this.#evidenceTimer = undefined;
    this.#emit(this.#incident.message('evidence', this.#options.clock.now()));
  }

  #whyQuiet({ best }: IncidentRecord): string {
    const { at, openUntil, fadesAt } = this.#fed;
    const { severity } = best.rule;
    return openUntil < fadesAt
      ? `Ended: nothing new since ${clockTime(at)}.`
      : `Ended: nothing of severity ${severity} for ${seconds(this.#quietMs * fadeFactor)}; what is left is judged anew.`;
  }

  #endIncident(incident: IncidentRecord, why: string): void {
    try {
      this.#tellEvidence();
    } finally {
      this.#quietTimer?.();
      this.#incident = undefined;
    }
    this.#emit(incident.message('end', this.#options.clock.now(), { at: this.#fed.at, why }));
  }
}
