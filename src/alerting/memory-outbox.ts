import type { OutboxRow } from '../database/tables.ts';
import { MemoryRows } from './memory-rows.ts';
import { MemoryTurns } from './memory-turns.ts';
import type { OutboxStore } from './outbox.ts';
import {
  heldForm,
  repliedTo,
  rateMemoryMs,
  standing,
  textsFirst,
  reached,
  unfinished,
  waiting,
  waitingAgain,
  type OutboxState,
  type Outgoing,
  type Part,
  type Upload,
} from './outbox-row.ts';

/** So many alerts wait in memory, by part: pictures and videos may have 5 MB each. */
const alertsHeld: Readonly<Record<Part, number>> = { text: 100, image: 20, voice: 20, video: 5 };
/** So many finished rows are kept until they can be written down. */
const finishedHeld = 1_000;

const gaveWay = JSON.stringify({
  name: 'ES_DATABASE',
  message: 'it gave way to newer or more severe ones, since the database takes no alerts and memory is limited.',
});

/** The rows of one account while the database cannot take them: the same as `Outbox`, bounded and without a disk. */
export class MemoryOutbox implements OutboxStore {
  readonly #rows = new MemoryRows();
  readonly turns = new MemoryTurns(this.#rows);

  /** All rows, to be written down. */
  all(): OutboxRow[] {
    return this.#rows.where(() => true);
  }

  clear(): void {
    this.#rows.clear();
  }

  /** Rows that the database has too, without their pictures unless these are given. */
  adopt(rows: readonly Outgoing[], pictures: ReadonlyMap<string, Uint8Array> = new Map()): void {
    for (const row of rows) this.#rows.put({ media: pictures.get(row.id) ?? null, ...row });
  }

  add(rows: readonly OutboxRow[], now: number): Promise<void> {
    for (const row of rows) this.#rows.put(row);
    for (const { id, depends_on: text } of rows) {
      if (text !== null && this.#rows.get(text)?.state === 'accepted') this.#rows.change(id, { next_at: now });
    }
    for (const part of Object.keys(alertsHeld) as Part[]) this.#giveWay(part);
    const finished = this.#rows.where(({ state }) => !unfinished.includes(state as OutboxState));
    for (const { id } of finished.slice(0, -finishedHeld)) this.#rows.delete(id);
    return Promise.resolve();
  }

  recover(now: number): Promise<number> {
    for (const row of this.#rows.where(({ state }) => state === 'sending')) this.#rows.set(row, { state: 'unknown' });
    const left = this.#rows.waiting(
      ({ depends_on: text }) => text === null || this.#rows.get(text)?.state === 'accepted',
    );
    for (const row of left)
      this.#rows.set(row, { next_at: row.hold === null ? Math.max(now, row.start_at ?? 0) : now });
    return Promise.resolve(left.length);
  }

  shift(step: number): Promise<void> {
    for (const row of this.#rows.where(({ state }) => unfinished.includes(state as OutboxState))) {
      this.#rows.set(row, {
        created_at: row.created_at + step,
        next_at: row.next_at + step,
        late_at: row.late_at === null ? null : row.late_at + step,
        deadline: row.deadline + step,
        start_at: row.start_at === null ? null : row.start_at + step,
      });
    }
    return Promise.resolve();
  }

  expire(now: number): Promise<Outgoing[]> {
    const expired = this.#rows.waiting(({ deadline }) => deadline <= now);
    const stateOf = ({ form }: OutboxRow): OutboxState => (form === heldForm ? 'cancelled' : 'expired');
    const rows = expired.map((row) => this.#rows.set(row, { state: stateOf(row), media: null, updated_at: now }));
    return Promise.resolve(textsFirst(rows));
  }

  takeLate(now: number): Promise<Outgoing[]> {
    const late = this.#rows.waiting(({ late_at: at }) => at !== null && at <= now);
    return Promise.resolve(late.map((row) => this.#rows.set(row, { late_at: null })));
  }

  due(part: Part, now: number, limit: number, leastSeverity = 0): Promise<Outgoing[]> {
    const due = this.#rows.waiting((row) => row.part === part && row.severity >= leastSeverity && row.next_at <= now);
    due.sort((one, other) => other.severity - one.severity || one.created_at - other.created_at);
    return Promise.resolve(due.slice(0, limit));
  }

  nextTime(now: number): Promise<number | undefined> {
    const times = this.#rows
      .waiting(() => true)
      .flatMap(({ next_at: next, late_at: late, deadline }) => [
        ...(next > now ? [next] : []),
        ...(late === null ? [] : [late]),
        deadline,
      ]);
    return Promise.resolve(times.length === 0 ? undefined : Math.min(...times));
  }

  claim(row: Outgoing, now: number): Promise<Outgoing> {
    const change = {
      state: 'sending' satisfies OutboxState,
      attempts: row.attempts + 1,
      maybe_duplicate: row.state === 'unknown' ? 1 : row.maybe_duplicate,
      updated_at: now,
    };
    this.#rows.change(row.id, change);
    return Promise.resolve({ ...row, ...change });
  }

  accept(id: string, providerId: string, now: number, replyMs: number, form?: string): Promise<boolean> {
    const row = this.#rows.in(unfinished, id);
    if (row === undefined || row.provider_id === providerId) return Promise.resolve(false);
    const over = { state: 'accepted', provider_id: providerId, error_json: null, media: null };
    this.#rows.set(row, { ...over, accepted_at: now, updated_at: now, form: form ?? row.form });
    this.#letReply(id, now, replyMs);
    return Promise.resolve(true);
  }

  wait(...[id, change, from = unfinished]: Parameters<OutboxStore['wait']>): Promise<boolean> {
    const row = this.#rows.in(from, id);
    if (row !== undefined) this.#rows.set(row, waitingAgain(change));
    return Promise.resolve(row !== undefined);
  }

  fail(...[id, error, now, from = unfinished]: Parameters<OutboxStore['fail']>): Promise<Outgoing[] | undefined> {
    const failed = this.#rows.in(from, id);
    if (failed === undefined) return Promise.resolve(undefined);
    const change = { state: 'failed', media: null, error_json: error, updated_at: now };
    this.#rows.set(failed, change);
    return Promise.resolve(
      this.#rows.waiting((row) => row.depends_on === id).map((reply) => this.#rows.set(reply, change)),
    );
  }

  receiptRow({ id, tag = '' }: Parameters<OutboxStore['receiptRow']>[0]): Promise<Outgoing | undefined> {
    return Promise.resolve(this.#rows.get(tag) ?? this.#rows.where(({ provider_id: given }) => given === id)[0]);
  }

  progress(...[row, { id, status }, now, replyMs]: Parameters<OutboxStore['progress']>): Promise<Outgoing> {
    if (row.state !== 'accepted') this.#letReply(row.id, now, replyMs);
    const change = reached(row, { status, providerId: id, now });
    this.#rows.change(row.id, change);
    return Promise.resolve({ ...row, ...change });
  }

  sentTo(recipient: string, now: number): Promise<number[]> {
    const times = this.#rows.where((row) => row.recipient === recipient).flatMap(({ accepted_at: at }) => at ?? []);
    return Promise.resolve(times.filter((at) => at >= now - rateMemoryMs && at <= now).sort((a, b) => a - b));
  }

  textsOf(node: string, incidentId: string): Promise<Outgoing[]> {
    const isText = (row: OutboxRow): boolean =>
      row.node === node && row.incident_id === incidentId && row.part === 'text';
    const texts = this.#rows.where((row) => isText(row) && standing.includes(row.state as OutboxState));
    return Promise.resolve(repliedTo(texts.sort((one, other) => one.sequence - other.sequence)));
  }

  pictureOf(id: string): Promise<Outgoing | undefined> {
    const isShown = ({ state, media_id: uploaded }: OutboxRow): boolean =>
      uploaded !== null || waiting.includes(state as OutboxState);
    return Promise.resolve(this.#rows.where((row) => row.depends_on === id && row.part === 'image' && isShown(row))[0]);
  }

  providerId(id: string): Promise<string | undefined> {
    return Promise.resolve(this.#rows.get(id)?.provider_id ?? undefined);
  }

  media(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const media = this.#rows.get(id)?.media;
    return Promise.resolve(media === null || media === undefined ? undefined : new Uint8Array(media));
  }

  setMediaId(upload: Upload, mediaId: string | null): Promise<void> {
    const { alert_id: alertId, part, sequence } = upload;
    const served = (row: OutboxRow): boolean =>
      row.alert_id === alertId && row.part === part && row.sequence === sequence;
    for (const row of this.#rows.where(served)) this.#rows.set(row, { media_id: mediaId });
    return Promise.resolve();
  }

  /** Too many alerts: of the least severe the oldest expires at once, which is told as for any other. */
  #giveWay(part: Part): void {
    const rows = this.#rows.waiting((row) => row.part === part && row.error_json !== gaveWay);
    rows.sort((one, other) => one.severity - other.severity || one.created_at - other.created_at);
    const alerts = [...new Set(rows.map((row) => row.alert_id))];
    const victims = new Set(alerts.slice(0, Math.max(0, alerts.length - alertsHeld[part])));
    const goes = this.#rows.waiting((row) => victims.has(row.alert_id) && (part === 'text' || row.part === part));
    for (const row of goes) this.#rows.set(row, { deadline: row.created_at, error_json: gaveWay });
  }

  #letReply(id: string, now: number, replyMs: number): void {
    for (const reply of this.#rows.waiting((row) => row.depends_on === id)) {
      this.#rows.set(reply, { next_at: now, deadline: now + replyMs });
    }
  }
}
