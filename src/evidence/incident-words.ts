import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { IncidentRow } from '../database/tables.ts';

/** What an incident can be found by, beside its time and its words. */
export const facets = ['site', 'area', 'source', 'severity', 'label', 'review'] as const;
export type Facet = (typeof facets)[number];

/** Words count by their first letters: endings differ with the sentence, and the index stays small. */
const lettersThatCount = 6;
/** So many letters find the words that they begin; fewer have to be the whole word. */
const fewestLetters = 3;
const mostWords = 400;
const mostAsked = 12;

/** What of an incident it is found by. */
export type Described = Pick<
  Selectable<IncidentRow>,
  | 'site'
  | 'area'
  | 'source'
  | 'severity'
  | 'label'
  | 'reason'
  | 'review_state'
  | 'started_at'
  | 'sources_json'
  | 'areas_json'
  | 'explanation_json'
>;

/** Words are words of a time of 25 days, so that no list of the index grows without end: its first letters say which. */
const periodMs = 2 ** 31;
const periodLetters = 3;
const mostPeriods = 36 ** periodLetters - 1;

/** The time of which the words of an incident are, in order. */
export function periodOf(startedAt: number): number {
  return Math.min(Math.max(Math.floor(startedAt / periodMs), 0), mostPeriods);
}

/** The first moment of a period, epoch ms. */
export function beginOfPeriod(period: number): number {
  return period * periodMs;
}

/** A word as it stands in the index. */
export function wordOfPeriod(period: number, word: string): string {
  return period.toString(36).padStart(periodLetters, '0') + word;
}

/** Everything that an incident is found by, as the index takes it. */
export function wordsOf(row: Described): string {
  const sources = [row.source, ...(JSON.parse(row.sources_json) as string[])];
  const areas = [row.area, ...(row.areas_json == null ? [] : (JSON.parse(row.areas_json) as string[]))];
  const sentences = JSON.parse(row.explanation_json) as string[];
  const parts = row.reason.split('+');
  const found = [
    facetWord('site', row.site),
    ...areas.map((area) => facetWord('area', area)),
    facetWord('severity', row.severity),
    facetWord('review', row.review_state),
    ...sources.map((source) => facetWord('source', source)),
    ...[row.label, row.reason, ...parts].map((label) => facetWord('label', label)),
    ...searchWords([row.label, row.reason, ...areas, ...sources, ...sentences].join(' '))
      .slice(0, mostWords)
      .flatMap(beginnings),
  ];
  const period = periodOf(row.started_at);
  return [...new Set(found)].map((word) => wordOfPeriod(period, word)).join(' ');
}

/** The word that stands for a property: longer than any other word, so that nobody finds it by accident. */
export function facetWord(facet: Facet, value: string | number): string {
  return `${facet}${createHash('sha256').update(String(value)).digest('hex').slice(0, 14)}`;
}

/** The words of what somebody typed: all of them have to be there. */
export function askedWords(text: string): string[] {
  return searchWords(text).slice(0, mostAsked);
}

/** Whether a text holds all the words that somebody typed, as the index finds them. */
export function isFoundIn(text: string, typed: string): boolean {
  const there = new Set(searchWords(text).flatMap(beginnings));
  return askedWords(typed).every((word) => there.has(word));
}

/** A word and what finds it while somebody is still typing. */
function beginnings(word: string): string[] {
  const letters = Array.from(word);
  const shorter = Math.max(letters.length - fewestLetters, 0);
  return [word, ...Array.from({ length: shorter }, (_, n) => letters.slice(0, fewestLetters + n).join(''))];
}

/** Words in small letters without accents, each cut to its first letters. Only letters and digits remain. */
function searchWords(text: string): string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map((word) => Array.from(word).slice(0, lettersThatCount).join('')))];
}
