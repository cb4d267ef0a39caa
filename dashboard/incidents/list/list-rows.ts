import type { IncidentSummary } from '../../../src/contracts/api.ts';

/** Heights of the two kinds of rows in pixels, with the gap below them. */
export interface RowHeights {
  day: number;
  card: number;
}

interface RowPlace {
  key: string;
  /** From the top of the list, in pixels. */
  top: number;
}

/** A heading or an incident, and where it stands. */
export type ListRow =
  | (RowPlace & { kind: 'day'; at: number })
  | (RowPlace & { kind: 'card'; incident: IncidentSummary; /** From 1. */ place: number });

/** A list of any length as rows of which only those in sight are drawn. */
export interface ListRows {
  rows: readonly ListRow[];
  height: number;
}

/** Incidents in their order, below the days on which they began. */
export function rowsOf(incidents: readonly IncidentSummary[], heights: RowHeights): ListRows {
  const rows: ListRow[] = [];
  let [top, before] = [0, ''];
  incidents.forEach((incident, n) => {
    const day = new Date(incident.startedAt).toDateString();
    if (day !== before) {
      rows.push({ kind: 'day', key: `day ${day} ${n}`, at: incident.startedAt, top });
      top += heights.day;
      before = day;
    }
    rows.push({ kind: 'card', key: incident.id, incident, place: n + 1, top });
    top += heights.card;
  });
  return { rows, height: top };
}

/** Number of the last row that begins at or above a height; 0 when there is none. */
export function rowAt(rows: readonly ListRow[], y: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.top ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @returns the number of the row of an incident; -1 when it is not listed */
export function rowOf(rows: readonly ListRow[], id: string | undefined): number {
  return id === undefined ? -1 : rows.findIndex(({ kind, key }) => kind === 'card' && key === id);
}
