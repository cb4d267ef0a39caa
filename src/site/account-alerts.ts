import type { WhatsAppAccount } from '../alerting/whatsapp-account.ts';
import {
  WhatsAppAlerts,
  type AlertDecision,
  type WhatsAppAlertsOptions,
  type WhatsAppPolicy,
} from '../alerting/whatsapp-alerts.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Delivery, Incident } from '../contracts/messages.ts';
import { backoffDelay } from '../network/backoff.ts';
import type { Site } from './site.ts';

/** How soon a database that cannot be opened is tried again. */
const retry = { minMs: 2_000, maxMs: 60_000, jitter: 0.2 } as const;

/** A whatsapp-out node. */
export interface AlertsUser {
  /** Its id. */
  node: string;
  /** What became of a message, see DeliveryListener. */
  delivered(delivery: Delivery, error?: SentinelError): void;
  /** Nothing can be sent, since the database cannot be opened: told once, until `up`. It is tried again meanwhile. */
  down(error: SentinelError): void;
  up(): void;
}

export interface AlertsLease {
  /** As WhatsAppAlerts.alert. @throws SentinelError ES_DATABASE at once while the database cannot be opened. */
  alert(incident: Incident, image: Buffer | undefined, policy: WhatsAppPolicy): Promise<AlertDecision>;
  /** Gives it back; the last one waits up to 5 s for requests under way. Calling it again does nothing. */
  release(): Promise<void>;
}

/** What is needed of a Site. */
type Host = Pick<Site, 'database' | 'newId'> & {
  readonly tools: Pick<WhatsAppAlertsOptions, 'clock' | 'random' | 'log' | 'metrics'>;
};

const alertsOf = new WeakMap<Host, Map<string, AccountAlerts>>();

/**
 * The alerts of an account at a Site, shared by all whatsapp-out nodes that send through it: one sender, so that the
 * limits of the account hold for all together. It begins at once with what was left from before.
 *
 * A delivery goes to the node that made the alert, across restarts too. When that node is gone, its alerts are still
 * sent, and the node that has used the account longest is told.
 */
export function acquireAlerts(site: Host, account: WhatsAppAccount, user: AlertsUser): AlertsLease {
  const ofSite = alertsOf.get(site) ?? new Map<string, AccountAlerts>();
  alertsOf.set(site, ofSite);
  const present = ofSite.get(account.id);
  if (present !== undefined && present.closing === undefined) return present.lease(user);
  // Two senders must never work on the same rows: the new one waits until the old one has ended.
  const opened = new AccountAlerts(site, account, present?.closing);
  ofSite.set(account.id, opened);
  return opened.lease(user);
}

class AccountAlerts {
  readonly #site: Host;
  readonly #account: WhatsAppAccount;
  readonly #before: Promise<void> | undefined;
  readonly #users = new Set<AlertsUser>();
  #alerts: Promise<WhatsAppAlerts> | undefined;
  #failure: SentinelError | undefined;
  #cancelRetry: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(site: Host, account: WhatsAppAccount, before: Promise<void> | undefined) {
    this.#site = site;
    this.#account = account;
    this.#before = before;
    this.#keepTrying(0);
  }

  /** Settles when the last user has gone and the sender has ended. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  lease(user: AlertsUser): AlertsLease {
    this.#users.add(user);
    if (this.#failure !== undefined) user.down(this.#failure);
    return {
      alert: async (...alert) => await (await this.#ready()).alert(...alert),
      release: () => this.#release(user),
    };
  }

  async #release(user: AlertsUser): Promise<void> {
    // The last user hears of requests under way until they have ended.
    if (this.#users.size === 1 && this.#users.has(user)) await (this.#closing ??= this.#close());
    this.#users.delete(user);
  }

  async #close(): Promise<void> {
    this.#cancelRetry();
    const alerts = await this.#alerts?.catch(() => undefined);
    await alerts?.stop();
  }

  #keepTrying(attempt: number): void {
    const { clock, random } = this.#site.tools;
    this.#ready().catch(() => {
      if (this.#closing !== undefined) return;
      this.#cancelRetry = clock.after(backoffDelay(attempt, retry, random), () => {
        this.#keepTrying(attempt + 1);
      });
    });
  }

  async #ready(): Promise<WhatsAppAlerts> {
    this.#alerts ??= this.#open().catch((error: unknown) => {
      this.#alerts = undefined;
      const failure = asSentinelError(error, 'ES_DATABASE');
      this.#failed(failure);
      throw failure;
    });
    return await this.#alerts;
  }

  async #open(): Promise<WhatsAppAlerts> {
    if (this.#closing !== undefined) throw new SentinelError('ES_DATABASE', 'The node was closed.');
    await this.#before;
    const { newId, tools } = this.#site;
    const options = { database: await this.#site.database(), account: this.#account, newId, ...tools };
    const alerts = new WhatsAppAlerts(options, (delivery, node, error) => {
      const user = [...this.#users].find((one) => one.node === node) ?? [...this.#users][0];
      user?.delivered(delivery, error);
    });
    await alerts.start();
    this.#works();
    return alerts;
  }

  #failed(error: SentinelError): void {
    if (this.#failure === undefined) for (const user of this.#users) user.down(error);
    this.#failure = error;
  }

  #works(): void {
    if (this.#failure !== undefined) for (const user of this.#users) user.up();
    this.#failure = undefined;
  }
}
