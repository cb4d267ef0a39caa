import type { IncidentSummary, SummaryEvidence, SummarySignal } from '../../../src/contracts/api.ts';

/** The small picture of an incident for the list; the newest snapshot itself where there is no thumbnail. */
export function thumbnailOf({ evidence }: IncidentSummary): SummaryEvidence | undefined {
  return newest(evidence, 'thumbnail') ?? newest(evidence, 'snapshot');
}

/** Snapshots, newest first. Of those that are there both ways, the one that is wanted. */
export function snapshotsOf(incident: IncidentSummary, isClean: boolean): SummaryEvidence[] {
  const unwanted = isClean ? 'annotated' : 'clean';
  const snapshots = mediaOf(incident, 'snapshot');
  const isTwin = (one: SummaryEvidence): boolean =>
    snapshots.some(
      ({ source, capturedAt, rendition }) =>
        source === one.source &&
        capturedAt === one.capturedAt &&
        rendition !== undefined &&
        rendition !== one.rendition,
    );
  return snapshots.filter((item) => item.rendition !== unwanted || !isTwin(item));
}

/** Whether there is anything to choose from. */
export function haveRenditions({ evidence }: IncidentSummary): boolean {
  return evidence.some(({ rendition }) => rendition === 'clean');
}

/** Newest first. */
export function mediaOf(incident: IncidentSummary, type: SummaryEvidence['type']): SummaryEvidence[] {
  return incident.evidence.filter((item) => item.type === type).reverse();
}

/** Seen or heard often, best score first; one that came once more is not more important than a better one. */
export function signalsOf({ signals }: IncidentSummary): SummarySignal[] {
  return [...signals].sort((one, other) => other.score - one.score);
}

function newest(evidence: readonly SummaryEvidence[], type: SummaryEvidence['type']): SummaryEvidence | undefined {
  return evidence.filter((item) => item.type === type).at(-1);
}
