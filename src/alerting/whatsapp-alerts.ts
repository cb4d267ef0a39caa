import { SentinelError } from '../contracts/errors.ts';
import type { Delivery, DeliveryStatus, Incident } from '../contracts/messages.ts';
import type { Clock, Log, Metrics, Random } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/tables.ts';
import { parseServiceUrl } from '../network/address.ts';
import { WhatsAppClient, whatsAppLimits } from './channels/whatsapp/client.ts';
import { deadlineMs } from './next-step.ts';
import { Outbox, type Outgoing, type Part } from './outbox.ts';
import { imageType } from './picture-type.ts';
import { decide, type AlertPolicy } from './policy.ts';
import { masked, normaliseRecipients } from './recipients.ts';
import { Sender } from './sender.ts';
import { renderAlert, shortened } from './text-template.ts';

const channel = 'whatsapp';

export interface WhatsAppAccount {
  /** Rows are found again by it after a restart. */
  id: string;
  phoneNumberId: string;
  recipients: readonly string[];
  /** Such as v26.0. */
  graphVersion: string;
  baseUrl: string;
  accessToken: string;
}

export interface WhatsAppAlertsOptions {
  database: Database;
  clock: Clock;
  random: Random;
  log: Log;
  metrics: Metrics;
  newId: () => string;
  account: WhatsAppAccount;
}

export interface WhatsAppPolicy extends AlertPolicy {
  /** Text with fields in braces, see text-template.ts. */
  template: string;
  sendSnapshot: boolean;
  siteName: string;
}

export type AlertDecision = { send: true; alertId: string } | { send: false; why: string };

/**
 * Alerts by the WhatsApp Cloud API. An alert is on disk before anything is sent, and is sent at least once: after a
 * crash at any point the next start goes on where this process stopped.
 */
export class WhatsAppAlerts {
  readonly #options: WhatsAppAlertsOptions;
  readonly #recipients: readonly string[];
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  readonly #onDelivery: (delivery: Delivery, error?: SentinelError) => void;
  #decisions: Promise<unknown> = Promise.resolve();

  /**
   * @param onDelivery told of every message that is queued, accepted, failed or expired; also once, as "queued" with
   * an error, when the provider refuses the settings of the account.
   * @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for an account that cannot work.
   */
  constructor(options: WhatsAppAlertsOptions, onDelivery: (delivery: Delivery, error?: SentinelError) => void) {
    const { account, database, clock, random, log, metrics } = options;
    this.#options = options;
    this.#onDelivery = onDelivery;
    this.#recipients = normaliseRecipients(account.recipients);
    this.#outbox = new Outbox(database, account.id);
    const abort = new AbortController();
    const client = new WhatsAppClient(graphAccount(account), clock, abort.signal);
    this.#sender = new Sender({ outbox: this.#outbox, client, abort, clock, random, log, metrics }, (...change) => {
      this.#tell(...change);
    });
  }

  /** Picks up what an earlier process left, and begins to send. @throws SentinelError ES_DATABASE */
  async start(): Promise<void> {
    await this.#sender.start();
  }

  /**
   * Decides whether an incident is worth an alert, and if so writes it down for every recipient; it is sent from there.
   * @param image JPEG or PNG, sent as a reply to the text.
   * @throws SentinelError ES_BAD_CONFIG for a template with unknown fields, ES_DATABASE
   */
  async alert(incident: Incident, image: Buffer | undefined, policy: WhatsAppPolicy): Promise<AlertDecision> {
    // One after the other: two phases of one incident must see each other's rows.
    const decision = this.#decisions.then(() => this.#alert(incident, image, policy));
    this.#decisions = decision.catch(() => undefined);
    return await decision;
  }

  /** Lets requests under way finish for up to 5 s. What was not sent stays in the outbox. */
  async stop(): Promise<void> {
    await this.#decisions;
    await this.#sender.stop();
  }

  async #alert(incident: Incident, image: Buffer | undefined, policy: WhatsAppPolicy): Promise<AlertDecision> {
    const { clock, metrics, newId } = this.#options;
    const now = clock.now();
    const history = await this.#outbox.history(incident, policy.cooldownSeconds * 1000, now);
    const verdict = decide(incident, policy, history);
    if (!verdict.send) {
      if (verdict.cause !== 'phase') metrics.count('events_dropped_total', { why: verdict.cause });
      return { send: false, why: verdict.why };
    }
    const alertId = newId();
    const body = renderAlert(policy.template, incident, policy.siteName, whatsAppLimits.text);
    const picture = policy.sendSnapshot ? this.#sendable(image) : undefined;
    const rows = this.#recipients.flatMap((recipient) => {
      const row = (part: Part, more: Pick<OutboxRow, 'body' | 'media' | 'depends_on'>) =>
        this.#row(incident, { alertId, recipient, part, sequence: history.nextSequence, now }, more);
      const text = row('text', { body, media: null, depends_on: null });
      if (picture === undefined) return [text];
      const caption = shortened(incident.label, whatsAppLimits.caption);
      return [text, row('image', { body: caption, media: picture, depends_on: text.id })];
    });
    await this.#outbox.add(rows, now);
    metrics.count('events_sent_total', { channel });
    for (const row of rows) this.#tell(row, 'queued');
    this.#sender.wake();
    return { send: true, alertId };
  }

  #row(
    incident: Incident,
    place: { alertId: string; recipient: string; part: Part; sequence: number; now: number },
    content: Pick<OutboxRow, 'body' | 'media' | 'depends_on'>,
  ): OutboxRow {
    const { now } = place;
    const deadline = now + (deadlineMs[incident.severity] ?? 0);
    return {
      id: this.#options.newId(),
      alert_id: place.alertId,
      incident_id: incident.id,
      site: incident.site,
      area: incident.area,
      source: incident.source,
      reason: incident.reason,
      severity: incident.severity,
      channel,
      account: this.#options.account.id,
      recipient: place.recipient,
      part: place.part,
      sequence: place.sequence,
      ...content,
      media_id: null,
      state: 'queued',
      attempts: 0,
      // A reply becomes due when its text is accepted.
      next_at: content.depends_on === null ? now : deadline,
      deadline,
      provider_id: null,
      error_json: null,
      maybe_duplicate: 0,
      created_at: now,
      updated_at: now,
      accepted_at: null,
    };
  }

  /** A picture that WhatsApp would refuse is left out; the text never waits for it. */
  #sendable(image: Buffer | undefined): Buffer | undefined {
    if (image === undefined) return undefined;
    if (image.length <= whatsAppLimits.imageBytes && imageType(image) !== undefined) return image;
    this.#options.log.warn('The snapshot is left out of an alert: WhatsApp takes JPEG and PNG of up to 5 MB.');
    return undefined;
  }

  #tell(row: Outgoing, status: DeliveryStatus, error?: SentinelError): void {
    const delivery: Delivery = {
      v: 1,
      kind: 'delivery',
      site: row.site,
      area: row.area,
      source: row.source,
      capturedAt: this.#options.clock.now(),
      alertId: row.alert_id,
      incidentId: row.incident_id,
      channel: row.channel,
      part: row.part === 'image' ? 'image' : 'text',
      recipient: masked(row.recipient),
      status,
      attempts: row.attempts,
      ...(row.provider_id === null ? {} : { providerId: row.provider_id }),
      ...(error === undefined ? {} : { error: { name: error.name, message: error.message } }),
    };
    try {
      this.#onDelivery(delivery, error);
    } catch (thrown) {
      this.#options.log.error(`A delivery could not be passed on: ${String(thrown)}`);
    }
  }
}

function graphAccount({ baseUrl, graphVersion, phoneNumberId, accessToken }: WhatsAppAccount) {
  const fits =
    /^\d{1,32}$/.test(phoneNumberId) && /^v\d+\.\d+$/.test(graphVersion) && /^[\x21-\x7e]+$/.test(accessToken);
  if (fits) return { baseUrl: parseServiceUrl(baseUrl), graphVersion, phoneNumberId, accessToken };
  throw new SentinelError('ES_BAD_CONFIG', 'Phone number ID, Graph version or access token of WhatsApp is not valid.', {
    hint: 'The ID is digits only, the version looks like v26.0, and the token is one word.',
  });
}
