import { Type, type Static } from 'typebox';

/** Signals that one trial plays at most. */
export const trialSignals = 1_000_000;

/** What the dialog of fuse-severity asks: what its rules, as they stand there, make of recorded signals. */
export const RuleTrialRequest = Type.Object({
  id: Type.String({ maxLength: 200, description: 'Of the node.' }),
  rules: Type.Array(Type.Unknown(), { maxItems: 100 }),
  correlationSeconds: Type.Unknown(),
  quietSeconds: Type.Unknown(),
  incidentsPerHour: Type.Optional(Type.Unknown()),
  neighbours: Type.Optional(Type.Unknown()),
  minutes: Type.Optional(Type.Number({ minimum: 1, maximum: 1440, description: 'Of what the node kept, until now.' })),
  lines: Type.Optional(Type.String({ description: 'Or these JSON lines.' })),
  why: Type.Optional(
    Type.Number({ description: 'Or the minute that begins then, and why there was an alert or none.' }),
  ),
});
export type RuleTrialRequest = Static<typeof RuleTrialRequest>;

/** One incident of a replay, from its first message to its last. */
export interface ReplayedIncident {
  id: string;
  area: string;
  /** With those that joined. */
  areas: string[];
  severity: number;
  reason: string;
  label: string;
  sources: string[];
  /** Epoch milliseconds. */
  startedAt: number;
  /** Absent: it was still open at the end of the recording. */
  endedAt?: number;
  /** What was told, in order: start, updates, end; messages that only bring media are left out. */
  told: { at: number; phase: 'start' | 'update' | 'end'; severity: number; reason: string }[];
  explanation: string[];
}

/** For how long a rule held, and how often it was met meanwhile. */
export interface RuleMark {
  from: number;
  to: number;
  times: number;
}

/** What came of one thing in a minute. */
export interface MinuteSignal {
  kind: string;
  label: string;
  source: string;
  count: number;
  /** The highest. */
  score: number;
  from: number;
  to: number;
}

/** How a condition fared in a minute. */
export interface ConditionVerdict {
  /** Place in `all`, or behind those in `any`. */
  condition: number;
  verdict: 'met' | 'never' | 'score' | 'seldom' | 'short' | 'otherwise';
  /** Of what met it, or came closest. */
  source?: string;
  at?: number;
  score?: number;
  /** Looks that showed it, of the last how many. */
  seen?: { n: number; of: number };
}

/** How a rule fared in a minute. */
export interface RuleVerdict {
  /** Place in the list. */
  rule: number;
  /**
   * `apart`: all was there, but not together, not in order, or something excluded it. `light`: the weighed sum was too low.
   * `mode`, `schedule`: it did not count then.
   */
  verdict: 'held' | 'missing' | 'apart' | 'light' | 'mode' | 'schedule' | 'off';
  conditions: ConditionVerdict[];
}

/** Why there was an alert in a minute or none, for each area in which anything came. */
export interface MinuteAnswer {
  from: number;
  to: number;
  /** In which the site was. */
  mode: string;
  areas: { area: string; looks: number; signals: MinuteSignal[]; rules: RuleVerdict[] }[];
}

export interface RuleTrialAnswer {
  /** absent: the node does not run; off: it keeps nothing; empty: nothing is kept of that time. */
  state: 'played' | 'absent' | 'off' | 'empty';
  signals: number;
  /** Since when signals are kept. */
  keptSince?: number;
  from?: number;
  to?: number;
  /** Not all was played: it were too many signals. */
  cut?: true;
  skipped: { line: number; message: string }[];
  skippedCount: number;
  incidents: ReplayedIncident[];
  count: number;
  /** Of each rule in the list. */
  marks: RuleMark[][];
  why?: MinuteAnswer;
}
