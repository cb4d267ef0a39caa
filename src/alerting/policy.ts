import type { Incident } from '../contracts/messages.ts';

export interface AlertPolicy {
  /** Incidents below this stay silent. */
  minimumSeverity: number;
  /** Silence for the same area and reason after an accepted alert; see `cooldownScope`. */
  cooldownSeconds: number;
}

/** What the outbox knows about earlier alerts that bear on this incident. */
export interface AlertHistory {
  /** Highest severity at which this incident was alerted for this reason in this area; undefined when it was not, or all expired. */
  alerted: number | undefined;
  /** Highest severity of an alert for the same area and reason that was accepted within the cooldown. */
  recent: number | undefined;
}

export type CooldownScope = Pick<Incident, 'site' | 'area' | 'reason'> & Partial<Pick<Incident, 'source'>>;

export type Verdict =
  | { send: true }
  /** `cause` is the label of the metric, `why` the sentence for people. */
  | { send: false; cause: 'phase' | 'severity' | 'alerted' | 'cooldown'; why: string };

/**
 * What a cooldown holds for: the same reason in the same area. The state of a source (it is offline) holds for that source
 * alone: whoever cuts one camera after the other must be told of each.
 */
export function cooldownScope({ site, area, reason, source, signals }: Incident): CooldownScope {
  const isState = signals.length > 0 && signals.every(({ kind }) => kind === 'stream');
  return { site, area, reason, ...(isState ? { source } : {}) };
}

/** Whether an incident becomes an alert. */
export function decide(incident: Incident, policy: AlertPolicy, history: AlertHistory): Verdict {
  const { phase, severity, area, reason } = incident;
  if (phase === 'end' || phase === 'evidence') {
    return silent('phase', `The phase "${phase}" of an incident makes no alert.`);
  }
  if (severity < policy.minimumSeverity) {
    return silent('severity', `Severity ${severity} is below the minimum of ${policy.minimumSeverity}.`);
  }
  if (history.alerted !== undefined && severity <= history.alerted) {
    return silent('alerted', `This incident was already alerted for ${reason} with severity ${history.alerted}.`);
  }
  if (history.recent !== undefined && severity <= history.recent) {
    const pause = `${policy.cooldownSeconds} s`;
    return silent('cooldown', `An alert for ${reason} in ${area} went out less than ${pause} ago.`);
  }
  return { send: true };
}

function silent(cause: Extract<Verdict, { send: false }>['cause'], why: string): Verdict {
  return { send: false, cause, why };
}
