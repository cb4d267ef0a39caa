import type { Incident } from '../contracts/messages.ts';
import type { Outgoing } from './outbox-row.ts';
import { cooldownScope, type AlertHistory } from './policy.ts';

const remembered = 1_000;

/** What matters of an alert afterwards. */
type Told = Pick<
  Outgoing,
  'alert_id' | 'incident_id' | 'node' | 'site' | 'area' | 'source' | 'reason' | 'severity' | 'accepted_at'
>;

/** What this process has alerted of late: keeps the policy sane while the database cannot be asked. */
export class RecentAlerts {
  readonly #alerts = new Map<string, Told>();

  add(rows: readonly Told[]): void {
    for (const { alert_id: alert, ...row } of rows) this.#alerts.set(alert, { alert_id: alert, ...row });
    for (const oldest of this.#alerts.keys()) {
      if (this.#alerts.size <= remembered) break;
      this.#alerts.delete(oldest);
    }
  }

  accepted(alertId: string, now: number): void {
    const alert = this.#alerts.get(alertId);
    if (alert !== undefined) this.#alerts.set(alertId, { ...alert, accepted_at: now });
  }

  expired(alertId: string): void {
    this.#alerts.delete(alertId);
  }

  /** As `alertHistory`, of what is remembered. */
  history(node: string, incident: Incident, cooldownMs: number, now: number): AlertHistory {
    const { id, reason } = incident;
    const { site, area, source } = cooldownScope(incident);
    const ofReason = [...this.#alerts.values()].filter((row) => row.node === node && row.reason === reason);
    const recent = ofReason.filter(
      (row) =>
        row.site === site &&
        row.area === area &&
        (source === undefined || row.source === source) &&
        row.accepted_at !== null &&
        row.accepted_at >= now - cooldownMs &&
        row.accepted_at <= now,
    );
    return {
      alerted: highest(ofReason.filter((row) => row.incident_id === id && row.area === incident.area)),
      recent: cooldownMs > 0 ? highest(recent) : undefined,
    };
  }
}

function highest(alerts: readonly { severity: number }[]): number | undefined {
  return alerts.length === 0 ? undefined : Math.max(...alerts.map(({ severity }) => severity));
}
