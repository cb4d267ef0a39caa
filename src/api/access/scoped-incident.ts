import { maySee, type Scope } from '../../contracts/access.ts';
import type { IncidentSummary } from '../../contracts/api.ts';

/** How sentences begin that are of the whole incident and name no source. */
const ofTheWhole =
  /^(?:Severity \d by the rule |\d+\.\d s lie between |Confidence |Before that severity \d \([^)]*\) since |Ended: )/;

/**
 * An incident as somebody may see it: without the signals, rules, files and sentences of sources that are not theirs, and then
 * with the area of its reason alone.
 * @returns undefined when nothing of theirs took part.
 */
export function scopedIncident(scope: Scope, incident: IncidentSummary): IncidentSummary | undefined {
  if (scope.sources === undefined || scope.sources.includes(incident.site)) return incident;
  const isTheirs = (source: string): boolean => maySee(scope, incident.site, source);
  const sources = incident.sources.filter(isTheirs);
  const source = isTheirs(incident.source) ? incident.source : sources[0];
  if (source === undefined) return undefined;
  const foreign = [incident.source, ...incident.sources].filter((one) => !isTheirs(one));
  const { areas, rules, ...rest } = incident;
  return {
    ...rest,
    // Which source belongs to which area is not kept: names of areas go to who may see all that took part.
    ...(areas === undefined || foreign.length > 0 ? {} : { areas }),
    ...{ source, sources },
    signals: incident.signals.filter((signal) => isTheirs(signal.source)),
    ...(rules === undefined
      ? {}
      : // Of a rule none of whose signals is listed nobody knows whose it is.
        {
          rules: rules.filter(({ signals }) => signals.length > 0 && signals.every(({ source }) => isTheirs(source))),
        }),
    evidence: incident.evidence.filter((item) => isTheirs(item.source)),
    // What was held back may name a source that took no part in it: only what is surely theirs is told.
    explanation: incident.explanation.filter(
      (line) =>
        !foreign.some((name) => line.includes(name)) &&
        (ofTheWhole.test(line) || [source, ...sources].some((name) => isNamed(name, line))),
    ),
  };
}

/** Whether a name stands in a sentence by itself, and not as a part of another name. */
function isNamed(name: string, line: string): boolean {
  const around = line.split(name);
  return around.some((before, n) => {
    const after = around[n + 1];
    return after !== undefined && !/[\p{L}\p{N}_-]$/u.test(before) && !/^[\p{L}\p{N}_-]/u.test(after);
  });
}
