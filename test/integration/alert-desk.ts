import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { checkedAccount, type WhatsAppAccount } from '../../src/alerting/channels/whatsapp/account.ts';
import type { Button, MessageWindows } from '../../src/alerting/alert-channel.ts';
import { ChannelAlerts } from '../../src/alerting/channel-alerts.ts';
import type { Delivery } from '../../src/contracts/messages.ts';
import type { PhoneMedia } from '../../src/contracts/ports.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import type { OutboxRow } from '../../src/database/tables.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { FastClock } from './fast-clock.ts';

export const token = 'EAAcanary0123456789secret';
export const phoneNumberId = '100000000000001';

export const account: WhatsAppAccount = {
  id: 'account-1',
  phoneNumberId,
  recipients: ['+49 170 1234567', '+44 7700 900123'],
  graphVersion: 'v26.0',
  baseUrl: 'http://127.0.0.1:9',
  accessToken: token,
};

/** Of an account whose one person has not written for a day: it must send a template. */
export const silentPerson = {
  recipients: ['+49 170 1234567'],
  templates: [
    { ...{ name: 'echosight_alert', languages: ['en'], parameters: ['{text}'] }, header: false, buttons: false },
  ],
};

/** The smallest thing that passes for a JPEG. */
export const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(64)]);

export const policy = {
  node: 'node-1',
  minimumSeverity: 1,
  cooldownSeconds: 60,
  template: '{label} ({incidentId})',
  sendSnapshot: true,
  siteName: 'Kiosk',
};

/** Passes for what ffmpeg would make. */
export const media: PhoneMedia = {
  voiceNote: (samples) => Promise.resolve(Buffer.from(`OggS OpusHead ${samples.length}`)),
  video: (clip) => Promise.resolve(clip),
};

/** Alerts against a sandbox over real HTTP, on a real database, with everything they say recorded. */
export interface AlertDesk {
  alerts: ChannelAlerts;
  sandbox: Sandbox;
  database: Database;
  clock: FastClock;
  log: RecordingLog;
  deliveries: Delivery[];
  /** Errors that were worth a report. */
  errors: Error[];
  /** How the database came and went: ES_DATABASE, ok. */
  storage: string[];
  /** Names of what was counted, in order. */
  counted: string[];
  /** Statuses of a part in the order they came. */
  statuses: (part: Delivery['part']) => string[];
  rows: () => Promise<OutboxRow[]>;
  /** Waits until no message is queued or on its way. */
  settled: () => Promise<void>;
}

/** @param options `factor`: how much faster than real time the clock of the alerts runs; default 50. */
export async function alertDesk(
  t: TestContext,
  changes: Partial<WhatsAppAccount> = {},
  options: {
    factor?: number;
    folder?: string;
    latencyMs?: number;
    wrap?: (database: Database) => Database;
    media?: PhoneMedia;
    receipts?: boolean;
    windows?: MessageWindows;
    place?: () => { siteName: string; timeZone: string };
    buttons?: () => Promise<readonly Button[]>;
  } = {},
): Promise<AlertDesk> {
  const { factor = 50, folder = temporaryFolder(t), latencyMs = 5 } = options;
  const sandbox = await startSandbox({ port: 0, token, phoneNumberId, latencyMs });
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  let stop = () => Promise.resolve();
  t.after(async () => {
    await stop();
    await database.close();
    await sandbox.close();
  });
  const clock = new FastClock(factor);
  const deliveries: Delivery[] = [];
  const errors: Error[] = [];
  const storage: string[] = [];
  const counted: string[] = [];
  const alerts = new ChannelAlerts(
    {
      database: () => Promise.resolve(options.wrap?.(database) ?? database),
      clock,
      log,
      random: () => 0,
      metrics: {
        count: (name, _labels, by = 1) => {
          if (by > 0) counted.push(name);
        },
        observe: () => undefined,
      },
      newId: randomUUID,
      media: options.media ?? media,
      receipts: () => options.receipts === true,
      ...(options.windows && { windows: options.windows }),
      ...(options.place && { place: options.place }),
      ...(options.buttons && { buttons: options.buttons }),
      account: checkedAccount({ ...account, recipients: ['+49 170 1234567'], baseUrl: sandbox.url, ...changes }),
    },
    (delivery, _node, { error }) => {
      deliveries.push(delivery);
      if (error !== undefined) errors.push(error);
    },
    (error) => storage.push(error?.name ?? 'ok'),
  );
  stop = () => alerts.stop();
  const rows = () => database.query.selectFrom('outbox').selectAll().orderBy('created_at').execute();
  return {
    alerts,
    sandbox,
    database,
    clock,
    log,
    deliveries,
    errors,
    storage,
    counted,
    rows,
    statuses: (part) => deliveries.filter((delivery) => delivery.part === part).map(({ status }) => status),
    settled: () =>
      until(async () => (await rows()).every(({ state }) => /accepted|failed|expired|cancelled/.test(state))),
  };
}

/** Waits until something holds, for at most a minute. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('this never came to be');
    await pause(10);
  }
}
