/**
 * Run as a process of its own by whatsapp-kill.test.ts: alerts to a sandbox until somebody kills it.
 * Prints the id of every incident whose alert was acknowledged.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ChannelAlerts } from '../../src/alerting/channel-alerts.ts';
import { checkedAccount } from '../../src/alerting/channels/whatsapp/account.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { openDatabase } from '../../src/database/database.ts';
import { incident } from '../unit/alerting/incident.ts';
import { account, jpeg, media, policy } from './alert-desk.ts';

const [folder = '', baseUrl = '', prefix = '', alertCount = ''] = process.argv.slice(2);
const log = { info: console.error, warn: console.error, error: console.error };
const database = await openDatabase(join(folder, 'sentinel.db'), { log: { ...log, info: () => undefined } });
const alerts = new ChannelAlerts(
  {
    database: () => Promise.resolve(database),
    clock: new SiteClock(),
    random: Math.random,
    log: { ...log, info: () => undefined },
    metrics: { count: () => undefined, observe: () => undefined },
    newId: randomUUID,
    media,
    account: checkedAccount({ ...account, baseUrl }),
  },
  () => undefined,
  () => undefined,
);
await alerts.start();
for (let index = 0; index < Number(alertCount); index += 1) {
  const id = `${prefix}-${index}`;
  await alerts.alert(incident({ id, reason: id }), jpeg, policy);
  process.stdout.write(`${id}\n`);
}
process.stdout.write('all written\n');
await pause(60_000);
