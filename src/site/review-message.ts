import { topicOf } from '../contracts/guards.ts';
import type { Review, WireMessage } from '../contracts/messages.ts';
import type { Reviewed } from '../evidence/evidence-store.ts';

/** A review as a flow gets it. */
export function reviewMessage({ record, incident }: Reviewed): WireMessage<Review> {
  const { incidentId, action, by, at, note } = record;
  const said = { incidentId, action, by, ...(note === undefined ? {} : { note }) };
  const payload: Review = { v: 1, kind: 'review', ...incident, capturedAt: at, ...said };
  return { topic: topicOf(payload), payload };
}
