import type { IncidentSummary, SummaryEvidence, SummarySignal } from '../src/contracts/api.ts';

/** The small picture of an incident for the list; the newest snapshot itself where there is no thumbnail. */
export function thumbnailOf({ evidence }: IncidentSummary): SummaryEvidence | undefined {
  return newest(evidence, 'thumbnail') ?? newest(evidence, 'snapshot');
}

/** Newest first. Of a snapshot that is there twice only the annotated one. */
export function mediaOf(incident: IncidentSummary, type: SummaryEvidence['type']): SummaryEvidence[] {
  return incident.evidence.filter((item) => item.type === type && item.rendition !== 'clean').reverse();
}

/** Seen or heard often, best score first; one that came once more is not more important than a better one. */
export function signalsOf({ signals }: IncidentSummary): SummarySignal[] {
  return [...signals].sort((one, other) => other.score - one.score);
}

function newest(evidence: readonly SummaryEvidence[], type: SummaryEvidence['type']): SummaryEvidence | undefined {
  return evidence.filter((item) => item.type === type).at(-1);
}
