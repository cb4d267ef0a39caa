import type { IncidentSummary } from '../src/contracts/api.ts';
import { reviewStates, type ReviewState } from '../src/contracts/review-states.ts';

const dayMs = 86_400_000;

/** How far back one may ask. */
export const spans = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;
export type Span = keyof typeof spans;

/** What the list is asked for; an empty text asks for everything. */
export interface ListFilter {
  minimumSeverity: number;
  unreviewedOnly: boolean;
  /** Words that all have to be there. */
  text: string;
  site: string;
  area: string;
  source: string;
  answer: ReviewState | '';
  span: Span | '';
}

export const noFilter: ListFilter = {
  ...{ minimumSeverity: 0, unreviewedOnly: false, text: '' },
  ...{ site: '', area: '', source: '', answer: '', span: '' },
};

/** The filter alone, of something that has more. */
export function filterIn({ minimumSeverity, unreviewedOnly, text, site, area, source, answer, span }: ListFilter) {
  return { minimumSeverity, unreviewedOnly, text, site, area, source, answer, span } satisfies ListFilter;
}

/** A filter that was kept; what is no longer understood is left out. */
export function keptAs(kept: Partial<Record<keyof ListFilter, unknown>>): ListFilter {
  const word = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '');
  const one = <T extends string>(value: unknown, of: readonly T[]): T | '' =>
    of.find((choice) => choice === value) ?? '';
  return {
    minimumSeverity: [1, 2, 3].find((severity) => severity === kept.minimumSeverity) ?? 0,
    unreviewedOnly: kept.unreviewedOnly === true,
    ...{ text: word(kept.text), site: word(kept.site), area: word(kept.area), source: word(kept.source) },
    ...{ answer: one(kept.answer, reviewStates), span: one(kept.span, Object.keys(spans) as Span[]) },
  };
}

/** The filter in the words of `GET /incidents`. */
export function queryOf(filter: ListFilter, now: number): Record<string, string> {
  const { minimumSeverity, unreviewedOnly, span } = filter;
  const { text, site, area, source, answer: review } = { ...filter, text: filter.text.trim() };
  const wanted = Object.entries({ text, site, area, source, review }).filter(([, value]) => value !== '');
  return {
    ...(minimumSeverity > 0 ? { minimumSeverity: String(minimumSeverity) } : {}),
    ...(unreviewedOnly ? { state: 'unreviewed' } : {}),
    ...Object.fromEntries(wanted),
    ...(span === '' ? {} : { from: String(Math.floor(now - spans[span])) }),
  };
}

/** Whether the list, asked with this filter, would hold the incident, as far as can be told here: words only the server finds. */
export function fits(incident: IncidentSummary, filter: ListFilter, now: number): boolean {
  const { minimumSeverity, unreviewedOnly, site, area, source, answer, span } = filter;
  return (
    incident.severity >= minimumSeverity &&
    (!unreviewedOnly || incident.review.state === 'pending') &&
    (answer === '' || incident.review.state === answer) &&
    (site === '' || incident.site === site) &&
    (area === '' || incident.area === area) &&
    (source === '' || incident.source === source || incident.sources.includes(source)) &&
    (span === '' || incident.startedAt >= now - spans[span])
  );
}

export function isSearch({ text }: ListFilter): boolean {
  return text.trim() !== '';
}

/** How many of the filters that are folded away are set. */
export function furtherFilters({ site, area, source, answer, span }: ListFilter): number {
  return [site, area, source, answer, span].filter((value) => value !== '').length;
}

export function isFiltered(filter: ListFilter): boolean {
  return filter.minimumSeverity > 0 || filter.unreviewedOnly || isSearch(filter) || furtherFilters(filter) > 0;
}
