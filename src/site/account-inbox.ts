import { WhatsAppClient } from '../alerting/channels/whatsapp/client.ts';
import { ButtonTokens } from '../alerting/inbound/button-tokens.ts';
import { Clerk } from '../alerting/inbound/clerk.ts';
import { Inbox } from '../alerting/inbound/inbox.ts';
import type { MessageEvent, StatusEvent } from '../alerting/inbound/webhook-body.ts';
import { bringReceipts, heard, incidentsOf, receive } from './account-alerts.ts';
import { checkedKeys, type WebhookKeys } from '../alerting/inbound/webhook-keys.ts';
import { masked } from '../alerting/recipients.ts';
import { topicOf } from '../contracts/guards.ts';
import type { Command, Inbound, Review, WireMessage } from '../contracts/messages.ts';
import type { WebhookReceiver } from '../contracts/ports.ts';
import { SiteDesk } from './house-desk.ts';
import type { Site } from './site.ts';
import type { whatsAppAccount } from './whatsapp-account.ts';

const channel = 'whatsapp';

/** An account whose settings were checked. */
type Account = ReturnType<typeof whatsAppAccount>;

/** A sentinel-whatsapp-in node. */
export interface InboxUser {
  /** Somebody of the account wrote, or pressed a button. */
  wrote(message: WireMessage<Inbound>): void;
  /** Somebody said something of an incident, which is kept already, or asks for what is the flow's to do. */
  said(message: WireMessage<Review> | WireMessage<Command>): void;
}

export interface InboxLease {
  /** Gives it back; what came before is still worked on. */
  release(): void;
}

/** The webhooks that are open, by Site and account. */
const inboxes = new Map<Site, Map<string, AccountInbox>>();

/** Whoever takes what WhatsApp posts to this process. */
export function whatsAppReceivers(): WebhookReceiver[] {
  return [...inboxes.values()].flatMap((ofSite) => [...ofSite.values()].map(({ inbox }) => inbox));
}

/**
 * Opens the webhook of an account at a Site, shared by all nodes that ask for it.
 * @throws SentinelError ES_BAD_CONFIG without app secret and verify token: then nothing is let in.
 */
export function acquireInbox(site: Site, account: Account, keys: Partial<WebhookKeys>, user: InboxUser): InboxLease {
  const ofSite = inboxes.get(site) ?? new Map<string, AccountInbox>();
  const present = ofSite.get(account.id) ?? new AccountInbox(site, account, checkedKeys(keys));
  inboxes.set(site, ofSite.set(account.id, present));
  present.users.add(user);
  return {
    release: () => {
      if (!present.users.has(user)) return;
      present.users.delete(user);
      if (present.users.size > 0 || ofSite.get(account.id) !== present) return;
      ofSite.delete(account.id);
      present.close();
      if (ofSite.size === 0) inboxes.delete(site);
    },
  };
}

class AccountInbox {
  readonly inbox: Inbox;
  readonly users = new Set<InboxUser>();
  readonly #site: Site;
  readonly #account: string;
  readonly #endReceipts: () => void;
  readonly #stop = new AbortController();
  readonly #client: WhatsAppClient;
  readonly #clerk: Clerk;

  constructor(site: Site, account: Account, keys: WebhookKeys) {
    this.#site = site;
    const { id, people, graph } = account;
    const recipients = people.map(({ address }) => address);
    this.#account = id;
    this.#endReceipts = bringReceipts(site, id);
    const { clock, log } = site.tools;
    this.#client = new WhatsAppClient(graph, clock, this.#stop.signal);
    this.#clerk = new Clerk({
      house: new SiteDesk(site, (review) => {
        this.#say(review);
      }),
      tokens: new ButtonTokens(() => site.database(), id),
      incidentsOf: (messageId) => incidentsOf(site, id, messageId),
      answer: (to, said) => this.#answer(to, said),
      passOn: ({ command, value }) => {
        const where = { site: site.id, area: '', source: channel, capturedAt: clock.now() };
        const payload: Command = { v: 1, kind: 'command', ...where, command, value };
        this.#say({ topic: topicOf(payload), payload });
      },
      ...{ clock, log },
    });
    this.inbox = new Inbox(
      {
        account: { id, phoneNumberId: graph.phoneNumberId, recipients },
        keys,
        database: () => site.database(),
        ...site.tools,
      },
      { status: (event) => this.#status(event), message: (event) => this.#message(event) },
    );
  }

  /** What is not of an alert, such as an answer to somebody, is nobody's affair. */
  async #status(event: StatusEvent): Promise<void> {
    await receive(this.#site, this.#account, event);
  }

  /** Ends answers under way. */
  close(): void {
    this.#endReceipts();
    this.#stop.abort();
  }

  async #message(event: MessageEvent): Promise<void> {
    // A message of the network itself, such as a new number, is nothing that the person wrote.
    if (event.type !== 'system') {
      await heard(this.#site, this.#account, event).catch((error: unknown) => {
        this.#site.tools.log.error(`What waited for a person to write could not be sent: ${String(error)}`);
      });
    }
    const payload = this.#inbound(event);
    for (const user of this.users) user.wrote({ topic: topicOf(payload), payload: { ...payload } });
    await this.#clerk.take(event);
  }

  #say(message: WireMessage<Review> | WireMessage<Command>): void {
    for (const user of this.users) user.said({ ...message, payload: { ...message.payload } } as typeof message);
  }

  /** Once: who gets no answer asks again. */
  async #answer(
    to: string,
    { text, picture, replyTo }: { text: string; picture?: Buffer; replyTo: string },
  ): Promise<void> {
    const message = { to, tag: 'answer', replyTo };
    const answer = picture === undefined ? undefined : await this.#show(message, new Uint8Array(picture), text);
    if (answer?.result === 'ok') return;
    const sent = await this.#client.sendText({ ...message, body: text });
    if (sent.result === 'ok') return;
    throw new Error(sent.result === 'refused' ? sent.refusal.message : sent.detail);
  }

  async #show(message: { to: string; tag: string; replyTo: string }, bytes: Uint8Array<ArrayBuffer>, caption: string) {
    const upload = await this.#client.upload({ bytes, mime: 'image/jpeg', name: 'snapshot.jpg' });
    if (upload.result !== 'ok') return upload;
    return await this.#client.sendMedia({ ...message, media: { type: 'image', image: { id: upload.id, caption } } });
  }

  #inbound({ id: messageId, from, at, type, text, replyTo }: MessageEvent): Inbound {
    const where = { site: this.#site.id, area: '', source: channel, capturedAt: at };
    return {
      ...{ v: 1, kind: 'inbound', ...where, channel, from: masked(from), messageId, type },
      ...(text === undefined ? {} : { text }),
      ...(replyTo === undefined ? {} : { replyTo }),
    };
  }
}
