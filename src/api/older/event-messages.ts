import type { IncidentSummary, LiveMessage } from '../../contracts/api.ts';
import type { EventMessage } from '../../contracts/older-clients.ts';
import { clipPath } from './event-words.ts';

/** Events that are remembered as begun: many more than go on at a time. */
const mostKnown = 1000;

/** Tells one client of ViolenceSense what changes, in its words. */
export class EventMessages {
  /** By id: whether the end was told, and with a clip. */
  readonly #known = new Map<string, 'begun' | 'ended' | 'clip'>();

  /** What one of our messages is in these words: none, or several. */
  of(message: LiveMessage): EventMessage[] {
    if (message.type === 'incident') return this.#incident(message.seq, message.incident);
    if (message.type !== 'stream') return [];
    const { source, site, status, at } = message.stream;
    return [{ type: 'stream_status', seq: message.seq, time: iso(at), stream_id: source, site, status }];
  }

  #incident(seq: number, incident: IncidentSummary): EventMessage[] {
    const { id, site, source, confidence, severity, label, startedAt, updatedAt, endedAt } = incident;
    const common = { seq, event_id: id, stream_id: source, site };
    const before = this.#known.get(id);
    const begin: EventMessage[] =
      before === undefined ? [{ type: 'event_start', ...common, time: iso(startedAt), severity, label }] : [];
    if (endedAt === undefined) {
      this.#remember(id, 'begun');
      return [...begin, { type: 'inference_result', ...common, time: iso(updatedAt), violence_score: confidence }];
    }
    const clip = incident.evidence.findLast(({ type }) => type === 'clip');
    const state = clip === undefined ? 'ended' : 'clip';
    // A review of what is over changes it, too: that is no other end.
    if (before === state || before === 'clip') return [];
    this.#remember(id, state);
    const path = clip === undefined ? {} : { clip_path: clipPath(clip.id) };
    return [...begin, { type: 'event_end', ...common, time: iso(endedAt), ...path }];
  }

  #remember(id: string, state: 'begun' | 'ended' | 'clip'): void {
    this.#known.delete(id);
    this.#known.set(id, state);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
