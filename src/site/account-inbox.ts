import { Inbox } from '../alerting/inbound/inbox.ts';
import type { MessageEvent, StatusEvent } from '../alerting/inbound/webhook-body.ts';
import { bringReceipts, receive } from './account-alerts.ts';
import { checkedKeys, type WebhookKeys } from '../alerting/inbound/webhook-keys.ts';
import { masked } from '../alerting/recipients.ts';
import { topicOf } from '../contracts/guards.ts';
import type { Inbound, WireMessage } from '../contracts/messages.ts';
import type { WebhookReceiver } from '../contracts/ports.ts';
import type { Site } from './site.ts';
import type { whatsAppAccount } from './whatsapp-account.ts';

const channel = 'whatsapp';

/** An account whose settings were checked. */
type Account = ReturnType<typeof whatsAppAccount>;

/** A sentinel-whatsapp-in node. */
export interface InboxUser {
  /** Somebody of the account wrote, or pressed a button. */
  wrote(message: WireMessage<Inbound>): void;
}

export interface InboxLease {
  /** Gives it back; what came before is still worked on. */
  release(): void;
}

/** What is needed of a Site. */
type Host = Pick<Site, 'id' | 'database' | 'newId' | 'phoneMedia' | 'tools'>;

/** The webhooks that are open, by Site and account. */
const inboxes = new Map<Host, Map<string, AccountInbox>>();

/** Whoever takes what WhatsApp posts to this process. */
export function whatsAppReceivers(): WebhookReceiver[] {
  return [...inboxes.values()].flatMap((ofSite) => [...ofSite.values()].map(({ inbox }) => inbox));
}

/**
 * Opens the webhook of an account at a Site, shared by all nodes that ask for it.
 * @throws SentinelError ES_BAD_CONFIG without app secret and verify token: then nothing is let in.
 */
export function acquireInbox(site: Host, account: Account, keys: Partial<WebhookKeys>, user: InboxUser): InboxLease {
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
      present.endReceipts();
      if (ofSite.size === 0) inboxes.delete(site);
    },
  };
}

class AccountInbox {
  readonly inbox: Inbox;
  readonly users = new Set<InboxUser>();
  readonly #site: Host;
  readonly #account: string;
  readonly endReceipts: () => void;

  constructor(site: Host, account: Account, keys: WebhookKeys) {
    this.#site = site;
    const { id, recipients, graph } = account;
    this.#account = id;
    this.endReceipts = bringReceipts(site, id);
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

  #message(event: MessageEvent): Promise<void> {
    const payload = this.#inbound(event);
    for (const user of this.users) user.wrote({ topic: topicOf(payload), payload: { ...payload } });
    return Promise.resolve();
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
