import type { Incident } from '../contracts/messages.ts';
import type { IncidentMedia } from './incident-media.ts';

/** Clips that wait with their incidents; each is some megabytes. */
const mostClips = 8;
/** Incidents that were dropped, and whose clips may still come. */
const mostDropped = 64;

/** Pictures, sound and clips of incidents that are not told yet: fetched in time, for later there are none. */
export class WithheldMedia {
  readonly #media = new Map<string, Promise<IncidentMedia>>();
  /** By id of the incident. */
  readonly #clips = new Map<string, { told: Incident; clip: Buffer }[]>();

  readonly #dropped = new Set<string>();

  /** @param media settles whatever happens. */
  keep(incident: Incident, media: Promise<IncidentMedia>): void {
    this.#media.set(keyOf(incident), media);
    if (!this.#clips.has(incident.id)) this.#clips.set(incident.id, []);
  }

  /** @returns whether the incident waits, or was dropped: the clip is then kept for it, unless too many are, or forgotten. */
  keepClip(told: Incident, clip: Buffer): boolean {
    if (this.#dropped.has(told.id)) return true;
    const waiting = this.#clips.get(told.id);
    const kept = [...this.#clips.values()].reduce((sum, clips) => sum + clips.length, 0);
    if (kept < mostClips) waiting?.push({ told, clip });
    return waiting !== undefined;
  }

  /** What was kept of a message; undefined when it did not wait. */
  take(incident: Incident): Promise<IncidentMedia> | undefined {
    const media = this.#media.get(keyOf(incident));
    this.#media.delete(keyOf(incident));
    return media;
  }

  /** Nobody will hear of an incident. */
  drop(id: string): void {
    this.#clips.delete(id);
    this.#dropped.add(id);
    const [oldest] = this.#dropped;
    if (this.#dropped.size > mostDropped && oldest !== undefined) this.#dropped.delete(oldest);
  }

  /** The clips of an incident that waits no more. */
  takeClips(id: string): { told: Incident; clip: Buffer }[] {
    const clips = this.#clips.get(id) ?? [];
    this.#clips.delete(id);
    return clips;
  }
}

function keyOf({ id, seq }: Incident): string {
  return `${id} ${seq ?? 0}`;
}
