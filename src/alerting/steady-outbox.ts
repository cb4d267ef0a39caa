import type { Incident } from '../contracts/messages.ts';
import type { OutboxRow } from '../database/tables.ts';
import { alertHistory } from './alert-history.ts';
import type { OutboxStore } from './outbox.ts';
import type { Outgoing } from './outbox-row.ts';
import { OutboxSwitch, type OutboxPorts, type StorageListener } from './outbox-switch.ts';
import type { TurnStore } from './outbox-turns.ts';
import type { AlertHistory } from './policy.ts';
import { RecentAlerts } from './recent-alerts.ts';
import { SteadyTurns } from './steady-turns.ts';

/**
 * The outbox on disk; when that fails for whatever reason, one in memory that goes on with the same rows until they
 * can be written down. Nothing here throws.
 */
export class SteadyOutbox implements OutboxStore {
  readonly #account: string;
  readonly #recent = new RecentAlerts();
  /** Being sent; known here even if the database that has them cannot be read any more. */
  readonly #underWay = new Map<string, Outgoing>();
  readonly #place: OutboxSwitch;
  readonly turns: TurnStore;
  #lastSequence = 0;

  constructor(ports: OutboxPorts, onStorage: StorageListener) {
    this.#account = ports.account;
    this.#place = new OutboxSwitch(ports, onStorage, this.#underWay);
    this.turns = new SteadyTurns(this.#place);
  }

  /** What earlier alerts say about an incident, and the number of its next alert. */
  async history(
    node: string,
    incident: Incident,
    cooldownMs: number,
    now: number,
  ): Promise<AlertHistory & { nextSequence: number }> {
    const sender = { account: this.#account, node };
    const known = await this.#place.ask((database) => alertHistory(database, sender, incident, cooldownMs, now));
    if (known !== undefined && !this.#place.inMemory) return known;
    const recent = this.#recent.history(node, incident, cooldownMs, now);
    // Far above any on disk, where a row of this incident may be that cannot be seen now.
    this.#lastSequence = Math.max(now, this.#lastSequence + 1);
    return {
      alerted: higher(known?.alerted, recent.alerted),
      recent: higher(known?.recent, recent.recent),
      nextSequence: this.#lastSequence,
    };
  }

  async add(rows: readonly OutboxRow[], now: number): Promise<void> {
    await this.#place.use((store) => store.add(rows, now));
    const texts = rows.filter(({ part }) => part === 'text');
    this.#recent.add(texts.map((row) => ({ ...row, media: null })));
  }

  async recover(now: number, spans: Parameters<OutboxStore['recover']>[1]): Promise<number> {
    return await this.#place.use(async (store) => {
      const left = await store.recover(now, spans);
      this.#place.recovered();
      return left;
    });
  }

  async shift(stepMs: number): Promise<void> {
    await this.#place.use((store) => store.shift(stepMs));
  }

  async expire(now: number): Promise<Outgoing[]> {
    const rows = await this.#place.use((store) => store.expire(now));
    for (const row of rows) if (row.part === 'text') this.#recent.expired(row.alert_id);
    return rows;
  }

  async takeLate(now: number): Promise<Outgoing[]> {
    return await this.#place.use((store) => store.takeLate(now));
  }

  async due(...question: Parameters<OutboxStore['due']>): Promise<Outgoing[]> {
    return await this.#place.use((store) => store.due(...question));
  }

  async nextTime(now: number): Promise<number | undefined> {
    return await this.#place.use((store) => store.nextTime(now));
  }

  async claim(row: Outgoing, now: number): Promise<Outgoing> {
    const claimed = await this.#place.use((store) => store.claim(row, now));
    this.#underWay.set(row.id, claimed);
    return claimed;
  }

  async accept(...taken: Parameters<OutboxStore['accept']>): Promise<boolean> {
    const [id, , now] = taken;
    const accepted = await this.#place.use((store) => store.accept(...taken));
    const row = this.#underWay.get(id);
    if (accepted && row?.part === 'text') this.#recent.accepted(row.alert_id, now);
    this.#underWay.delete(id);
    return accepted;
  }

  async receiptRow(receipt: Parameters<OutboxStore['receiptRow']>[0]): Promise<Outgoing | undefined> {
    return await this.#place.use((store) => store.receiptRow(receipt));
  }

  async progress(...[row, receipt, now, replyMs]: Parameters<OutboxStore['progress']>): Promise<Outgoing> {
    const changed = await this.#place.use((store) => store.progress(row, receipt, now, replyMs));
    if (row.state !== 'accepted' && row.part === 'text') this.#recent.accepted(row.alert_id, now);
    return changed;
  }

  async wait(...change: Parameters<OutboxStore['wait']>): Promise<boolean> {
    const waits = await this.#place.use((store) => store.wait(...change));
    this.#underWay.delete(change[0]);
    return waits;
  }

  async fail(...change: Parameters<OutboxStore['fail']>): Promise<Outgoing[] | undefined> {
    const replies = await this.#place.use((store) => store.fail(...change));
    this.#underWay.delete(change[0]);
    return replies;
  }

  async sentTo(recipient: string, now: number): Promise<number[]> {
    return await this.#place.use((store) => store.sentTo(recipient, now));
  }

  async pictureOf(id: string): Promise<Outgoing | undefined> {
    return await this.#place.use((store) => store.pictureOf(id));
  }

  async providerId(id: string): Promise<string | undefined> {
    return await this.#place.use((store) => store.providerId(id));
  }

  /** Of a row that was written before the database failed, it may still be readable there. */
  async media(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const held = await this.#place.use((store) => store.media(id));
    if (held !== undefined || !this.#place.inMemory) return held;
    return await this.#place
      .disk()
      .then((disk) => disk.media(id))
      .catch(() => undefined);
  }

  async textsOf(...question: Parameters<OutboxStore['textsOf']>): Promise<Outgoing[]> {
    return await this.#place.use((store) => store.textsOf(...question));
  }

  async setMediaId(...change: Parameters<OutboxStore['setMediaId']>): Promise<void> {
    await this.#place.use((store) => store.setMediaId(...change));
  }

  /** A last try to write down what is in memory. */
  async stop(): Promise<void> {
    await this.#place.stop();
  }
}

function higher(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
