import type { OutboxRow } from '../database/tables.ts';
import { waiting, type OutboxState } from './outbox-row.ts';

/** Rows of an outbox in memory, in the order in which they came. A row is never changed: another takes its place. */
export class MemoryRows {
  readonly #rows = new Map<string, OutboxRow>();

  get(id: string): OutboxRow | undefined {
    return this.#rows.get(id);
  }

  put(row: OutboxRow): void {
    this.#rows.set(row.id, row);
  }

  delete(id: string): void {
    this.#rows.delete(id);
  }

  clear(): void {
    this.#rows.clear();
  }

  /** The row of an id, while it is in one of these states. */
  in(states: readonly OutboxState[], id: string): OutboxRow | undefined {
    const row = this.#rows.get(id);
    return row !== undefined && states.includes(row.state as OutboxState) ? row : undefined;
  }

  where(holds: (row: OutboxRow) => boolean): OutboxRow[] {
    return [...this.#rows.values()].filter(holds);
  }

  waiting(holds: (row: OutboxRow) => boolean): OutboxRow[] {
    return this.where((row) => waiting.includes(row.state as OutboxState) && holds(row));
  }

  change(id: string, change: Partial<OutboxRow>): void {
    const row = this.#rows.get(id);
    if (row !== undefined) this.set(row, change);
  }

  /** @returns the row as it is now. */
  set(row: OutboxRow, change: Partial<OutboxRow>): OutboxRow {
    const changed = { ...row, ...change };
    this.put(changed);
    return changed;
  }
}
