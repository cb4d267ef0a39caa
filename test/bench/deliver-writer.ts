/**
 * Run as a process of its own by the bench `deliver`: alerts by several accounts of one database until it is killed, or,
 * told to finish, until nothing waits.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ChannelAlerts } from '../../src/alerting/channel-alerts.ts';
import { checkedAccount } from '../../src/alerting/channels/whatsapp/account.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { openDatabase } from '../../src/database/database.ts';
import { account, media, policy } from '../integration/alert-desk.ts';
import { incident } from '../unit/alerting/incident.ts';

const [folder = '', baseUrl = '', prefix = '', alertCount = '0', accounts = '1'] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined, error: console.error };
const database = await openDatabase(join(folder, 'sentinel.db'), { log });
const desks = Array.from({ length: Number(accounts) }, (_, index) => {
  const recipients = [`+4917012345${String(index).padStart(2, '0')}`];
  return new ChannelAlerts(
    {
      ...{ clock: new SiteClock(), random: Math.random, log, newId: randomUUID, media },
      database: () => Promise.resolve(database),
      metrics: { count: () => undefined, observe: () => undefined },
      account: checkedAccount({ ...account, id: `account-${index}`, recipients, baseUrl }),
    },
    () => undefined,
    () => undefined,
  );
});
await Promise.all(desks.map((desk) => desk.start()));
for (let index = 0; index < Number(alertCount); index += 1) {
  const id = `${prefix}-${index}`;
  await desks[index % desks.length]?.alert(incident({ id, reason: id }), undefined, policy);
  process.stdout.write(`${id}\n`);
}
if (Number(alertCount) > 0) await pause(600_000);
for (;;) {
  const left = await database.query
    .selectFrom('outbox')
    .select('id')
    .where('state', 'in', ['queued', 'unknown', 'sending'])
    .execute();
  if (left.length === 0) break;
  process.stderr.write(`${left.length} messages wait\n`);
  await pause(2_000);
}
await Promise.all(desks.map((desk) => desk.stop()));
await database.close();
