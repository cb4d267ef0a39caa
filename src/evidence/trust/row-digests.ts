import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { IncidentRow, MediaRow, RemovalRow, ReviewRow, SignalRow } from '../../database/tables.ts';

/** What of the rows is vouched for. The order is fixed: a digest of before must come out again. */
const incidentColumns = [
  'id',
  'site',
  'area',
  'source',
  'seq',
  'severity',
  'label',
  'reason',
  'confidence',
  'started_at',
  'updated_at',
  'ended_at',
  'explanation_json',
  'sources_json',
] as const satisfies (keyof IncidentRow)[];
/** Columns that came later, by name: what they say counts, and rows without it have the digest that they had before. */
const laterIncidentColumns = ['areas_json', 'rules_json'] as const satisfies (keyof IncidentRow)[];
const signalColumns = [
  'kind',
  'label',
  'source',
  'score',
  'threshold',
  'model',
  'captured_at',
  'count',
] as const satisfies (keyof SignalRow)[];
const laterSignalColumns = ['first_at', 'last_at'] as const satisfies (keyof SignalRow)[];
const mediaColumns = [
  'id',
  'incident_id',
  'type',
  'source',
  'mime',
  'bytes',
  'sha256',
  'file',
  'captured_at',
  'created_at',
] as const satisfies (keyof MediaRow)[];
const laterMediaColumns = ['rendition'] as const satisfies (keyof MediaRow)[];
const reviewColumns = [
  'id',
  'incident_id',
  'action',
  'by',
  'note',
  'created_at',
] as const satisfies (keyof ReviewRow)[];
const removalColumns = [
  'id',
  'incident_id',
  'what',
  'why',
  'by',
  'media_json',
  'at',
] as const satisfies (keyof RemovalRow)[];

export type IncidentFacts = Pick<Selectable<IncidentRow>, (typeof incidentColumns)[number]> &
  Partial<Pick<Selectable<IncidentRow>, (typeof laterIncidentColumns)[number]>>;
export type SignalFacts = Pick<Selectable<SignalRow>, (typeof signalColumns)[number]> &
  Partial<Pick<Selectable<SignalRow>, (typeof laterSignalColumns)[number]>>;
export type MediaFacts = Pick<Selectable<MediaRow>, (typeof mediaColumns)[number]> &
  Partial<Pick<Selectable<MediaRow>, (typeof laterMediaColumns)[number]>>;
export type ReviewFacts = Pick<Selectable<ReviewRow>, (typeof reviewColumns)[number]>;
export type RemovalFacts = Pick<Selectable<RemovalRow>, (typeof removalColumns)[number]>;

/** @param signals all of the incident, in any order. */
export function incidentDigest(row: IncidentFacts, signals: readonly SignalFacts[]): Buffer {
  const ofSignals = signals.map(signalText).sort();
  const columns = incidentColumns.map((column) => row[column]);
  return digestOf(['incident', ...columns, ofSignals, ...said(row, laterIncidentColumns)]);
}

function signalText(signal: SignalFacts): string {
  return JSON.stringify([...signalColumns.map((column) => signal[column]), ...said(signal, laterSignalColumns)]);
}

export function mediaDigest(row: MediaFacts): Buffer {
  return digestOf(['media', ...mediaColumns.map((column) => row[column]), ...said(row, laterMediaColumns)]);
}

export function reviewDigest(row: ReviewFacts): Buffer {
  return digestOf(['review', ...reviewColumns.map((column) => row[column])]);
}

export function removalDigest(row: RemovalFacts): Buffer {
  return digestOf(['removal', ...removalColumns.map((column) => row[column])]);
}

/** As the columns stand, and nothing else: what goes into a bundle. */
export const factsOf = {
  incident: (row: IncidentFacts): IncidentFacts => ({
    ...only(row, incidentColumns),
    ...onlySaid(row, laterIncidentColumns),
  }),
  signal: (row: SignalFacts): SignalFacts => ({ ...only(row, signalColumns), ...onlySaid(row, laterSignalColumns) }),
  media: (row: MediaFacts): MediaFacts => ({ ...only(row, mediaColumns), ...onlySaid(row, laterMediaColumns) }),
  review: (row: ReviewFacts): ReviewFacts => only(row, reviewColumns),
  removal: (row: RemovalFacts): RemovalFacts => only(row, removalColumns),
} as const;

function only<Row, Column extends keyof Row>(row: Row, columns: readonly Column[]): Pick<Row, Column> {
  return Object.fromEntries(columns.map((column) => [column, row[column]])) as Pick<Row, Column>;
}

/** Those of the columns that say something. */
function onlySaid<Row, Column extends keyof Row>(row: Row, columns: readonly Column[]): Partial<Pick<Row, Column>> {
  const saying = columns.filter((column) => row[column] != null);
  return only(row, saying);
}

function said<Row>(row: Row, columns: readonly (keyof Row)[]): unknown[] {
  return columns.filter((column) => row[column] != null).map((column) => `${String(column)}=${String(row[column])}`);
}

function digestOf(values: readonly unknown[]): Buffer {
  return createHash('sha256').update(JSON.stringify(values)).digest();
}
