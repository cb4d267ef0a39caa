import type { MemoryRows } from './memory-rows.ts';
import { hasArrived, heldBack, heldForm, type HoldSpan, type Outgoing } from './outbox-row.ts';
import type { TurnStore } from './outbox-turns.ts';

/** What waits for its turn in memory: the same as `OutboxTurns`. */
export class MemoryTurns implements TurnStore {
  readonly #rows: MemoryRows;

  constructor(rows: MemoryRows) {
    this.#rows = rows;
  }

  scheduled(incidentId: string): Promise<Outgoing[]> {
    return Promise.resolve(this.#rows.waiting((row) => row.incident_id === incidentId && row.unless !== null));
  }

  cancel(ids: readonly string[], now: number): Promise<void> {
    const needless = this.#rows.waiting((row) => ids.includes(row.id) || ids.includes(row.depends_on ?? ''));
    for (const row of needless) this.#rows.set(row, { state: 'cancelled', media: null, updated_at: now });
    return Promise.resolve();
  }

  hurry(ids: readonly string[], now: number): Promise<void> {
    for (const row of this.#rows.waiting(({ id }) => ids.includes(id)))
      this.#rows.set(row, { start_at: now, next_at: now });
    return Promise.resolve();
  }

  hold(row: Outgoing, span: HoldSpan): Promise<void> {
    const change = heldBack(row, span);
    this.#rows.change(row.id, change);
    const { deadline = row.deadline } = change;
    for (const reply of this.#rows.waiting((one) => one.depends_on === row.id)) {
      this.#rows.set(reply, { deadline, next_at: deadline });
    }
    return Promise.resolve();
  }

  releasable(recipient: string, now: number): Promise<Outgoing[]> {
    const held = this.#rows.waiting(
      (row) => row.recipient === recipient && (row.hold === 'quiet' || row.hold === 'snooze') && row.next_at <= now,
    );
    return Promise.resolve(held.sort((one, other) => one.created_at - other.created_at));
  }

  gather(id: string, body: string, others: readonly string[], now: number): Promise<void> {
    const over = { state: 'cancelled', media: null, updated_at: now };
    for (const row of this.#rows.waiting((one) => others.includes(one.depends_on ?? ''))) this.#rows.set(row, over);
    for (const other of others) this.#rows.change(other, { ...over, hold: 'summary', depends_on: id });
    this.#rows.change(id, { body, hold: 'summary', updated_at: now });
    return Promise.resolve();
  }

  toldIn(id: string): Promise<string[]> {
    const gathered = this.#rows.where((row) => row.depends_on === id && row.hold === 'summary');
    return Promise.resolve([...new Set(gathered.map((row) => row.incident_id))]);
  }

  endSnooze(now: number): Promise<void> {
    for (const row of this.#rows.waiting(({ hold }) => hold === 'snooze')) this.#rows.set(row, { next_at: now });
    return Promise.resolve();
  }

  /** What other accounts did is not known here: a message too many beats silence. */
  toldElsewhere(row: Outgoing, how: 'accepted' | 'delivered'): Promise<boolean> {
    const others = this.#rows.where(
      (one) =>
        one.incident_id === row.incident_id &&
        one.node !== row.node &&
        one.severity >= row.severity &&
        (how === 'accepted' ? one.accepted_at !== null : hasArrived(one.receipt)),
    );
    return Promise.resolve(others.length > 0);
  }

  postpone(recipient: string, severity: number, until: number, now: number): Promise<void> {
    const due = this.#rows.waiting(
      (row) => row.recipient === recipient && row.severity <= severity && row.next_at <= now,
    );
    for (const row of due) this.#rows.set(row, { next_at: until });
    return Promise.resolve();
  }

  release(recipient: string, now: number): Promise<void> {
    const held = this.#rows.waiting((row) => row.recipient === recipient && row.form === heldForm);
    for (const row of held) this.#rows.set(row, { next_at: now });
    return Promise.resolve();
  }
}
