import type { SentinelError } from '../contracts/errors.ts';
import type { Delivery, DeliveryStatus, Incident } from '../contracts/messages.ts';
import type { Acknowledgements, Clock, Log, Metrics, PhoneMedia, Random, SnoozeState } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/tables.ts';
import { AccountWatch } from './account-watch.ts';
import type { AccountWarning, AlertAccount, Button, MessageWindows } from './alert-channel.ts';
import { contentByLanguage, fitted, type ContentPolicy } from './alert-content.ts';
import { alertRows } from './alert-rows.ts';
import { ClockSteps } from './clock-steps.ts';
import { deliveryOf } from './delivery.ts';
import { ErrorReports } from './error-reports.ts';
import { followRow, FollowUps, type FollowPolicy, type KeptMedia } from './follow-ups.ts';
import type { Outgoing } from './outbox-row.ts';
import type { Person } from './people.ts';
import { decide, type AlertPolicy, type Verdict } from './policy.ts';
import type { Receipt } from './receipts.ts';
import { Restraint } from './restraint.ts';
import { atOnce, planOf, type AlertSchedule } from './schedule.ts';
import { Sender } from './sender.ts';
import type { StorageListener } from './outbox-switch.ts';
import { SteadyOutbox } from './steady-outbox.ts';
import { summaryOf } from './summary.ts';
import type { AlertPlace } from './text-template.ts';
import { UploadedMedia } from './uploaded-media.ts';

export interface ChannelAlertsOptions {
  /** Opens the database, or gives the one that is open. */
  database: () => Promise<Database>;
  clock: Clock;
  random: Random;
  log: Log;
  metrics: Metrics;
  newId: () => string;
  account: AlertAccount;
  media: PhoneMedia;
  /** The buttons below a message. */
  buttons?: (row: Outgoing, always?: boolean) => Promise<readonly Button[]>;
  /** Whether people may be sent free text. */
  windows?: MessageWindows;
  /** Whether what becomes of messages is told to `receive`; default not. */
  receipts?: () => boolean;
  /** What people said of incidents: it ends what waits for its turn. */
  acknowledgements?: Acknowledgements;
  /** Of the site: what a text says of it where several are told as one, and whose quiet hours it is. */
  place?: () => Pick<AlertPlace, 'siteName' | 'timeZone'>;
  /** Alerts that somebody has silenced for a while. */
  snooze?: SnoozeState;
  /** Where the provider is to post what becomes of a row. */
  reportTo?: (row: string) => string | undefined;
  /** Told when the account would not send any more, of each fault once, and when that is over. */
  onAccount?: (fault: SentinelError | undefined) => void;
  /** Told when something should be mended before it keeps the account from sending, and when it is. */
  onWarning?: (warning: AccountWarning | undefined) => void;
}

export interface ChannelPolicy extends AlertPolicy, ContentPolicy {
  /** Id of the node that alerts: what it has told, and its cooldown, are its own. */
  node: string;
  /** Without it everybody is told at once. */
  schedule?: AlertSchedule;
}

export type AlertDecision = { send: true; alertId: string } | Extract<Verdict, { send: false }>;

/**
 * Told of every message that is queued, accepted, failed or expired; also, as "queued" with an error in it, when it is
 * late, or when the provider refuses the account.
 * @param node Id of the node that made the alert, maybe in an earlier process.
 * @param more `error`: what `delivery.error` says, when it is worth a report: once per alert and person. `incident`: of
 * what failed or is late, for who has another way.
 */
export type DeliveryListener = (
  delivery: Delivery,
  node: string,
  more: { error?: SentinelError; incident?: Incident },
) => void;

/**
 * Alerts through one account of a channel. An alert is on disk before anything is sent, and is sent at least once: after
 * a crash at any point the next start goes on where this process stopped. While the database fails it is sent from memory.
 */
export class ChannelAlerts {
  readonly #options: ChannelAlertsOptions;
  readonly #outbox: SteadyOutbox;
  readonly #clockSteps: ClockSteps;
  readonly #sender: Sender;
  readonly #onDelivery: DeliveryListener;
  readonly #errorReports = new ErrorReports();
  readonly #followUps: FollowUps;
  readonly #watch: AccountWatch;
  /** Ends what is being encoded. */
  readonly #stop = new AbortController();
  readonly #restraint: Restraint;
  #endWatching: () => void = () => undefined;
  #following: Promise<unknown> = Promise.resolve();
  #lastFollowed = 0;
  #decisions: Promise<unknown> = Promise.resolve();

  constructor(options: ChannelAlertsOptions, onDelivery: DeliveryListener, onStorage: StorageListener) {
    const { account, database, clock, random, log, metrics, media } = options;
    this.#options = options;
    this.#followUps = new FollowUps(account.kind, media, log);
    this.#onDelivery = onDelivery;
    const outbox = new SteadyOutbox({ database, account: account.id, clock, random }, (error) => {
      onStorage(error);
      // What is on disk may wait there since an earlier process.
      if (error === undefined) this.#sender.wake();
    });
    const clockSteps = new ClockSteps(clock, outbox);
    const abort = new AbortController();
    const channel = account.open({
      ...{ clock, stop: abort.signal },
      ...(options.buttons === undefined ? {} : { buttons: options.buttons }),
      windows: options.windows,
      ...(options.reportTo && { reportTo: options.reportTo }),
      place: options.place,
      uploads: new UploadedMedia(database, account.id, () => clock.now()),
    });
    const { acknowledgements, receipts = () => false } = options;
    const place = options.place ?? ((): Pick<AlertPlace, 'siteName' | 'timeZone'> => ({ siteName: '' }));
    const { snooze } = options;
    const restraint = new Restraint({ people: account.people, timeZone: () => place().timeZone, snooze });
    this.#restraint = restraint;
    const telling = {
      heldOf: (...row: Parameters<Restraint['heldOf']>) => restraint.heldOf(...row),
      summaryOf: (rows: readonly Outgoing[]) => fitted(account.kind.form, summaryOf(rows, place())),
    };
    const toldBy = { kind: account.kind, acknowledgements, receipts, restraint: telling };
    const tools = { ...toldBy, clock, clockSteps, random, log, metrics };
    this.#outbox = outbox;
    this.#clockSteps = clockSteps;
    // Whatever it asks ends at once when we stop; messages under way have their time.
    const asking = account.open({ clock, stop: this.#stop.signal });
    const { onWarning } = options;
    const watched = { kind: account.kind, channel: asking, clock, random, ...(onWarning && { onWarning }) };
    this.#watch = new AccountWatch(watched, (fault) => options.onAccount?.(fault));
    this.#sender = new Sender({ outbox, channel, abort, ...tools }, (...change) => {
      this.#tell(...change);
    });
  }

  /** Picks up what an earlier process left, and begins to send. */
  async start(): Promise<void> {
    // What was snoozed before a restart still is.
    await this.#options.snooze?.ready();
    this.#endWatching =
      this.#options.snooze?.watch(() => {
        void this.#snoozeChanged();
      }) ?? this.#endWatching;
    await this.#sender.start();
    if (this.#options.onAccount !== undefined) this.#watch.start();
  }

  /**
   * Decides whether an incident is worth an alert, and if so writes it down for every recipient; it is sent from there.
   * @param image JPEG or PNG, sent as a reply to the text.
   * @throws SentinelError ES_BAD_CONFIG for a template with unknown fields
   */
  async alert(incident: Incident, image: Buffer | undefined, policy: ChannelPolicy): Promise<AlertDecision> {
    // One after the other: two phases of one incident must see each other's rows.
    const decision = this.#decisions.then(() => this.#alert(incident, image, policy));
    this.#decisions = decision.catch(() => undefined);
    return await decision;
  }

  /**
   * Sends what was kept of an incident to everybody who was alerted of it, as a reply to the text. It is encoded first, beside all
   * else, and then on disk before it is sent.
   */
  async follow(incident: Incident, kept: KeptMedia, policy: FollowPolicy): Promise<void> {
    if (!this.#followUps.wants(incident, kept, policy)) return;
    const following = this.#following.then(() => this.#follow(incident, kept, policy));
    this.#following = following.catch(() => undefined);
    await following;
  }

  /**
   * What the provider says later about a message of this account.
   * @returns whether there is such a message.
   * @throws SentinelError ES_DATABASE
   */
  async receive(receipt: Receipt): Promise<boolean> {
    return await this.#sender.receive(receipt);
  }

  /**
   * Another way has failed, or is late: what waits for its turn because of this incident goes now.
   * @returns whether anything did.
   */
  async hurry(incidentId: string): Promise<boolean> {
    const now = this.#options.clock.now();
    const waits = await this.#outbox.turns.scheduled(incidentId);
    const ids = waits
      .filter(({ unless, start_at: at }) => unless !== 'acknowledged' && (at ?? 0) > now)
      .map(({ id }) => id);
    if (ids.length === 0) return false;
    await this.#outbox.turns.hurry(ids, now);
    this.#sender.wake();
    return true;
  }

  /** A person has written: what could not go before goes now. @throws SentinelError ES_DATABASE */
  async release(recipient: string): Promise<void> {
    await this.#outbox.turns.release(recipient, this.#options.clock.now());
    this.#sender.wake();
  }

  /** Somebody has answered: nobody else need be told of this incident. */
  async settle(incidentId: string, by: string): Promise<void> {
    await this.#cancel(await this.#outbox.turns.scheduled(incidentId), `${by} has answered.`);
  }

  /** The incidents that a message of the provider's id was about; several where it told what had been held back. @throws SentinelError ES_DATABASE */
  async incidentsOf(messageId: string): Promise<readonly string[]> {
    const row = await this.#outbox.receiptRow({ id: messageId });
    return row === undefined ? [] : await this.incidentsIn(row);
  }

  /** The incidents that a text tells of. @throws SentinelError ES_DATABASE */
  async incidentsIn({ id, incident_id: own }: Pick<Outgoing, 'id' | 'incident_id'>): Promise<readonly string[]> {
    return [...new Set([own, ...(await this.#outbox.turns.toldIn(id))])];
  }

  /** Lets requests under way finish for up to 5 s. What was not sent stays in the outbox. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#endWatching();
    const watched = this.#watch.stop();
    await this.#following;
    await this.#decisions;
    await this.#sender.stop();
    await watched;
    await this.#outbox.stop();
  }

  async #alert(incident: Incident, image: Buffer | undefined, policy: ChannelPolicy): Promise<AlertDecision> {
    const { account, clock, log, metrics, newId } = this.#options;
    await this.#clockSteps.follow();
    const now = clock.now();
    const history = await this.#outbox.history(policy.node, incident, policy.cooldownSeconds * 1000, now);
    const verdict = decide(incident, policy, history);
    if (!verdict.send) {
      if (verdict.cause !== 'phase') metrics.count('events_dropped_total', { why: verdict.cause });
      return verdict;
    }
    const alertId = newId();
    const { severity } = incident;
    const plan = planOf(account.people, policy.schedule ?? atOnce, (person, inMs) =>
      this.#restraint.isQuiet(person, severity, now + inMs),
    );
    // What is held back may become a night's worth: its pictures are with the incident.
    const shown = plan.isQuiet || this.#isSnoozed(incident, now) ? undefined : image;
    const contentIn = contentByLanguage(incident, shown, policy, account.kind, log);
    const { node, language = 'en' } = policy;
    const rows = alertRows(incident, plan.turns, contentIn, {
      ...{ account: account.id, kind: account.kind, node, alertId, language },
      ...{ sequence: history.nextSequence, now, newId },
    });
    // What still waits for its turn would tell less than this.
    const waits = history.nextSequence === 0 ? [] : await this.#outbox.turns.scheduled(incident.id);
    const older = waits.filter((row) => row.node === node);
    await this.#outbox.add(rows, now);
    await this.#cancel(older, 'The incident was told anew.');
    metrics.count('events_sent_total', { channel: account.kind.id });
    for (const row of rows) this.#tell(row, 'queued');
    this.#passOver(plan.skipped, rows[0]);
    this.#sender.wake();
    return { send: true, alertId };
  }

  /** Who wants quiet is not told, since somebody else is: that is said, and nothing more comes of it. */
  #passOver(people: readonly Person[], row: OutboxRow | undefined): void {
    if (row === undefined) return;
    for (const { address } of people) {
      this.#options.metrics.count('alerts_withheld_total', { channel: row.channel, why: 'passed-over' });
      this.#tell({ ...row, recipient: address }, 'cancelled', 'Quiet hours: somebody else is told.');
    }
  }

  #isSnoozed({ area, severity }: Incident, now: number): boolean {
    return (this.#restraint.snoozedUntil(area, severity) ?? 0) > now;
  }

  async #snoozeChanged(): Promise<void> {
    try {
      await this.#clockSteps.follow();
      await this.#outbox.turns.endSnooze(this.#options.clock.now());
    } finally {
      this.#sender.wake();
    }
  }

  async #follow(incident: Incident, kept: KeptMedia, policy: FollowPolicy): Promise<void> {
    const { clock, newId } = this.#options;
    const { signal } = this.#stop;
    const texts = async (): Promise<Outgoing[]> => await this.#outbox.textsOf(policy.node, incident.id);
    if (signal.aborted || (await texts()).length === 0) return;
    const followUps = await this.#followUps.make(incident, kept, policy, signal);
    await this.#clockSteps.follow();
    const now = clock.now();
    // What was alerted meanwhile gets it too, as a reply to its newest text.
    const told = (await texts()).filter(({ hold, state }) => hold === null || state === 'accepted');
    for (const followUp of followUps) {
      const sequence = Math.max(Math.floor(now), this.#lastFollowed + 1);
      this.#lastFollowed = sequence;
      const rows = told.map((text) => followRow(text, followUp, { id: newId(), sequence, now }));
      if (rows.length === 0) return;
      await this.#outbox.add(rows, now);
      for (const row of rows) this.#tell(row, 'queued');
    }
    this.#sender.wake();
  }

  async #cancel(rows: readonly Outgoing[], why: string): Promise<void> {
    if (rows.length === 0) return;
    await this.#outbox.turns.cancel(
      rows.map(({ id }) => id),
      this.#options.clock.now(),
    );
    for (const row of rows) this.#tell(row, 'cancelled', why);
  }

  #tell(row: Outgoing, status: DeliveryStatus, because?: SentinelError | string): void {
    const name = this.#options.account.people.find(({ address }) => address === row.recipient)?.name;
    const delivery = { ...deliveryOf(row, status, this.#options.clock.now(), because), ...(name && { name }) };
    const error = because instanceof Error ? because : undefined;
    if (error?.name === 'ES_CHANNEL_SETUP') this.#watch.known(error);
    const isNews = error !== undefined && this.#errorReports.isNew(row, error);
    const incident = error === undefined || row.incident_json === null ? undefined : incidentIn(row.incident_json);
    try {
      this.#onDelivery(delivery, row.node, {
        ...(isNews ? { error } : {}),
        ...(incident === undefined ? {} : { incident }),
      });
    } catch (thrown) {
      this.#options.log.error(`A delivery could not be passed on: ${String(thrown)}`);
    }
  }
}

/** We wrote it ourselves. */
function incidentIn(json: string): Incident {
  return JSON.parse(json) as Incident;
}
