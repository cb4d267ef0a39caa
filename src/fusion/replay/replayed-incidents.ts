import type { Incident } from '../../contracts/messages.ts';
import type { ReplayedIncident } from '../../contracts/rule-trial.ts';

/** Messages of one incident that are listed. */
const toldLimit = 200;

/** Joins the messages of a replay to incidents; beyond a bound they are only counted. */
export class ReplayedIncidents {
  readonly #limit: number;
  readonly #byId = new Map<string, ReplayedIncident>();
  #count = 0;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /** Incidents that began, listed or not. */
  get count(): number {
    return this.#count;
  }

  /** By time of their start. */
  get list(): ReplayedIncident[] {
    return [...this.#byId.values()].sort((a, b) => a.startedAt - b.startedAt);
  }

  readonly note = (incident: Incident): void => {
    const { id, phase, updatedAt, severity, reason } = incident;
    if (phase === 'start') this.#count += 1;
    const known = this.#byId.get(id);
    if (known === undefined && this.#byId.size >= this.#limit) return;
    const told = known?.told ?? [];
    if (phase !== 'evidence' && told.length < toldLimit) told.push({ at: updatedAt, phase, severity, reason });
    const { area, areas = [area], label, sources, startedAt, endedAt, explanation } = incident;
    const now = { id, area, areas, severity, reason, label, sources, startedAt, told, explanation };
    this.#byId.set(id, endedAt === undefined ? now : { ...now, endedAt });
  };
}
