import type { ZoneTime } from '../clock/zone-time.ts';
import type { IncidentSignal } from '../contracts/messages.ts';
import { capitalised, conditionWords, words } from './condition-words.ts';
import { reasonOf, type Match } from './matching.ts';
import type { Showing } from './showing.ts';
import { dwellOf } from './condition-fit.ts';
import { levelSentence } from './level-words.ts';
import { tamperSentence } from './tamper-words.ts';
import { weighingSentences } from './weighing-words.ts';
import { zoneSentence } from './zone-words.ts';

/** A moment (epoch ms) as the clock on the wall shows it. */
type ClockWords = ZoneTime['clock'];

/** A signal of an incident, how often it came, and from when to when. */
export type Tally = IncidentSignal & { count: number; firstAt: number; lastAt: number };

/** What an incident was before it got worse, or another reason came. */
export interface Step {
  since: number;
  severity: number;
  reason: string;
  /** Where, if it was elsewhere. */
  area?: string;
}

/**
 * Why an incident is what it is, in sentences. Times are those of the site's own clock on the wall, as in the alert
 * that carries them; `capturedAt` of each signal is the exact moment.
 */
export function explain(incident: {
  zone: ZoneTime;
  best: Match;
  steps: readonly Step[];
  others: readonly Tally[];
  /** How neighbouring areas became part of it. */
  joined: readonly string[];
  heldBack: readonly string[];
  ending: string | undefined;
}): string[] {
  const { best, steps, others, joined, heldBack, ending } = incident;
  const { clock } = incident.zone;
  const { severity, rule, showings, weighed } = best;
  return [
    `Severity ${severity} by the rule ${reasonOf(best)}.`,
    ...showings.map((showing) => showingSentence(showing, clock)),
    ...distanceSentence(best),
    ...absenceSentence(best),
    ...expressionSentence(best),
    ...(rule.weigh === undefined || weighed === undefined ? [] : weighingSentences(rule.weigh, weighed)),
    confidenceSentence(best),
    ...others.map((tally) => otherSentence(tally, clock)),
    ...joined,
    ...heldBack,
    ...steps.map((step) => stepSentence(step, clock)),
    ...(ending === undefined ? [] : [ending]),
  ];
}

function stepSentence({ since, severity, reason, area }: Step, clockTime: ClockWords): string {
  const place = area === undefined ? '' : ` in ${area}`;
  return `Before that severity ${severity} (${reason})${place} since ${clockTime(since)}.`;
}

/** The rule's own words, or else the labels that met it, and the other sounds that fired. */
export function peopleLabel({ rule, showings }: Match, others: readonly IncidentSignal[]): string {
  const ruleWords = rule.label ?? '';
  const labels = showings.map(({ condition }) => condition.label);
  const label = ruleWords === '' ? capitalised(labels.map(words).join(' and ')) : ruleWords;
  const inRule = new Set(labels);
  const sounds = others.filter(({ kind, label: name }) => kind === 'sound' && !inRule.has(name));
  const names = [...new Set(sounds.map((sound) => words(sound.label)))];
  return names.length === 0 ? label : `${label} (also ${names.join(', ')})`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function showingSentence(showing: Showing, clockTime: ClockWords): string {
  const { signal, condition, seen, dbfs, state, from, features, remark } = showing;
  const { kind, label, source, score, capturedAt } = signal;
  const at = clockTime(capturedAt);
  const name = capitalised(words(label));
  switch (kind) {
    case 'object': {
      const looks = seen.of === 1 ? '' : `, in ${seen.n} of the last ${seen.of} looks`;
      return `${name} seen by ${source} at ${at}, score ${decimals(score)}${looks}${objectWords(showing)}${lasted(showing)}.`;
    }
    case 'sound': {
      const level = dbfs === undefined ? '' : `, level ${dbfs.toFixed(1)} dBFS`;
      const grounds = remark === undefined ? '' : ` ${remark}`;
      return `${name} heard by ${source} at ${at}, ${scoreOf(signal)}${level}${lasted(showing)}.${grounds}`;
    }
    case 'cue': {
      const lasting =
        tamperSentence(signal, features ?? {}, clockTime) ?? levelSentence(signal, features ?? {}, clockTime);
      if (lasting !== undefined) return lasting;
      const cue = zoneSentence(signal, features ?? {}, clockTime);
      return `${cue ?? `Cue ${words(label)} from ${source} at ${at}, score ${decimals(score)}`}${often(condition, seen)}${lasted(showing)}.`;
    }
    case 'stream': {
      const { status, since } = state ?? { status: label, since: from };
      const forLong = `for ${Math.round((from - since) / 1000)} s or more`;
      return `${source} is ${words(label)} since ${clockTime(since)}, ${forLong} (${status}).`;
    }
    case 'signal':
      return `Signal ${words(label)} from ${source} at ${at}, score ${decimals(score)}${often(condition, seen)}${lasted(showing)}.`;
  }
}

/** What a rule asked of the objects themselves: how many, where, for how long, whether they move. */
function objectWords({ condition, signal: { objects = [], capturedAt } }: Showing): string {
  const { count = 1, zone, dwellSeconds, moving, minimumSpeed } = condition;
  const fastest = Math.max(0, ...objects.map(({ speed = 0 }) => speed));
  const dwell = Math.max(0, ...objects.map((object) => dwellOf(object, zone, capturedAt)));
  return [
    count === 1 ? '' : `, at least ${count} at once`,
    zone === undefined ? '' : `, in the zone ${zone}`,
    dwellSeconds === undefined ? '' : `, there for ${Math.floor(dwell)} s`,
    moving === undefined ? '' : moving ? ', moving' : ', staying where it is',
    minimumSpeed === undefined ? '' : `, going ${fastest.toFixed(1)} of its lengths a second`,
  ].join('');
}

function lasted({ since, from }: Showing): string {
  return since === undefined ? '' : `, going on for ${seconds(from - since)}`;
}

function often({ rate }: Showing['condition'], { n }: Showing['seen']): string {
  return rate === undefined ? '' : `, ${n} times in ${rate.seconds} s`;
}

function distanceSentence({ showings, spreadMs }: Match): string[] {
  const moments = showings.filter(({ state }) => state === undefined);
  if (moments.length < 2) return [];
  return [`${seconds(spreadMs)} lie between ${moments.length === 2 ? 'the two' : 'the first and the last'}.`];
}

function confidenceSentence({ confidence, weighed, showings }: Match): string {
  const signals = showings.length === 1 ? 'the score of that signal' : 'the lowest score of those signals';
  return `Confidence ${decimals(confidence)}: ${weighed === undefined ? signals : 'the weighted sum'}.`;
}

function absenceSentence({ rule }: Match): string[] {
  const { none = [] } = rule;
  return none.length === 0 ? [] : [`Nothing excluded it: no ${none.map(conditionWords).join(', no ')}.`];
}

/** An expression of experts is told as it stands, as far as it fits. */
function expressionSentence({ rule: { expression }, fault }: Match): string[] {
  if (expression === undefined) return [];
  if (fault !== undefined) return [`Its expression failed (${fault}), so the rule holds without it.`];
  const line = expression.replaceAll(/\s+/g, ' ').trim();
  return [`Its expression is true: ${line.length > 160 ? `${line.slice(0, 160)} ...` : line}`];
}

function otherSentence(tally: Tally, clockTime: ClockWords): string {
  const times = tally.count === 1 ? '' : `, ${tally.count} times`;
  return `Also ${words(tally.label)} from ${tally.source} at ${clockTime(tally.capturedAt)}, ${scoreOf(tally)}${times}.`;
}

function scoreOf({ score, threshold }: IncidentSignal): string {
  return `score ${decimals(score)}${threshold === undefined ? '' : ` (threshold ${decimals(threshold)})`}`;
}

function decimals(score: number): string {
  return score.toFixed(2);
}
