import type { ZoneTime } from '../clock/zone-time.ts';
import type { Rule } from '../contracts/configs.ts';
import type { Incident, IncidentSignal } from '../contracts/messages.ts';
import { explain, peopleLabel, type Step, type Tally } from './explanation.ts';
import type { Look } from './look.ts';
import { compareMatches, reasonOf, type Match } from './matching.ts';
import { RulesFired } from './rules-fired.ts';
import { signalOf, type Showing } from './showing.ts';

/** Different (kind, label, source) that one incident lists. */
const signalLimit = 64;
/** Severity that is told of each area. */
const alarm = 3;

/** One open incident: what it stands on, what came together in it, and how it is told. */
export class IncidentRecord {
  readonly id: string;
  readonly site: string;
  readonly #zone: ZoneTime;
  readonly startedAt: number;
  /** Messages so far. */
  #seq = 0;
  /** Of the last message: a later one is never dated before it, whatever it is about. */
  #updatedAt: number;
  /** Capture time of the newest signal. */
  #newestAt: number;
  readonly #steps: Step[] = [];
  /** The areas in which rules had their turn. */
  readonly #stoodOn = new Map<Rule, Set<string>>();
  /** The area of its rule. */
  #area: string;
  /** The area in which it began, and those that joined. */
  readonly #areas = new Set<string>();
  readonly #joined: string[] = [];
  /** Since when it stands on its rule. */
  #since: number;
  readonly #tallies = new Map<string, Tally>();
  readonly #fired: RulesFired;
  /** Labels and sources that already led to a message. */
  readonly #told = new Set<string>();
  #best: Match;
  #heldBack: readonly string[];

  constructor(
    identity: { id: string; site: string; area: string; zone: ZoneTime; node?: string },
    best: Match,
    heldBack: readonly string[],
  ) {
    this.id = identity.id;
    this.site = identity.site;
    this.#area = identity.area;
    this.#zone = identity.zone;
    this.#areas.add(identity.area);
    this.#fired = new RulesFired(identity.node);
    this.#best = best;
    this.#heldBack = heldBack;
    this.startedAt = Math.min(...best.showings.map(({ signal }) => signal.capturedAt));
    this.#newestAt = this.startedAt;
    this.#updatedAt = this.startedAt;
    this.#since = this.startedAt;
    this.#stoodOn.set(best.rule, new Set([identity.area]));
  }

  /** The rule that it stands on: the strongest so far, or the newest of its severity. Severity never falls. */
  get best(): Match {
    return this.#best;
  }

  /** Where its reason is; it moves with the story. */
  get area(): string {
    return this.#area;
  }

  get areas(): ReadonlySet<string> {
    return this.#areas;
  }

  /** A neighbour of one of its areas becomes part of it. @returns false when it was so before */
  join(area: string, via: string, { showings }: Match): boolean {
    if (this.#areas.has(area)) return false;
    this.#areas.add(area);
    const at = Math.max(...showings.map(({ signal }) => signal.capturedAt));
    this.#joined.push(`The story goes on in ${area}, next to ${via}, since ${this.#zone.clock(at)}.`);
    return true;
  }

  /**
   * Whether it should stand on this from now on: what is graver, and what tells more at the same severity, such as a shot
   * after a pane. Each rule of a severity has its turn once in each area, so that alternating causes are no storm; an alarm in
   * another area is told, a lesser thing there is but part of the story.
   */
  shouldStandOn(match: Match, area: string): boolean {
    if (match.severity !== this.#best.severity) return match.severity > this.#best.severity;
    const stood = this.#stoodOn.get(match.rule);
    if (stood?.has(area) === true) return false;
    if (match.severity === alarm && area !== this.#area) return true;
    if (stood !== undefined) return false;
    const known = new Set(labelsOf(this.#best));
    return compareMatches(match, this.#best) < 0 || labelsOf(match).some((label) => !known.has(label));
  }

  /** Of a rule that weighs, what stands on more evidence, or on as much with a higher sum: told with the next message. */
  strengthen(matches: readonly Match[], area: string): void {
    const { rule, severity, confidence, showings, weighed } = this.#best;
    if (weighed === undefined || area !== this.#area) return;
    const other = matches.find((match) => match.rule === rule && match.severity === severity);
    if (other === undefined) return;
    const more = other.showings.length - showings.length;
    if (more > 0 || (more === 0 && other.confidence > confidence)) this.#best = other;
  }

  /** Stands from now on on another rule. */
  standOn(best: Match, area: string, heldBack: readonly string[]): void {
    const { severity } = this.#best;
    const place = area === this.#area ? {} : { area: this.#area };
    this.#steps.push({ since: this.#since, severity, reason: reasonOf(this.#best), ...place });
    this.#area = area;
    this.#since = Math.max(this.#since, ...best.showings.map(({ signal }) => signal.capturedAt));
    this.#stoodOn.set(best.rule, (this.#stoodOn.get(best.rule) ?? new Set()).add(area));
    this.#best = best;
    this.#heldBack = heldBack;
  }

  /**
   * Adds what rules stand on. What is listed already counts one more only when the `newest` look shows it.
   * @returns true when a label or a source is new to the incident.
   */
  note(matches: readonly Match[], newest: Look | undefined): boolean {
    const distinct = new Map<string, Showing>();
    for (const match of matches) {
      const standsOn = this.#fired.note(match);
      for (const showing of match.showings) {
        const key = keyOf(showing.signal);
        standsOn(key);
        if (showing.look === newest || !distinct.has(key)) distinct.set(key, showing);
        this.#stretchTo(key, showing, newest);
      }
    }
    const listed = this.#tallies.size;
    const told = this.#told.size;
    for (const [key, { signal, look, seen, goesOn }] of distinct) {
      const known = this.#tallies.get(key);
      if (known !== undefined && look !== undefined && look === newest) this.#lift(known, signal, goesOn === true);
      if (known === undefined && !this.#add(signal, seen.n)) continue;
      this.#told.add(`label ${signal.kind} ${signal.label}`).add(`source ${signal.source}`);
    }
    if (this.#tallies.size > listed) this.#stretchToAll(matches, newest);
    return this.#told.size > told;
  }

  /** Adds every sound that fired, also those that no rule asks for, and notes what is still seen or heard. */
  noteLook(look: Look): void {
    const { kind, source, capturedAt } = look;
    for (const sighting of look.sightings.values()) {
      const known = this.#tallies.get(keyOf({ kind, source, label: sighting.label }));
      if (known !== undefined) stretch(known, capturedAt, capturedAt);
      else if (kind === 'sound') this.#add(signalOf(look, sighting), 1);
    }
  }

  /** What lasts, such as a camera that is away, has lasted until a moment. @param isSo whether it does */
  noteLasting(at: number, isSo: (signal: IncidentSignal) => boolean): void {
    for (const tally of this.#tallies.values()) if (isSo(tally)) stretch(tally, at, at);
  }

  /** The incident as its next message; `at` is the moment of telling for phases that nothing seen or heard causes. */
  message(phase: Incident['phase'], at = this.#newestAt, end?: { at: number; why: string }): Incident {
    const { severity, confidence, showings } = this.#best;
    const grounds = showings.map(({ signal }) => signal);
    const listed = new Set(grounds.map(keyOf));
    const tallies = [...this.#tallies].map(([key, tally]) => ({ key, tally: { ...tally } }));
    const others = tallies.filter(({ key }) => !listed.has(key)).map(({ tally }) => tally);
    const signals = [...tallies.filter(({ key }) => listed.has(key)).map(({ tally }) => tally), ...others];
    const strongest = grounds.reduce((a, b) => (b.score > a.score ? b : a));
    const steps = this.#steps;
    const best = this.#best;
    const heldBack = this.#heldBack;
    this.#updatedAt = Math.max(this.#updatedAt, at);
    return {
      v: 1,
      kind: 'incident',
      site: this.site,
      area: this.#area,
      ...(this.#areas.size === 1 ? {} : { areas: [...this.#areas] }),
      source: strongest.source,
      capturedAt: this.#updatedAt,
      id: this.id,
      phase,
      seq: this.#seq++,
      severity,
      label: peopleLabel(best, others),
      reason: reasonOf(best),
      confidence,
      sources: [...new Set(signals.map(({ source }) => source))],
      signals,
      rules: this.#fired.list(best.rule, this.#tallies),
      startedAt: this.startedAt,
      updatedAt: this.#updatedAt,
      ...(end === undefined ? {} : { endedAt: Math.max(this.startedAt, end.at) }),
      explanation: explain({ zone: this.#zone, best, steps, others, joined: this.#joined, heldBack, ending: end?.why }),
    };
  }

  /** @returns false when the list is full. */
  #add(signal: IncidentSignal, count: number): boolean {
    if (this.#tallies.size >= signalLimit) return false;
    this.#newestAt = Math.max(this.#newestAt, signal.capturedAt);
    this.#tallies.set(keyOf(signal), { ...signal, count, firstAt: signal.capturedAt, lastAt: signal.capturedAt });
    return true;
  }

  #stretchToAll(matches: readonly Match[], newest: Look | undefined): void {
    for (const { showings } of matches) {
      for (const showing of showings) this.#stretchTo(keyOf(showing.signal), showing, newest);
    }
  }

  /** What a rule stands on may have gone on before, and a state goes on while something else happens. */
  #stretchTo(key: string, { signal, since, state, seen }: Showing, newest: Look | undefined): void {
    const tally = this.#tallies.get(key);
    if (tally === undefined) return;
    const { capturedAt } = signal;
    stretch(tally, Math.min(since ?? state?.since ?? capturedAt, seen.first ?? capturedAt), capturedAt);
    if (state !== undefined && newest !== undefined) stretch(tally, capturedAt, newest.capturedAt);
  }

  /** One more of the same, unless it is still the same; the best score, with its picture boxes, stands for all. */
  #lift(known: Tally, signal: IncidentSignal, goesOn: boolean): void {
    this.#newestAt = Math.max(this.#newestAt, signal.capturedAt);
    if (!goesOn) known.count += 1;
    if (signal.score > known.score) Object.assign(known, signal);
  }
}

/** It was seen or heard from one moment to another, too. */
function stretch(tally: Tally, from: number, to: number): void {
  if (from < tally.firstAt) tally.firstAt = from;
  if (to > tally.lastAt) tally.lastAt = to;
}

function labelsOf({ showings }: Match): string[] {
  return showings.map(({ condition }) => condition.label);
}

function keyOf({ kind, label, source }: Pick<IncidentSignal, 'kind' | 'label' | 'source'>): string {
  return `${kind} ${label} ${source}`;
}
