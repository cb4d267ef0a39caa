/**
 * Run as a process of its own by whatsapp-kill.test.ts: alerts one person who must be sent a template, and kills itself before the
 * given statement that would write something. Prints the incident once it is acknowledged, and ends when it was sent.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { KyselyPlugin } from 'kysely';
import { ChannelAlerts } from '../../src/alerting/channel-alerts.ts';
import { checkedAccount } from '../../src/alerting/channels/whatsapp/account.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { openDatabase } from '../../src/database/database.ts';
import { incident } from '../unit/alerting/incident.ts';
import { account, media, policy, silentPerson } from './alert-desk.ts';

const [folder = '', baseUrl = '', id = '', killBefore = ''] = process.argv.slice(2);
const log = { info: () => undefined, warn: console.error, error: console.error };
const database = await openDatabase(join(folder, 'sentinel.db'), { log });
let left = Infinity;
const killer: KyselyPlugin = {
  transformQuery: ({ node }) => {
    if (node.kind !== 'SelectQueryNode') left -= 1;
    if (left <= 0) process.kill(process.pid, 'SIGKILL');
    return node;
  },
  transformResult: ({ result }) => Promise.resolve(result),
};
const query = database.query.withPlugin(killer);
const killed = new Proxy(database, {
  get: (target, key) => {
    const value: unknown = key === 'query' ? query : Reflect.get(target, key, target);
    return typeof value === 'function' ? (value.bind(target) as unknown) : value;
  },
});
const sent = Promise.withResolvers<undefined>();
const alerts = new ChannelAlerts(
  {
    database: () => Promise.resolve(killed),
    clock: new SiteClock(),
    random: Math.random,
    log,
    metrics: { count: () => undefined, observe: () => undefined },
    newId: randomUUID,
    media,
    account: checkedAccount({ ...account, ...silentPerson, baseUrl }),
  },
  ({ status }) => {
    if (status === 'accepted') sent.resolve(undefined);
  },
  () => undefined,
);
await alerts.start();
left = Number(killBefore);
await alerts.alert(incident({ id, reason: id }), undefined, policy);
process.stdout.write(`${id}\n`);
await sent.promise;
left = Infinity;
await alerts.stop();
await database.close();
