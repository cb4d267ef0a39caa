import type { Clock, Log, Metrics, WebhookReceiver } from '../../contracts/ports.ts';
import type { Database } from '../../database/database.ts';
import { redact } from '../../network/redact.ts';
import { masked } from '../recipients.ts';
import { SeenEvents } from './seen-events.ts';
import { readWebhook, type MessageEvent, type StatusEvent } from './webhook-body.ts';
import { isSame, isSigned, type WebhookKeys } from './webhook-keys.ts';

const channel = 'whatsapp';
/** Of bodies that wait: as much as Meta may post in five goes. */
const mostBytes = 16 * 1024 * 1024;
const strangersToldEveryMs = 3_600_000;

export interface InboxOptions {
  account: {
    /** Id of its config node. */
    id: string;
    phoneNumberId: string;
    /** Digits only: who may write to us. */
    recipients: readonly string[];
  };
  keys: WebhookKeys;
  database: () => Promise<Database>;
  clock: Clock;
  log: Log;
  metrics: Pick<Metrics, 'count'>;
}

/** Told of each event once, in the order in which they came; the next one waits until it is done with it. */
export interface InboxListener {
  status(event: StatusEvent): Promise<void>;
  /** Only of people of the account. */
  message(event: MessageEvent): Promise<void>;
}

/** What comes back from WhatsApp to one number: receipts of our messages, and what its recipients write. */
export class Inbox implements WebhookReceiver {
  readonly #options: InboxOptions;
  readonly #listener: InboxListener;
  readonly #seen: SeenEvents;
  #waitingBytes = 0;
  #work: Promise<void> = Promise.resolve();
  #strangersToldAt = -Infinity;

  constructor(options: InboxOptions, listener: InboxListener) {
    this.#options = options;
    this.#listener = listener;
    this.#seen = new SeenEvents(options.database, options.account.id);
  }

  knows(verifyToken: string): boolean {
    return isSame(verifyToken, this.#options.keys.verifyToken);
  }

  trusts(body: Uint8Array, signature: string): boolean {
    return isSigned(body, signature, this.#options.keys.appSecret);
  }

  take(body: Uint8Array): boolean {
    if (this.#waitingBytes + body.length > mostBytes) return false;
    this.#waitingBytes += body.length;
    this.#work = this.#work
      // The answer to Meta goes first.
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(() => this.#read(body))
      .catch((error: unknown) => {
        this.#options.log.error(`What came from WhatsApp could not be worked on: ${String(error)}`);
      })
      .finally(() => {
        this.#waitingBytes -= body.length;
      });
    return true;
  }

  /** Settles when everything that was taken so far is worked off. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async #read(body: Uint8Array): Promise<void> {
    const { account, log } = this.#options;
    const said: unknown = JSON.parse(new TextDecoder().decode(body));
    const { statuses, messages, errors, foreign } = readWebhook(said, account.phoneNumberId);
    this.#count('foreign', foreign);
    for (const words of errors) log.warn(`WhatsApp reports an error: ${redact(words)}`);
    for (const status of statuses) await this.#status(status);
    for (const message of messages) await this.#message(message);
  }

  async #status(event: StatusEvent): Promise<void> {
    // Once more does no harm, and one that was told and not worked on would be lost: remembered afterwards.
    const key = `${event.id} ${event.status}`;
    if (this.#seen.knows(key)) {
      this.#count('repeated');
      return;
    }
    await this.#listener.status(event);
    const isNew = await this.#seen.add(key, this.#options.clock.now());
    this.#count(isNew ? 'status' : 'repeated');
  }

  async #message(event: MessageEvent): Promise<void> {
    if (!this.#options.account.recipients.includes(event.from)) {
      this.#stranger(event);
      return;
    }
    // First remembered, then done: a command is never carried out twice.
    if (!(await this.#seen.add(event.id, this.#options.clock.now()))) {
      this.#count('repeated');
      return;
    }
    this.#count('message');
    await this.#listener.message(event);
  }

  /** Gets no answer: whoever tries numbers learns nothing. */
  #stranger({ from }: MessageEvent): void {
    const { clock, log } = this.#options;
    this.#count('stranger');
    if (clock.monotonic() - this.#strangersToldAt < strangersToldEveryMs) return;
    this.#strangersToldAt = clock.monotonic();
    log.warn(`${masked(from)}, who is no recipient of the WhatsApp account, wrote to it; it is not answered.`);
  }

  #count(kind: string, by = 1): void {
    if (by > 0) this.#options.metrics.count('webhook_events_total', { channel, kind }, by);
  }
}
