import type { AccountWarning, AlertAccount, Button, MessageWindows } from '../alerting/alert-channel.ts';
import {
  ChannelAlerts,
  type AlertDecision,
  type ChannelAlertsOptions,
  type ChannelPolicy,
} from '../alerting/channel-alerts.ts';
import { Conversations } from '../alerting/conversations.ts';
import { alertLanguages } from '../alerting/alert-words.ts';
import type { FollowPolicy, KeptMedia } from '../alerting/follow-ups.ts';
import { heartbeatReason } from '../alerting/heartbeat.ts';
import { acknowledgeAll, buttonActions, buttonTitles } from '../alerting/inbound/button-titles.ts';
import { ButtonTokens } from '../alerting/inbound/button-tokens.ts';
import type { Language } from '../alerting/inbound/spoken-command.ts';
import type { Outgoing } from '../alerting/outbox-row.ts';
import type { Receipt } from '../alerting/receipts.ts';
import type { SentinelError } from '../contracts/errors.ts';
import type { Delivery, Incident } from '../contracts/messages.ts';
import type { Acknowledgements, MessageReport, ReportReceiver, SnoozeState } from '../contracts/ports.ts';
import type { HealthBoard } from './health-board.ts';
import type { Site } from './site.ts';

/** A node that alerts, such as whatsapp-out. */
export interface AlertsUser {
  /** Its id. */
  node: string;
  /** In which language its messages have buttons; absent: they have none. */
  buttons?: Language | undefined;
  /** What became of a message, see DeliveryListener. */
  delivered(delivery: Delivery, more: { error?: SentinelError; incident?: Incident }): void;
  /** The database fails, and alerts are sent from memory: told once, until `up`. It is tried again meanwhile. */
  down(error: SentinelError): void;
  up(): void;
  /** The provider would send nothing for the account: told once, until `well`. It is asked again meanwhile. */
  unwell(error: SentinelError): void;
  well(): void;
  /** Something should be mended before it keeps the account from sending: told once, and with undefined when it is. */
  warned?(warning: AccountWarning | undefined): void;
}

export interface AlertsLease {
  /** As ChannelAlerts.hurry. */
  hurry(incidentId: string): Promise<boolean>;
  /** As ChannelAlerts.settle. */
  settle(incidentId: string, by: string): Promise<void>;
  /** As ChannelAlerts.alert. */
  alert(incident: Incident, image: Buffer | undefined, policy: ChannelPolicy): Promise<AlertDecision>;
  /** As ChannelAlerts.follow. */
  follow(incident: Incident, kept: KeptMedia, policy: FollowPolicy): Promise<void>;
  /** Gives it back; the last one waits up to 5 s for requests under way. Calling it again does nothing. */
  release(): Promise<void>;
}

/** What is needed of a Site. */
type Host = Pick<Site, 'database' | 'newId' | 'phoneMedia'> & {
  /** What ends alerts that wait for their turn. */
  acknowledgements?: Acknowledgements;
  answers?: Pick<Site['answers'], 'add'>;
  readonly health?: Pick<HealthBoard, 'account' | 'forgetAccount'>;
  snooze?: SnoozeState;
  readonly name?: string;
  readonly publicAddress?: string | undefined;
  /** Empty: that of the machine. */
  readonly timeZone?: string;
  readonly tools: Pick<ChannelAlertsOptions, 'clock' | 'random' | 'log' | 'metrics'>;
};

/** The incidents that a message of an account at a Site was about, by the provider's id. @throws SentinelError ES_DATABASE */
export async function incidentsOf(site: Host, account: string, messageId: string): Promise<readonly string[]> {
  return (await alertsOf.get(site)?.get(account)?.incidentsOf(messageId)) ?? [];
}

/** Who wrote when, by Site and account: known to all nodes of the account, those that send and those that hear. */
const conversationsOf = new WeakMap<Host, Map<string, Conversations>>();

function conversations(site: Host, account: string): Conversations {
  const ofSite = conversationsOf.get(site) ?? new Map<string, Conversations>();
  conversationsOf.set(site, ofSite);
  const present = ofSite.get(account) ?? new Conversations(() => site.database(), account, site.tools.clock);
  ofSite.set(account, present);
  return present;
}

/**
 * Somebody of an account wrote: free text may go to that person for a day, and what waited for that goes.
 * @throws SentinelError ES_DATABASE
 */
export async function heard(site: Host, account: string, { from, at }: { from: string; at: number }): Promise<void> {
  await conversations(site, account).heard(from, at);
  await alertsOf.get(site)?.get(account)?.release(from);
}

/** Accounts of each Site for which receipts come in, and how many bring them. */
const receiptsOf = new WeakMap<Host, Map<string, number>>();

/** From now on receipts of an account are brought to `receive`. @returns ends it. */
export function bringReceipts(site: Host, account: string): () => void {
  const ofSite = receiptsOf.get(site) ?? new Map<string, number>();
  receiptsOf.set(site, ofSite.set(account, (ofSite.get(account) ?? 0) + 1));
  return () => {
    ofSite.set(account, (ofSite.get(account) ?? 1) - 1);
  };
}

/**
 * Hands in what a provider says later about a message.
 * @returns whether it is of an alert of this account at this Site.
 * @throws SentinelError ES_DATABASE
 */
export async function receive(site: Host, account: string, receipt: Receipt & { recipient: string }): Promise<boolean> {
  await conversations(site, account).reached(receipt.recipient);
  return (await alertsOf.get(site)?.get(account)?.receive(receipt)) ?? false;
}

/** Who takes what the provider of an account at a Site reports; undefined where it has nowhere to post that. */
export function reportReceiver(site: Host, account: string): ReportReceiver | undefined {
  return alertsOf.get(site)?.get(account)?.reportReceiver;
}

const alertsOf = new WeakMap<Host, Map<string, AccountAlerts>>();

/**
 * The alerts of an account at a Site, shared by all nodes that send through it: one sender, so that the
 * limits of the account hold for all together. It begins at once with what was left from before.
 *
 * A delivery goes to the node that made the alert, across restarts too. When that node is gone, its alerts are still
 * sent, and the node that has used the account longest is told.
 */
export function acquireAlerts(site: Host, account: AlertAccount, user: AlertsUser): AlertsLease {
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
  readonly #account: AlertAccount;
  readonly #before: Promise<void> | undefined;
  readonly #users = new Set<AlertsUser>();
  readonly #alerts: Promise<ChannelAlerts>;
  readonly #tokens: ButtonTokens;
  #failure: SentinelError | undefined;
  #fault: SentinelError | undefined;
  #warning: AccountWarning | undefined;
  #endListening: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(site: Host, account: AlertAccount, before: Promise<void> | undefined) {
    this.#site = site;
    this.#account = account;
    this.#before = before;
    this.#tokens = new ButtonTokens(() => site.database(), account.id);
    this.#alerts = this.#open();
    // Whoever alerts hears of it.
    this.#alerts.catch(() => undefined);
  }

  /** Settles when the last user has gone and the sender has ended. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  lease(user: AlertsUser): AlertsLease {
    this.#users.add(user);
    if (this.#failure !== undefined) this.#report(user);
    if (this.#fault !== undefined) user.unwell(this.#fault);
    if (this.#warning !== undefined) user.warned?.(this.#warning);
    return {
      alert: async (...alert) => await (await this.#alerts).alert(...alert),
      hurry: async (incidentId) => await (await this.#alerts).hurry(incidentId),
      settle: async (...review) => {
        await (await this.#alerts).settle(...review);
      },
      follow: async (...followUp) => {
        await (await this.#alerts).follow(...followUp);
      },
      release: () => this.#release(user),
    };
  }

  async incidentsOf(messageId: string): Promise<readonly string[]> {
    return await (await this.#alerts).incidentsOf(messageId);
  }

  async release(recipient: string): Promise<void> {
    await (await this.#alerts).release(recipient);
  }

  async receive(receipt: Receipt): Promise<boolean> {
    return await (await this.#alerts).receive(receipt);
  }

  get reportReceiver(): ReportReceiver | undefined {
    const { reports } = this.#account;
    const address = reports?.addressFor(this.#site.publicAddress, '');
    if (reports === undefined || address === undefined || this.#closing !== undefined) return undefined;
    // What we have told the provider, with the query that it came back with.
    const whole = ({ search, form }: MessageReport) => ({ url: `${address.split('?', 1)[0] ?? ''}${search}`, form });
    return {
      trusts: (report, signature) => reports.isSigned(whole(report), signature),
      take: async (report) => {
        const receipt = reports.receiptIn(whole(report));
        if (receipt !== undefined) await this.receive(receipt);
      },
    };
  }

  async #release(user: AlertsUser): Promise<void> {
    // The last user hears of requests under way until they have ended.
    if (this.#users.size === 1 && this.#users.has(user)) await (this.#closing ??= this.#close());
    this.#users.delete(user);
  }

  async #close(): Promise<void> {
    const alerts = await this.#alerts.catch(() => undefined);
    this.#endListening();
    this.#site.health?.forgetAccount(this.#account.id);
    await alerts?.stop();
  }

  async #open(): Promise<ChannelAlerts> {
    await this.#before;
    const { acknowledgements, newId, snooze, tools, phoneMedia: media } = this.#site;
    const { reports } = this.#account;
    const reportTo = (row: string) => reports?.addressFor(this.#site.publicAddress, row);
    const brought = () => (receiptsOf.get(this.#site)?.get(this.#account.id) ?? 0) > 0;
    const receipts = () => brought() || reportTo('') !== undefined;
    // Where nobody hears a press there is nothing to press.
    const buttons = async (row: Outgoing, always = false) => (receipts() ? await this.#buttons(row, always) : []);
    const place = () => placeOf(this.#site);
    const people = conversations(this.#site, this.#account.id);
    const windows: MessageWindows = {
      of: (recipient) => people.windowOf(recipient, receipts()),
      close: (recipient) => people.close(recipient),
      listens: receipts,
    };
    const options = {
      ...{ windows, place },
      ...{ database: () => this.#site.database(), account: this.#account, newId, media, receipts, buttons, ...tools },
      ...(acknowledgements && { acknowledgements }),
      ...(snooze && { snooze }),
      reportTo,
      onWarning: (warning: AccountWarning | undefined) => {
        this.#warning = warning;
        this.#showHealth();
        for (const user of this.#users) user.warned?.(warning);
      },
      onAccount: (fault: SentinelError | undefined) => {
        this.#fault = fault;
        this.#showHealth();
        for (const user of this.#users)
          if (fault === undefined) user.well();
          else user.unwell(fault);
      },
    };
    const alerts = new ChannelAlerts(
      options,
      (delivery, node, more) => {
        const user = [...this.#users].find((one) => one.node === node) ?? [...this.#users][0];
        user?.delivered(delivery, more);
      },
      (failure) => {
        this.#failure = failure;
        for (const user of this.#users) this.#report(user);
      },
    );
    await alerts.start();
    this.#endListening =
      this.#site.answers?.add(({ incidentId, by }) => {
        void alerts.settle(incidentId, by);
      }) ?? this.#endListening;
    return alerts;
  }

  /** Without a database a message has none: nobody could say later what they stand for. */
  async #buttons(row: Outgoing, always: boolean): Promise<Button[]> {
    const { node, incident_id: incidentId, recipient } = row;
    const wanted = [...this.#users].find((user) => user.node === node)?.buttons ?? (always ? 'en' : undefined);
    // A sign of life has nothing to be answered.
    if (wanted === undefined || row.reason === heartbeatReason) return [];
    const language = alertLanguages.find((known) => known === row.language) ?? wanted;
    try {
      const isOfSeveral = row.hold === 'summary' && (await (await this.#alerts).incidentsIn(row)).length > 1;
      const tokens = await this.#tokens.issue(incidentId, recipient, this.#site.tools.clock.now());
      // Nobody talks to several places at once, and what one has only read a line of is not dismissed. A template has its buttons anyhow.
      if (isOfSeveral && !always) return [{ id: tokens.acknowledge, title: acknowledgeAll[language] }];
      return buttonActions.map((action) => ({ id: tokens[action], title: buttonTitles[language][action] }));
    } catch {
      return [];
    }
  }

  /** For the health route. */
  #showHealth(): void {
    const { id, kind } = this.#account;
    const error = this.#fault ?? this.#warning?.error;
    const status = this.#fault === undefined ? (error === undefined ? 'ok' : 'warning') : 'down';
    this.#site.health?.account({ account: id, channel: kind.id, status, detail: error?.message ?? '' });
  }

  #report(user: AlertsUser): void {
    if (this.#failure === undefined) user.up();
    else user.down(this.#failure);
  }
}

/** What texts say of a Site. */
function placeOf({ name = '', timeZone = '' }: Host): { siteName: string; timeZone?: string } {
  return { siteName: name, ...(timeZone === '' ? {} : { timeZone }) };
}
