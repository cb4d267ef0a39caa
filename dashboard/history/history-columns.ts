import type { IncidentStatistics } from '../../src/contracts/statistics.ts';

/** What one can look back on: the last hours by the hour, or the last days by the day. */
export const spans = ['24h', '7d', '30d', '90d'] as const;
export type SpanName = (typeof spans)[number];

const widths: Readonly<Record<SpanName, { unit: 'hour' | 'day'; count: number }>> = {
  '24h': { unit: 'hour', count: 24 },
  '7d': { unit: 'day', count: 7 },
  '30d': { unit: 'day', count: 30 },
  '90d': { unit: 'day', count: 90 },
};

export interface Column {
  /** Epoch ms where it begins. */
  at: number;
  /** By severity, from 0 to 3. */
  counts: [number, number, number, number];
  total: number;
}

/** Where each column of a span begins, by the clock and calendar of whoever looks; the last one holds `now`. */
export function columnStarts(span: SpanName, now: number): number[] {
  const { unit, count } = widths[span];
  return Array.from({ length: count }, (_, index) => {
    const back = count - 1 - index;
    const start = new Date(now);
    // Hours are counted, not named: where the clocks change one of them has no name or two.
    if (unit === 'hour') return start.setMinutes(0, 0, 0) - back * 3_600_000;
    start.setHours(0, 0, 0, 0);
    return start.setDate(start.getDate() - back);
  });
}

export function unitOf(span: SpanName): 'hour' | 'day' {
  return widths[span].unit;
}

/** Adds the quarters of an hour up to columns. */
export function columnsOf({ slots }: Pick<IncidentStatistics, 'slots'>, starts: readonly number[]): Column[] {
  const columns = starts.map((at): Column => ({ at, counts: [0, 0, 0, 0], total: 0 }));
  const latestFirst = [...columns].reverse();
  for (const { at, counts } of slots) {
    const column = latestFirst.find((one) => one.at <= at);
    if (column !== undefined) add(column, counts);
  }
  return columns;
}

/** The same by the hour of the day: when do they come? */
export function hoursOf({ slots }: Pick<IncidentStatistics, 'slots'>): Column[] {
  const hours = Array.from({ length: 24 }, (_, at): Column => ({ at, counts: [0, 0, 0, 0], total: 0 }));
  for (const { at, counts } of slots) {
    const hour = hours[new Date(at).getHours()];
    if (hour !== undefined) add(hour, counts);
  }
  return hours;
}

function add(column: Column, counts: readonly number[]): void {
  for (const severity of [0, 1, 2, 3] as const) {
    column.counts[severity] += counts[severity] ?? 0;
    column.total += counts[severity] ?? 0;
  }
}
