import { createHmac } from 'node:crypto';
import { pictureType } from '../../../pictures/picture-type.ts';
import type { AlertChannel, ChannelKind, ChannelTools } from '../../alert-channel.ts';
import type { Answer, Refusal, RefusalRule } from '../../answer.ts';
import type { Outgoing } from '../../outbox-row.ts';
import { at, retryAfter, serviceRequest, withoutSecrets } from '../service-request.ts';
import { ntfyMessage } from './ntfy.ts';

export const webhook: ChannelKind = {
  id: 'webhook',
  name: 'Webhook',
  form: { text: 8_000, picture: { bytes: 5 * 1024 * 1024, caption: 0, as: 'inline' } },
};

export type WebhookForm = 'json' | 'ntfy';

export interface WebhookTarget {
  url: URL;
  form: WebhookForm;
  /** Signs what is sent; empty: it is not signed. */
  secret: string;
  /** Sent as bearer token; empty: none is. */
  token: string;
}

const requestMs = 15_000;

/** Alerts as requests to a program of the user, or to an ntfy server. */
export function openWebhook(target: WebhookTarget, tools: ChannelTools): AlertChannel {
  return {
    ruleFor: webhookRule,
    async send(row, files) {
      if (target.form === 'ntfy') return await post(target, ...ntfyMessage(target.url, row), row, tools);
      const picture = await files.media(row.id);
      return await post(target, target.url, alertBody(row, picture, tools.clock.now()), row, tools);
    },
  };
}

/**
 * Whether the host of a receiver answers at all, whatever it says. The address of the receiver itself is not asked: that might do
 * something. Never throws.
 */
export async function reachWebhook({ origin }: URL, tools: ChannelTools): Promise<Answer> {
  const served = await serviceRequest({ method: 'HEAD', url: origin, limitMs: requestMs, secrets: [] }, tools);
  return served.response === undefined ? served.failed : { result: 'ok', id: origin };
}

/** What a program of the user gets. `id` stays the same when it is sent again. */
function alertBody(row: Outgoing, picture: Uint8Array | undefined, now: number): object {
  const { id, incident_id: incidentId, alert_id: alertId, site, area, source, reason, severity, body: text } = row;
  const mime = picture === undefined ? undefined : pictureType(picture);
  const content = picture === undefined ? '' : Buffer.from(picture).toString('base64');
  return {
    ...{ v: 1, kind: 'alert', id, alertId, incidentId, site, area, source, reason, severity, text },
    ...{ createdAt: row.created_at, sentAt: now },
    ...(mime === undefined ? {} : { picture: { mime, base64: content } }),
  };
}

async function post(
  target: WebhookTarget,
  url: URL,
  content: object,
  row: Outgoing,
  tools: ChannelTools,
): Promise<Answer> {
  const { secret, token } = target;
  const data = Buffer.from(JSON.stringify(content));
  const served = await serviceRequest(
    {
      method: 'POST',
      url: url.href,
      data,
      headers: {
        'content-type': 'application/json',
        // Who keeps these ids takes an alert once, however often it is sent.
        'idempotency-key': row.id,
        ...(secret === '' ? {} : { 'x-echosight-signature': signature(secret, data) }),
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      limitMs: requestMs,
      secrets: [secret, token, url.pathname, url.search].filter((part) => part.length > 1),
    },
    tools,
  );
  if (served.response === undefined) return served.failed;
  const { status, headers, data: said } = served.response;
  if (status >= 200 && status < 300) return { result: 'ok', id: row.id };
  const words = [`HTTP ${status}`, at(said, 'error'), at(said, 'message')].filter((word) => typeof word === 'string');
  return {
    result: 'refused',
    refusal: {
      ...{ status, code: undefined, transient: false },
      message: withoutSecrets(words.join(': '), [secret, token]),
      retryAfterMs: retryAfter(headers['retry-after'], tools.clock.now()),
    },
  };
}

/** Such as `sha256=0a1b...`, the HMAC of the bytes of the body. */
export function signature(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

const passing = new Set([408, 423, 425, 429]);

function webhookRule({ status }: Refusal): RefusalRule {
  if (status >= 500 || passing.has(status)) {
    return { action: 'retry', name: 'ES_CHANNEL_UNAVAILABLE', says: 'The receiver takes no alerts at this moment.' };
  }
  if (status < 400 || [401, 403, 404, 405, 407, 410].includes(status)) {
    return {
      action: 'setup',
      name: 'ES_CHANNEL_SETUP',
      says:
        status < 400 ? 'The receiver sends us elsewhere, which is not followed.' : 'The receiver does not let us in.',
      hint: 'Check address, token and secret.',
    };
  }
  return { action: 'give-up', name: 'ES_CHANNEL_MESSAGE', says: 'The receiver refused the alert.' };
}
