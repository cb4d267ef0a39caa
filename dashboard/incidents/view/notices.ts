import type { IncidentSummary } from '../../../src/contracts/api.ts';

/** From when on an incident is old news. */
const newsMs = 15 * 60_000;
const mostKnown = 500;

/** What somebody wants to be told, and how. */
export interface NoticeChoice {
  /** From this severity on; undefined: nothing. */
  minimumSeverity: number | undefined;
  sound: boolean;
  desktop: boolean;
  /** Whether it happened only where this person does not look. */
  isLeftOut(incident: IncidentSummary): boolean;
}

/** What telling needs of a browser. */
export interface NoticePorts {
  beep(severity: number): void;
  show(incident: IncidentSummary): void;
  now(): number;
}

/** Tells who does not look at the page of what happens: each incident once, and again when it becomes graver. */
export class Notices {
  readonly #ports: NoticePorts;
  readonly #choice: () => NoticeChoice;
  readonly #told = new Map<string, number>();

  constructor(ports: NoticePorts, choice: () => NoticeChoice) {
    this.#ports = ports;
    this.#choice = choice;
  }

  take(incident: IncidentSummary): void {
    const choice = this.#choice();
    const { minimumSeverity, sound, desktop } = choice;
    const { id, severity, startedAt, review } = incident;
    if (minimumSeverity === undefined || severity < minimumSeverity || review.state !== 'pending') return;
    if (this.#ports.now() - startedAt > newsMs || severity <= (this.#told.get(id) ?? -1)) return;
    if (choice.isLeftOut(incident)) return;
    this.#told.set(id, severity);
    const [oldest] = this.#told.keys();
    if (this.#told.size > mostKnown && oldest !== undefined) this.#told.delete(oldest);
    if (sound) this.#ports.beep(severity);
    if (desktop) this.#ports.show(incident);
  }
}
