import type { IncidentSummary, SummaryEvidence } from '../../../src/contracts/api.ts';

/** A sound or a video, and what time it covers, in epoch ms. */
export interface Recording {
  item: SummaryEvidence;
  from: number;
  to: number;
}

/** What covers which time. @param lengths seconds of the files that the browser has looked into */
export function recordingsOf(incident: IncidentSummary, lengths: Readonly<Record<string, number>>): Recording[] {
  return incident.evidence.flatMap((item) => {
    const ms = (lengths[item.id] ?? 0) * 1000;
    if ((item.type !== 'audio' && item.type !== 'clip') || !Number.isFinite(ms) || ms === 0) return [];
    // A clip tells when it begins; a sound is kept when it was heard, that is when it ends.
    const from = item.type === 'clip' ? item.capturedAt : item.capturedAt - ms;
    return [{ item, from, to: from + ms }];
  });
}

/** The one that shows a moment best: of the same source before others, pictures before sound. */
export function recordingAt(recordings: readonly Recording[], at: number, source: string): Recording | undefined {
  const worth = ({ item }: Recording): number => (item.source === source ? 2 : 0) + (item.type === 'clip' ? 1 : 0);
  return [...recordings]
    .filter(({ from, to }) => at >= from && at <= to)
    .sort((one, other) => worth(other) - worth(one))[0];
}
