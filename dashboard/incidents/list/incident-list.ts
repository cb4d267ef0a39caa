import type { IncidentSummary } from '../../../src/contracts/api.ts';

/**
 * The incidents that the page knows. Live messages overtake answers of the list: what came live after a request was sent is
 * newer than what that request brings.
 */
export class IncidentList {
  readonly #known = new Map<string, { incident: IncidentSummary; arrival: number }>();
  #arrivals = 0;
  /** Where the answers of requests end, while the server has more below. */
  #end: IncidentSummary | undefined;

  /** A mark to take before a request is sent. */
  mark(): number {
    return this.#arrivals;
  }

  /** Puts the answer of a request in place of everything that is not newer than it, or stands below it. */
  replace(incidents: readonly IncidentSummary[], mark: number, hasMore: boolean): void {
    this.#end = hasMore ? incidents.at(-1) : undefined;
    for (const [id, { incident, arrival }] of this.#known) {
      if (arrival <= mark || this.#isBelow(incident)) this.#known.delete(id);
    }
    this.append(incidents, mark, hasMore);
  }

  /** Adds the answer of a request. */
  append(incidents: readonly IncidentSummary[], mark: number, hasMore: boolean): void {
    this.#end = hasMore ? (incidents.at(-1) ?? this.#end) : undefined;
    for (const incident of incidents) {
      const known = this.#known.get(incident.id);
      if (known === undefined || known.arrival <= mark) this.#known.set(incident.id, { incident, arrival: mark });
    }
  }

  /**
   * Takes what came live. An old one that no request has brought yet stays away: it is no news, and between it and the end of
   * the list others would be missing.
   * @returns whether it was not known before
   */
  put(incident: IncidentSummary): boolean {
    const isNew = !this.#known.has(incident.id);
    if (isNew && this.#isBelow(incident)) return false;
    this.#arrivals += 1;
    this.#known.set(incident.id, { incident, arrival: this.#arrivals });
    return isNew;
  }

  get(id: string): IncidentSummary | undefined {
    return this.#known.get(id)?.incident;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Newest first, in the order of the API. */
  sorted(): IncidentSummary[] {
    return [...this.#known.values()].map(({ incident }) => incident).sort(newestFirst);
  }

  #isBelow(incident: IncidentSummary): boolean {
    return this.#end !== undefined && newestFirst(this.#end, incident) < 0;
  }
}

function newestFirst(one: IncidentSummary, other: IncidentSummary): number {
  return other.startedAt - one.startedAt || (other.id < one.id ? -1 : 1);
}
