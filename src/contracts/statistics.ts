import { Type, type Static } from 'typebox';
import { nameLimit } from './messages.ts';

/** The longest span of one answer: a quarter of a year. */
export const longestSpanMs = 93 * 86_400_000;
/** Width of a slot. Every time zone lies a multiple of it from UTC, so that slots add up to hours and days of any. */
export const slotMs = 15 * 60_000;
/** Most labels and most sources of an answer; the rest is counted in the sums alone. */
export const mostTallies = 50;

/** What `GET /statistics` is asked. */
export const StatisticsQuery = Type.Object({
  from: Type.Number({ minimum: 0, description: 'Epoch ms; incidents that began then or later count.' }),
  to: Type.Number({
    minimum: 0,
    description: 'Epoch ms, at most 93 days after `from`; what began then or later does not.',
  }),
  site: Type.Optional(Type.String({ minLength: 1, maxLength: nameLimit, description: 'Id of a site; default all.' })),
});
export type StatisticsQuery = Static<typeof StatisticsQuery>;

/** Incidents that have something in common, and what people said of them. */
export const Tally = Type.Object({
  name: Type.String({ description: 'Of a reason: its labels joined by +. Of a source: its name.' }),
  label: Type.Optional(Type.String({ description: 'A reason in words for people.' })),
  site: Type.Optional(Type.String({ description: 'Id of the site, of a source.' })),
  count: Type.Integer(),
  confirmed: Type.Integer(),
  falseAlarms: Type.Integer({ description: 'False positives and what was dismissed.' }),
});
export type Tally = Static<typeof Tally>;

/** How the incidents of a span spread over time, reasons and sources, and how people answered. */
export const IncidentStatistics = Type.Object({
  from: Type.Number(),
  to: Type.Number(),
  total: Type.Integer(),
  slots: Type.Array(
    Type.Object({
      at: Type.Number({ description: 'Where the quarter of an hour begins, in epoch ms; empty ones are left out.' }),
      counts: Type.Array(Type.Integer(), { minItems: 4, maxItems: 4, description: 'By severity, from 0 to 3.' }),
    }),
  ),
  reasons: Type.Array(Tally, { description: 'Most frequent first, 50 at most.' }),
  sources: Type.Array(Tally, { description: 'Most frequent first, 50 at most.' }),
  reviews: Type.Object({
    reviewed: Type.Integer({ description: 'Acknowledged or judged.' }),
    confirmed: Type.Integer(),
    falseAlarms: Type.Integer(),
    medianResponseMs: Type.Optional(
      Type.Number({ description: 'From the start of an incident to the first answer of anybody; absent without one.' }),
    ),
    slowResponseMs: Type.Optional(Type.Number({ description: 'Nine of ten answers came quicker.' })),
  }),
  unavailable: Type.Optional(
    Type.Array(Type.String(), { description: 'Names of sites that cannot be read at present.' }),
  ),
});
export type IncidentStatistics = Static<typeof IncidentStatistics>;
