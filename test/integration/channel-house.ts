import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AlertAccount } from '../../src/alerting/alert-channel.ts';
import type { Answer } from '../../src/alerting/answer.ts';
import { ChannelAlerts } from '../../src/alerting/channel-alerts.ts';
import type { Person } from '../../src/alerting/people.ts';
import type { Delivery, Incident } from '../../src/contracts/messages.ts';
import type { SnoozeState } from '../../src/contracts/ports.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { acknowledgementsIn } from '../../src/evidence/acknowledgements.ts';
import { ManualClock } from '../unit/manual-clock.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { media, until } from './alert-desk.ts';

/** Alerts of some channels on one real database, with a clock turned by hand and providers that a test answers for. */
export class ChannelHouse {
  readonly clock: ManualClock;
  readonly sent: string[] = [];
  /** What was sent. */
  readonly bodies: string[] = [];
  readonly deliveries: Delivery[] = [];
  readonly incidents: (Incident | undefined)[] = [];
  answer: (channel: string, recipient: string) => Answer = () => ({ result: 'ok', id: 'p' });
  readonly #log = new RecordingLog();
  readonly #file: string;
  #database: Database | undefined;
  #alerts: ChannelAlerts[] = [];

  /** @param startAt epoch ms */
  constructor(t: TestContext, startAt?: number) {
    this.clock = new ManualClock(startAt);
    this.#file = join(temporaryFolder(t), 'sentinel.db');
    t.after(() => this.close());
  }

  async database(): Promise<Database> {
    return (this.#database ??= await openDatabase(this.#file, { log: this.#log }));
  }

  async close(): Promise<void> {
    for (const alerts of this.#alerts) await alerts.stop();
    this.#alerts = [];
    await this.#database?.close();
    this.#database = undefined;
  }

  async open(id: string, people: readonly (string | Person)[], snooze?: SnoozeState): Promise<ChannelAlerts> {
    const account: AlertAccount = {
      ...{
        id,
        people: people.map((person) => (typeof person === 'string' ? { address: person } : person)),
        kind: { id, name: id, form: { text: 500 } },
      },
      open: () => ({
        ruleFor: () => ({ action: 'give-up', name: 'ES_CHANNEL_RECIPIENT', says: 'No.' }),
        send: ({ recipient, body }) => {
          this.sent.push(`${id} ${recipient}`);
          this.bodies.push(body);
          return Promise.resolve(this.answer(id, recipient));
        },
      }),
    };
    const alerts = new ChannelAlerts(
      {
        ...{ account, media, clock: this.clock, log: this.#log, random: () => 0, newId: randomUUID },
        metrics: { count: () => undefined, observe: () => undefined },
        database: () => this.database(),
        place: () => ({ siteName: 'Kiosk', timeZone: 'Europe/Berlin' }),
        ...(snooze && { snooze }),
        acknowledgements: acknowledgementsIn(async () => (await this.database()).query),
      },
      (delivery, _node, more) => {
        this.deliveries.push(delivery);
        if (delivery.error !== undefined) this.incidents.push(more.incident);
      },
      () => undefined,
    );
    this.#alerts.push(alerts);
    await alerts.start();
    return alerts;
  }

  /** Time passes in steps, so that what falls due has its turn. @param timers that others have set, before and after */
  async pass(seconds: number, timers = 0): Promise<void> {
    await this.quiet(timers);
    this.clock.advance(seconds * 1000);
    await this.quiet(timers);
  }

  /** Nothing is due, and every sender that has something to wait for waits. @param timers that others have set */
  async quiet(timers = 0): Promise<void> {
    const { query } = await this.database();
    const waiting = query.selectFrom('outbox').where('state', 'in', ['queued', 'unknown', 'sending']);
    await until(async () => {
      const due = await waiting.select('id').where('next_at', '<=', this.clock.now()).execute();
      const accounts = await waiting.select('account').distinct().execute();
      return due.length === 0 && this.clock.waiting === accounts.length + timers;
    });
  }

  async states(): Promise<string[]> {
    const { query } = await this.database();
    const rows = await query.selectFrom('outbox').selectAll().orderBy('account').orderBy('next_at').execute();
    return rows.map(({ account, recipient, state }) => `${account} ${recipient} ${state}`);
  }

  async acknowledge(by = 'anna', incidentId = 'incident-1'): Promise<void> {
    const { query } = await this.database();
    await query
      .insertInto('reviews')
      .values({
        id: randomUUID(),
        incident_id: incidentId,
        action: 'acknowledge',
        by,
        note: null,
        created_at: this.clock.now(),
      })
      .execute();
  }
}
