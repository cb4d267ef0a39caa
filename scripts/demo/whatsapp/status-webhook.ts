import { createHmac } from 'node:crypto';
import type { SandboxMessage } from './conversation.ts';

export interface WebhookTarget {
  url: string;
  /** Key of X-Hub-Signature-256. */
  appSecret: string;
}

const tries = 3;
const retryMs = 1_000;
const answerMs = 5_000;

/** Posts the state of a message as Meta does: signed over the raw bytes, tried again when nobody answers. */
export async function postStatus(
  target: WebhookTarget,
  phoneNumberId: string,
  message: SandboxMessage,
  stop: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(statusBody(phoneNumberId, message));
  const signature = createHmac('sha256', target.appSecret).update(body).digest('hex');
  for (let attempt = 1; attempt <= tries && !stop.aborted; attempt += 1) {
    try {
      const { ok } = await fetch(target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
        body,
        signal: AbortSignal.any([stop, AbortSignal.timeout(answerMs)]),
      });
      if (ok) return;
    } catch {
      // Nobody listens (yet): Meta tries again too.
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
  }
}

function statusBody(phoneNumberId: string, message: SandboxMessage): object {
  const status = {
    id: message.id,
    status: message.status,
    timestamp: String(Math.floor(Date.now() / 1000)),
    recipient_id: message.to,
    ...(message.tag === undefined ? {} : { biz_opaque_callback_data: message.tag }),
  };
  const metadata = { display_phone_number: '15550100000', phone_number_id: phoneNumberId };
  const value = { messaging_product: 'whatsapp', metadata, statuses: [status] };
  return { object: 'whatsapp_business_account', entry: [{ id: '0', changes: [{ field: 'messages', value }] }] };
}
