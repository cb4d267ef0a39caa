import { maySee, type Scope } from '../../contracts/access.ts';
import type { IncidentSummary } from '../../contracts/api.ts';

/**
 * An incident as somebody may see it: without the signals, files and sentences of sources that are not theirs, and then
 * with the area of its reason alone.
 * @returns undefined when nothing of theirs took part.
 */
export function scopedIncident(scope: Scope, incident: IncidentSummary): IncidentSummary | undefined {
  if (scope.sources === undefined) return incident;
  const isTheirs = (source: string): boolean => maySee(scope, incident.site, source);
  const sources = incident.sources.filter(isTheirs);
  const source = isTheirs(incident.source) ? incident.source : sources[0];
  if (source === undefined) return undefined;
  const foreign = [incident.source, ...incident.sources].filter((one) => !isTheirs(one));
  const { areas, ...rest } = incident;
  return {
    ...rest,
    // Which source belongs to which area is not kept: names of areas go to who may see all that took part.
    ...(areas === undefined || foreign.length > 0 ? {} : { areas }),
    ...{ source, sources },
    signals: incident.signals.filter((signal) => isTheirs(signal.source)),
    evidence: incident.evidence.filter((item) => isTheirs(item.source)),
    explanation: incident.explanation.filter((line) => !foreign.some((name) => line.includes(name))),
  };
}
