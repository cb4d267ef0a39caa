import type { Incident } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';

/** Messages of one incident that wait; more are updates that the later ones replace. */
const mostMessages = 64;

/** Where messages go that wait, or wait no more. */
export interface EntryDelayTakers {
  /** It is told. */
  tell: (incident: Incident) => void;
  /** It waits: pictures of it must be fetched now, not later. */
  withheld: (incident: Incident) => void;
  /** This message of it is left out, because later ones say the same. */
  skipped: (incident: Incident) => void;
  /** It will never be told. */
  dropped: (incident: Incident) => void;
}

interface Waiting {
  messages: Incident[];
  /** On the monotonic clock. */
  until: number;
  cancel: () => void;
}

/** Holds incidents back for a while, as an alarm panel does for who comes home: when somebody disarms, they are dropped. */
export class EntryDelay {
  readonly #clock: Clock;
  readonly #takers: EntryDelayTakers;
  /** By id of the incident. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock, takers: EntryDelayTakers) {
    this.#clock = clock;
    this.#takers = takers;
  }

  /**
   * Takes a message of an incident.
   * @param delayMs of the rule that it stands on now: a graver one without a delay ends the wait at once.
   */
  pass(incident: Incident, delayMs: number): void {
    const waiting = this.#waiting.get(incident.id);
    if (waiting === undefined && (delayMs === 0 || incident.phase !== 'start')) {
      this.#takers.tell(incident);
      return;
    }
    this.#hold(incident, waiting ?? { messages: [], until: Infinity, cancel: () => undefined });
    // Whoever comes in has the time that the first rule gives, however long the incident has ended.
    if (incident.phase !== 'end') this.#waitFor(incident.id, delayMs);
  }

  /** Drops an incident that waits. @returns false when it does not wait. */
  drop(id: string): boolean {
    const waiting = this.#take(id);
    for (const message of waiting?.messages ?? []) this.#takers.skipped(message);
    const [first] = waiting?.messages ?? [];
    if (first !== undefined) this.#takers.dropped(first);
    return first !== undefined;
  }

  /** Drops all that waits. @returns the first message of each. */
  dropAll(): Incident[] {
    const first = [...this.#waiting.values()].flatMap(({ messages }) => messages.slice(0, 1));
    for (const id of [...this.#waiting.keys()]) this.drop(id);
    return first;
  }

  /** Tells all that waits: who stops the flow has not disarmed. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) this.#release(id);
  }

  #hold(incident: Incident, waiting: Waiting): void {
    this.#waiting.set(incident.id, waiting);
    waiting.messages.push(incident);
    this.#takers.withheld(incident);
    if (waiting.messages.length <= mostMessages) return;
    // Never the start.
    for (const message of waiting.messages.splice(1, 1)) this.#takers.skipped(message);
  }

  #waitFor(id: string, delayMs: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const now = this.#clock.monotonic();
    if (now + delayMs >= waiting.until) return;
    waiting.until = now + delayMs;
    waiting.cancel();
    if (delayMs === 0) this.#release(id);
    else
      waiting.cancel = this.#clock.after(delayMs, () => {
        this.#release(id);
      });
  }

  #release(id: string): void {
    for (const message of this.#take(id)?.messages ?? []) this.#takers.tell(message);
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    waiting?.cancel();
    this.#waiting.delete(id);
    return waiting;
  }
}
