import { sunAt } from '../../clock/sun.ts';
import { ZoneTime } from '../../clock/zone-time.ts';
import type { Rule, RuleCondition } from '../../contracts/configs.ts';
import type { Clock } from '../../contracts/ports.ts';
import type { ConditionVerdict, MinuteAnswer, MinuteSignal, RuleVerdict } from '../../contracts/rule-trial.ts';
import type { FusionInput, FusionOptions } from '../area.ts';
import { Duty } from '../duty.ts';
import { fitting } from '../condition-fit.ts';
import { isLastingCue, LastingStates } from '../lasting-states.ts';
import { captureTime, readLook, type Look } from '../look.ts';
import type { Match } from '../matching.ts';
import { RuleBook } from '../rule-book.ts';
import type { Showing } from '../showing.ts';
import { TimeLine } from '../time-line.ts';

const minuteMs = 60_000;
/** What one area lists at most; areas. */
const signalLimit = 100;
const areaLimit = 16;

/** How far each kind of verdict is from being met: the nearest one is told. */
const nearness = { met: 5, short: 4, seldom: 3, score: 2, otherwise: 1, never: 0 } as const;

interface AreaMinute {
  timeLine: TimeLine;
  states: LastingStates;
  looks: number;
  signals: Map<string, MinuteSignal>;
  verdicts: Map<RuleCondition, Omit<ConditionVerdict, 'condition'>>;
  held: Set<number>;
}

/** What of the settings of a node matters here. */
type MinuteSettings = Pick<FusionOptions, 'rules' | 'correlationSeconds' | 'timeZone' | 'location'>;

/**
 * What came in one minute, and how each condition of each rule fared: met, or how close it came. It is handed what the engine is
 * handed, from some minutes before, since rules remember.
 */
export class Minute {
  readonly #rules: readonly Rule[];
  readonly #book: RuleBook;
  readonly #all: readonly RuleCondition[];
  readonly #from: number;
  readonly #clock: Clock;
  readonly #duty: Duty;
  readonly #areas = new Map<string, AreaMinute>();

  /** @param clock Its time is that of the recording. */
  constructor({ rules, correlationSeconds, timeZone, location = '' }: MinuteSettings, from: number, clock: Clock) {
    this.#rules = rules;
    const zone = new ZoneTime(timeZone ?? '');
    this.#duty = new Duty(zone, sunAt(zone, location));
    this.#book = new RuleBook(rules, correlationSeconds);
    this.#all = this.#book.conditions;
    this.#from = from;
    this.#clock = clock;
  }

  /** After the engine has judged it. */
  accept(signal: FusionInput): void {
    if (signal.kind === 'arming') {
      if (this.#clock.now() < this.#from + minuteMs) this.#duty.arm(signal.counting);
      return;
    }
    const area = this.#area(signal.area);
    if (area === undefined) return;
    const now = this.#clock.now();
    const isNow = this.#isIn(now);
    if (isNow) area.looks += 1;
    if (signal.kind === 'stream-status' || (signal.kind === 'cue' && isLastingCue(signal))) {
      area.states.accept(signal);
      if (isNow) listState(area, signal);
    } else {
      const capturedAt = captureTime(signal.capturedAt, now);
      if (isNow)
        list(
          area,
          readLook(signal, capturedAt, () => true),
        );
      const look = readLook(signal, capturedAt, (kind, label) => this.#book.asksFor(kind, label));
      if (look !== undefined) area.timeLine.insert(look, now);
      if (look !== undefined && isNow) for (const condition of this.#all) this.#judge(area, look, condition);
    }
    if (isNow)
      for (const condition of this.#all) for (const met of area.states.find(condition)) meet(area, condition, met);
  }

  readonly noteMatches = (area: string, matches: readonly Match[]): void => {
    if (!this.#isIn(this.#clock.now())) return;
    for (const { order } of matches) this.#area(area)?.held.add(order);
  };

  answer(): MinuteAnswer {
    const areas = [...this.#areas].filter(([, { looks }]) => looks > 0);
    return {
      from: this.#from,
      to: this.#from + minuteMs,
      mode: this.#duty.mode,
      areas: areas.map(([area, { looks, signals, verdicts, held }]) => ({
        ...{ area, looks, signals: [...signals.values()].sort((a, b) => a.from - b.from) },
        rules: this.#rules.map((rule, order) => {
          const verdict = verdictOf(rule, order, held.has(order), this.#book, verdicts);
          const off = this.#duty.offDuty(rule, this.#from)?.why;
          const isIdle = (off === 'mode' || off === 'schedule') && !held.has(order) && verdict.verdict !== 'off';
          return isIdle ? { ...verdict, verdict: off } : verdict;
        }),
      })),
    };
  }

  #isIn(now: number): boolean {
    return now >= this.#from && now < this.#from + minuteMs;
  }

  #area(name: string): AreaMinute | undefined {
    const known = this.#areas.get(name);
    if (known !== undefined || this.#areas.size >= areaLimit) return known;
    const made: AreaMinute = {
      ...{ timeLine: new TimeLine(this.#book.followed), states: new LastingStates(this.#clock), looks: 0 },
      ...{ signals: new Map(), verdicts: new Map(), held: new Set() },
    };
    this.#areas.set(name, made);
    return made;
  }

  #judge(area: AreaMinute, look: Look, condition: RuleCondition): void {
    const sighting = condition.kind === look.kind ? look.sightings.get(condition.label) : undefined;
    if (sighting === undefined) return;
    const { source, capturedAt: at } = look;
    const met = area.timeLine.find(condition, at, at).find((showing) => showing.look === look);
    if (met !== undefined) {
      meet(area, condition, met);
      return;
    }
    const { score } = sighting;
    const near = { source, at, score };
    if (fitting(look, condition) === undefined) {
      note(area, condition, { verdict: score < (condition.minimumScore ?? 0) ? 'score' : 'otherwise', ...near });
      return;
    }
    const { n, of } = condition.seenTimes ?? { n: 1, of: 1 };
    const once = { ...condition, seenTimes: { n: 1, of: Math.max(n, of) } };
    const seen = area.timeLine.find(once, at, at).find((showing) => showing.look === look)?.seen;
    const isSeldom = condition.rate !== undefined || (seen !== undefined && seen.n < n);
    const looks = seen === undefined ? {} : { seen: { n: seen.n, of: seen.of } };
    note(area, condition, { verdict: isSeldom ? 'seldom' : 'short', ...near, ...looks });
  }
}

function meet(area: AreaMinute, condition: RuleCondition, { signal, seen: { n, of } }: Showing): void {
  const { source, capturedAt: at, score } = signal;
  note(area, condition, { verdict: 'met', source, at, score, seen: { n, of } });
}

/** The first of what came nearest stands for all. */
function note(area: AreaMinute, condition: RuleCondition, found: Omit<ConditionVerdict, 'condition'>): void {
  const known = area.verdicts.get(condition);
  if (known !== undefined && nearness[known.verdict] > nearness[found.verdict]) return;
  const isSame = known?.verdict === found.verdict;
  const isBetter =
    found.verdict !== 'met' &&
    ((found.seen?.n ?? 0) > (known?.seen?.n ?? 0) || (found.score ?? 0) > (known?.score ?? 0));
  if (!isSame || isBetter) area.verdicts.set(condition, found);
}

function verdictOf(
  rule: Rule,
  order: number,
  held: boolean,
  book: RuleBook,
  verdicts: AreaMinute['verdicts'],
): RuleVerdict {
  const booked = book.rules.find((one) => one.order === order);
  if (booked === undefined) return { rule: order, verdict: 'off', conditions: [] };
  const conditions = booked.asked.map((condition, index): ConditionVerdict => {
    return { condition: index, ...(verdicts.get(condition) ?? { verdict: 'never' }) };
  });
  const isMet = (condition: RuleCondition): boolean => verdicts.get(condition)?.verdict === 'met';
  const all = booked.slots.every((slot) => slot.some(isMet));
  const short = rule.weigh !== undefined && booked.asked.some(isMet) ? 'light' : 'missing';
  const isApart = rule.weigh === undefined && all;
  return { rule: order, verdict: held ? 'held' : isApart ? 'apart' : short, conditions };
}

function list(area: AreaMinute, look: Look | undefined): void {
  if (look === undefined) return;
  const { kind, source, capturedAt } = look;
  const all = [...look.sightings];
  // A cue is listed by its fullest name, with zone and direction; a signal by what it reports.
  const shown = kind === 'cue' ? all.slice(-1) : kind === 'signal' ? all.slice(0, 1) : all;
  for (const [label, { score }] of shown) add(area, { kind, label, source, score }, capturedAt);
}

function listState(area: AreaMinute, signal: Extract<FusionInput, { kind: 'stream-status' | 'cue' }>): void {
  const { source, capturedAt } = signal;
  const what =
    signal.kind === 'cue'
      ? { kind: 'cue', label: signal.cue, score: signal.score }
      : { kind: 'stream', label: signal.status, score: 1 };
  add(area, { ...what, source }, capturedAt);
}

function add({ signals }: AreaMinute, what: Omit<MinuteSignal, 'count' | 'from' | 'to'>, at: number): void {
  const key = `${what.kind} ${what.label} ${what.source}`;
  const known = signals.get(key);
  if (known === undefined) {
    if (signals.size < signalLimit) signals.set(key, { ...what, count: 1, from: at, to: at });
    return;
  }
  known.count += 1;
  known.score = Math.max(known.score, what.score);
  [known.from, known.to] = [Math.min(known.from, at), Math.max(known.to, at)];
}
