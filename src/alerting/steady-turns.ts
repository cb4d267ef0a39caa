import type { Outgoing } from './outbox-row.ts';
import type { OutboxSwitch } from './outbox-switch.ts';
import type { TurnStore } from './outbox-turns.ts';

/** What waits for its turn, on disk or in memory. Nothing here throws. */
export class SteadyTurns implements TurnStore {
  readonly #place: OutboxSwitch;

  constructor(place: OutboxSwitch) {
    this.#place = place;
  }

  async scheduled(incidentId: string): Promise<Outgoing[]> {
    return await this.#place.use((store) => store.turns.scheduled(incidentId));
  }

  async cancel(ids: readonly string[], now: number): Promise<void> {
    await this.#place.use((store) => store.turns.cancel(ids, now));
  }

  async hurry(ids: readonly string[], now: number): Promise<void> {
    await this.#place.use((store) => store.turns.hurry(ids, now));
  }

  async hold(...held: Parameters<TurnStore['hold']>): Promise<void> {
    await this.#place.use((store) => store.turns.hold(...held));
  }

  async releasable(recipient: string, now: number): Promise<Outgoing[]> {
    return await this.#place.use((store) => store.turns.releasable(recipient, now));
  }

  async gather(...texts: Parameters<TurnStore['gather']>): Promise<void> {
    await this.#place.use((store) => store.turns.gather(...texts));
  }

  async toldIn(id: string): Promise<string[]> {
    return await this.#place.use((store) => store.turns.toldIn(id));
  }

  async endSnooze(now: number): Promise<void> {
    await this.#place.use((store) => store.turns.endSnooze(now));
  }

  /** The database of a disk that is full can still be asked. */
  async toldElsewhere(...question: Parameters<TurnStore['toldElsewhere']>): Promise<boolean> {
    const told = await this.#place.use((store) => store.turns.toldElsewhere(...question));
    if (told || !this.#place.inMemory) return told;
    return await this.#place
      .disk()
      .then((disk) => disk.turns.toldElsewhere(...question))
      .catch(() => false);
  }

  async postpone(...message: Parameters<TurnStore['postpone']>): Promise<void> {
    await this.#place.use((store) => store.turns.postpone(...message));
  }

  async release(...question: Parameters<TurnStore['release']>): Promise<void> {
    await this.#place.use((store) => store.turns.release(...question));
  }
}
