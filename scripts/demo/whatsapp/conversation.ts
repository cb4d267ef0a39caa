import type { ServerResponse } from 'node:http';
import { titleOf } from './graph-error.ts';
import type { CheckedMessage } from './message-check.ts';
import { newMessageId, Webhook, type WebhookTarget } from './webhook.ts';

/** A message that arrived, as the page shows it. */
export interface SandboxMessage extends CheckedMessage {
  /** wamid */
  id: string;
  /** Epoch milliseconds at which the whole request was there. */
  receivedAt: number;
  /** "read" as soon as somebody has the page open. */
  status: (typeof ranks)[number];
}

const ranks = ['accepted', 'sent', 'delivered', 'read'] as const;
const kept = 500;
const sentAfterMs = 150;
const deliveredAfterMs = 600;

/** The messages, what becomes of them, and who is watching. */
export class Conversation {
  readonly messages: SandboxMessage[] = [];
  readonly #webhook: Webhook;
  /** Ids of what people wrote, the newest ones. */
  readonly #written = new Set<string>();
  readonly #listeners: ((message: SandboxMessage) => void)[] = [];
  readonly #viewers = new Set<ServerResponse>();
  readonly #stop = new AbortController();

  constructor(phoneNumberId: string, webhook: WebhookTarget | undefined) {
    this.#webhook = new Webhook(phoneNumberId, webhook, this.#stop.signal);
  }

  onMessage(listener: (message: SandboxMessage) => void): void {
    this.#listeners.push(listener);
  }

  /** Where receipts and answers go from now on. */
  set webhook(target: WebhookTarget | undefined) {
    this.#webhook.target = target;
  }

  /** Somebody writes to the number. @returns the wamid. */
  write(from: string, text: string): string {
    return this.#wrote(this.#webhook.message(from, { type: 'text', text: { body: text } }));
  }

  /** Somebody presses a button of a message, whoever it is. @throws Error when it has no such button. */
  press(message: SandboxMessage, title: string, from = message.to): string {
    const button = message.replies?.find((reply) => reply.title === title);
    if (button === undefined) throw new Error(`The message has no button "${title}".`);
    const context = { from: '15550100000', id: message.id };
    const press =
      message.type === 'template'
        ? { type: 'button', button: { payload: button.id, text: title }, context }
        : { type: 'interactive', interactive: { type: 'button_reply', button_reply: button }, context };
    return this.#wrote(this.#webhook.message(from, press));
  }

  /** A message that was accepted does not reach the phone. */
  failed(message: SandboxMessage, code: number): void {
    this.#webhook.status(message, 'failed', [{ code, title: titleOf(code), message: titleOf(code) }]);
  }

  /** Takes a message that reaches nobody, which is told soon after. @returns its wamid. */
  lose({ to, tag }: CheckedMessage, code: number): string {
    const id = newMessageId();
    this.#later(sentAfterMs, () => {
      const lost = { id, to, ...(tag === undefined ? {} : { tag }) };
      this.#webhook.status(lost, 'failed', [{ code, title: titleOf(code), message: titleOf(code) }]);
    });
    return id;
  }

  /** Whether a reply may refer to it. */
  has(id: string): boolean {
    return this.#written.has(id) || this.messages.some((message) => message.id === id);
  }

  /** Takes a message in; "sent" and "delivered" follow. @returns its wamid. */
  add(checked: CheckedMessage, receivedAt: number): string {
    const id = newMessageId();
    const message: SandboxMessage = { id, receivedAt, status: 'accepted', ...checked };
    this.messages.push(message);
    if (this.messages.length > kept) this.messages.shift();
    for (const listener of this.#listeners) listener(message);
    this.#show(message);
    this.#later(sentAfterMs, () => {
      this.#setStatus(message, 'sent');
    });
    this.#later(deliveredAfterMs, () => {
      this.#setStatus(message, 'delivered');
      if (this.#viewers.size > 0) this.#setStatus(message, 'read');
    });
    return id;
  }

  /** Server-sent events: first what is there, then every change. */
  watch(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': open\n\n');
    for (const message of this.messages) response.write(eventOf(message));
    this.#viewers.add(response);
    response.on('close', () => {
      this.#viewers.delete(response);
    });
    for (const message of this.messages) if (message.status === 'delivered') this.#setStatus(message, 'read');
  }

  #wrote(id: string): string {
    this.#written.add(id);
    for (const oldest of this.#written) {
      if (this.#written.size <= kept) break;
      this.#written.delete(oldest);
    }
    return id;
  }

  close(): void {
    this.#stop.abort();
  }

  #setStatus(message: SandboxMessage, status: SandboxMessage['status']): void {
    if (ranks.indexOf(status) <= ranks.indexOf(message.status)) return;
    message.status = status;
    this.#show(message);
    this.#webhook.status(message, status);
  }

  #show(message: SandboxMessage): void {
    for (const viewer of this.#viewers) viewer.write(eventOf(message));
  }

  #later(ms: number, callback: () => void): void {
    setTimeout(() => {
      if (!this.#stop.signal.aborted) callback();
    }, ms).unref();
  }
}

function eventOf(message: SandboxMessage): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}
