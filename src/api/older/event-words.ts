import type { IncidentSummary, ReviewState } from '../../contracts/api.ts';
import type { AlertRow, EventStatus, ViolenceEvent } from '../../contracts/older-clients.ts';
import { evidencePath } from '../routes/parts.ts';

/** Reason of what a test wrote down. */
export const simulatedReason = 'simulated';

/** An event is decided by a verdict; who only acknowledged has not said what it was. */
export const reviewsOf: Readonly<Record<EventStatus, readonly ReviewState[]>> = {
  pending: ['pending', 'acknowledged'],
  confirmed: ['confirmed'],
  dismissed: ['dismissed', 'false-positive'],
};
const statuses = Object.entries(reviewsOf) as [EventStatus, readonly ReviewState[]][];

/** An incident in the words of ViolenceSense. */
export function eventOf(incident: IncidentSummary): ViolenceEvent {
  const { id, site, area, source, startedAt, endedAt, confidence, severity, label, reason, review } = incident;
  const clip = incident.evidence.findLast(({ type }) => type === 'clip');
  const snapshot = incident.evidence.findLast(({ type }) => type === 'snapshot');
  const status = statuses.find(([, states]) => states.includes(review.state))?.[0] ?? 'pending';
  const isDecided = status !== 'pending';
  return {
    ...{ id, stream_id: source, site, location: area, start_time: iso(startedAt) },
    ...(endedAt === undefined ? {} : { end_time: iso(endedAt) }),
    ...{ violence_score: confidence, severity, label, reason, status },
    ...(isDecided && review.by !== undefined ? { reviewed_by: review.by } : {}),
    ...(isDecided && review.at !== undefined ? { reviewed_at: iso(review.at) } : {}),
    ...(clip === undefined ? {} : { clip_path: clipPath(clip.id) }),
    ...(snapshot === undefined ? {} : { snapshot_path: evidencePath(snapshot.id) }),
    simulated: reason === simulatedReason,
  };
}

/** An incident in the words of the first EchoSight. */
export function alertOf({
  id,
  site,
  area,
  source,
  startedAt,
  severity,
  reason,
  review,
  evidence,
}: IncidentSummary): AlertRow {
  const snapshot = evidence.findLast(({ type }) => type === 'snapshot');
  const audio = evidence.findLast(({ type }) => type === 'audio');
  return {
    ...{ id, ts: startedAt / 1000, site, area, source, severity, reason, ack: review.state !== 'pending' },
    ...(snapshot === undefined ? {} : { snapshot: evidencePath(snapshot.id) }),
    ...(audio === undefined ? {} : { audio: evidencePath(audio.id) }),
  };
}

export function clipPath(id: string): string {
  return `/api/v1/clips/${id}.mp4`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
