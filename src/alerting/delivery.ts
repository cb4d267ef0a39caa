import type { SentinelError } from '../contracts/errors.ts';
import type { Delivery, DeliveryStatus } from '../contracts/messages.ts';
import type { Outgoing, Part } from './outbox-row.ts';
import { masked } from './recipients.ts';

/** What flows are told of a row. */
export function deliveryOf(
  row: Outgoing,
  status: DeliveryStatus,
  at: number,
  because?: SentinelError | string,
): Delivery {
  return {
    v: 1,
    kind: 'delivery',
    site: row.site,
    area: row.area,
    source: row.source,
    capturedAt: at,
    alertId: row.alert_id,
    incidentId: row.incident_id,
    channel: row.channel,
    part: row.part as Part,
    recipient: masked(row.recipient),
    status,
    attempts: row.attempts,
    ...(row.provider_id === null ? {} : { providerId: row.provider_id }),
    ...(typeof because === 'string' ? { because } : {}),
    ...(because instanceof Error ? { error: { name: because.name, message: because.message } } : {}),
  };
}
