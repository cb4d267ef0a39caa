import { asSentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { ClipSource, Log } from '../contracts/ports.ts';

/** How much of the time before an event a clip shows, and how much of that after it, in milliseconds. */
export const clipRoll = { preMs: 5000, postMs: 10_000 } as const;
/** From an event to the `evidence` message about it. */
const toldAfterMs = 5000;
/** Of an incident that is raised again and again. */
const longestMs = 30_000;
/** Cameras of one incident that are shown, and incidents whose clips are waited for, at a time. */
const [mostCameras, mostWaiting] = [3, 16];

/** Fetches the clips of incidents: of each camera that took part, else of those of the area. */
export class ClipDesk {
  readonly #source: ClipSource;
  readonly #log: Log;
  readonly #deliver: (incident: Incident, clip: Buffer) => void;
  /** Until when an open incident has been clipped, by its id. */
  readonly #clipped = new Map<string, number>();
  #waiting = 0;
  #closed = false;

  /** @param deliver gets the incident of an `evidence` message again, with the camera as `source`. */
  constructor(source: ClipSource, log: Log, deliver: (incident: Incident, clip: Buffer) => void) {
    this.#source = source;
    this.#log = log;
    this.#deliver = deliver;
  }

  /** Looks at every message of an incident. */
  accept(incident: Incident): void {
    if (incident.phase === 'end') this.#clipped.delete(incident.id);
    if (incident.phase !== 'evidence' || this.#closed) return;
    const cameras = this.#camerasOf(incident);
    if (cameras.length === 0) return;
    if (this.#waiting >= mostWaiting) {
      this.#log.warn(`Incident ${incident.id} has no clip: those of ${mostWaiting} others are waited for.`);
      return;
    }
    const { from, to } = this.#spanOf(incident);
    this.#clipped.set(incident.id, to);
    this.#waiting += 1;
    void Promise.all(cameras.map((camera) => this.#fetch(incident, camera, from, to))).finally(() => {
      this.#waiting -= 1;
    });
  }

  /** Nothing is delivered from then on. */
  close(): void {
    this.#closed = true;
    this.#clipped.clear();
  }

  /** The first clip is about the start; later ones are about what was told last, and show nothing twice. */
  #spanOf({ id, startedAt, updatedAt }: Incident): { from: number; to: number } {
    const begun = startedAt - clipRoll.preMs;
    const to = updatedAt - toldAfterMs + clipRoll.postMs;
    const before = this.#clipped.get(id);
    if (before === undefined) return { from: begun, to: Math.min(to, begun + longestMs) };
    return { from: Math.max(before, to - longestMs), to };
  }

  #camerasOf({ area, sources }: Incident): string[] {
    const kept = this.#source.camerasOf(area);
    const tookPart = kept.filter((camera) => sources.includes(camera));
    return (tookPart.length > 0 ? tookPart : kept).slice(0, mostCameras);
  }

  async #fetch(incident: Incident, camera: string, from: number, to: number): Promise<void> {
    try {
      const clip = await this.#source.clip(camera, { from, to, playable: true });
      if (clip === undefined || this.#closed) return;
      this.#deliver({ ...incident, source: camera, capturedAt: clip.from }, clip.bytes);
    } catch (error) {
      const { message } = asSentinelError(error, 'ES_CLIP_FAILED');
      this.#log.warn(`Incident ${incident.id} has no clip of ${camera}: ${message}`);
    }
  }
}
