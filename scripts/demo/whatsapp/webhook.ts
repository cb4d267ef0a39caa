import { createHmac, randomBytes } from 'node:crypto';

/** Where and how what happens to messages is posted. */
export interface WebhookTarget {
  url: string;
  /** Key of X-Hub-Signature-256. */
  appSecret: string;
  /** Every post comes twice. */
  twice?: boolean;
  /** So many posts are held back, and come in the opposite order. */
  reversed?: number;
  /** How late each post is, in milliseconds. */
  delayMs?: number;
}

/** A message as far as its receipts tell of it. */
export interface Receipt {
  id: string;
  to: string;
  tag?: string;
}

const tries = 3;
const retryMs = 1_000;
const answerMs = 5_000;

/** Posts what happens as Meta does: signed over the raw bytes, tried again when nobody answers. */
export class Webhook {
  readonly #phoneNumberId: string;
  readonly #stop: AbortSignal;
  #target: WebhookTarget | undefined;
  #held: object[] = [];

  constructor(phoneNumberId: string, target: WebhookTarget | undefined, stop: AbortSignal) {
    this.#phoneNumberId = phoneNumberId;
    this.#target = target;
    this.#stop = stop;
  }

  /** From now on posts go there; undefined: nowhere. */
  set target(target: WebhookTarget | undefined) {
    this.#target = target;
    this.#held = [];
  }

  /** What became of a message. */
  status(message: Receipt, status: string, errors?: readonly object[]): void {
    this.#post({
      statuses: [
        {
          ...{ id: message.id, status, timestamp: now(), recipient_id: message.to },
          ...(message.tag === undefined ? {} : { biz_opaque_callback_data: message.tag }),
          ...(errors === undefined ? {} : { errors }),
        },
      ],
    });
  }

  /** Somebody wrote, or pressed a button. @param content its type and what belongs to it. @returns its wamid. */
  message(from: string, content: { type: string; [field: string]: unknown }): string {
    const id = newMessageId();
    const contacts = [{ profile: { name: 'Sandbox' }, wa_id: from }];
    this.#post({ contacts, messages: [{ from, id, timestamp: now(), ...content }] });
    return id;
  }

  #post(what: object): void {
    const target = this.#target;
    if (target === undefined) return;
    const { reversed = 1, twice = false, delayMs = 0 } = target;
    this.#held.push(what);
    if (this.#held.length < reversed) return;
    const posts = this.#held.reverse().flatMap((post) => (twice ? [post, post] : [post]));
    this.#held = [];
    void this.#deliver(target, posts, delayMs);
  }

  /** One after the other: what arrives in which order is for the caller to say. */
  async #deliver(target: WebhookTarget, posts: readonly object[], delayMs: number): Promise<void> {
    if (delayMs > 0) await this.#pause(delayMs);
    for (const post of posts) await this.#send(target, JSON.stringify(webhookBody(this.#phoneNumberId, post)));
  }

  async #send({ url, appSecret }: WebhookTarget, body: string): Promise<void> {
    for (let attempt = 1; attempt <= tries && !this.#stop.aborted; attempt += 1) {
      try {
        const { ok } = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-hub-signature-256': signatureOf(body, appSecret) },
          body,
          signal: AbortSignal.any([this.#stop, AbortSignal.timeout(answerMs)]),
        });
        if (ok) return;
      } catch {
        // Nobody listens (yet): Meta tries again too.
      }
      await this.#pause(retryMs);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms).unref());
  }
}

export function newMessageId(): string {
  return `wamid.${randomBytes(24).toString('base64url')}`;
}

/** A body as Meta posts it. */
export function webhookBody(phoneNumberId: string, what: object): object {
  const metadata = { display_phone_number: '15550100000', phone_number_id: phoneNumberId };
  const value = { messaging_product: 'whatsapp', metadata, ...what };
  return { object: 'whatsapp_business_account', entry: [{ id: '0', changes: [{ field: 'messages', value }] }] };
}

/** The header X-Hub-Signature-256 of a body. */
export function signatureOf(body: string, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
}

function now(): string {
  return String(Math.floor(Date.now() / 1000));
}
