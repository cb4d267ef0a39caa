import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { ChannelAlerts } from '../../src/alerting/channel-alerts.ts';
import { checkedAccount } from '../../src/alerting/channels/whatsapp/account.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { openDatabase } from '../../src/database/database.ts';
import { account, media, phoneNumberId, policy, token } from '../integration/alert-desk.ts';
import { incident } from '../unit/alerting/incident.ts';

const alerts = 300;
/** One person each, so that the limit of WhatsApp for one person is not what is measured. */
const accounts = 15;

/**
 * From the start of an incident, as it comes to the node that alerts, to its first request on the wire, one incident after the other:
 * what a night has that is not a storm. Every alert is written down with an fsync before it is sent; the baseline is the bare
 * request to the same place.
 */
export default async function firstRequest(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'echosight-first-request-'));
  const sandbox = await startSandbox({ port: 0, token, phoneNumberId, latencyMs: 0 });
  const log = { info: () => undefined, warn: console.error, error: console.error };
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  const desks = Array.from({ length: accounts }, (_, index) => {
    const recipients = [`+4917012345${String(index).padStart(2, '0')}`];
    return new ChannelAlerts(
      {
        ...{ clock: new SiteClock(), random: Math.random, log, newId: randomUUID, media },
        database: () => Promise.resolve(database),
        metrics: { count: () => undefined, observe: () => undefined },
        account: checkedAccount({ ...account, id: `account-${index}`, recipients, baseUrl: sandbox.url }),
      },
      () => undefined,
      () => undefined,
    );
  });
  let arrived = (): void => undefined;
  sandbox.onMessage(() => {
    arrived();
  });
  try {
    await Promise.all(desks.map((desk) => desk.start()));
    const waits: number[] = [];
    const bare: number[] = [];
    for (let index = 0; index < alerts; index += 1) {
      const came = new Promise<void>((resolve) => (arrived = resolve));
      const from = performance.now();
      await desks[index % accounts]?.alert(incident({ id: `i${index}`, reason: `r${index}` }), undefined, policy);
      await came;
      waits.push(performance.now() - from);
      const asked = performance.now();
      await (await fetch(`${sandbox.url}/`)).arrayBuffer();
      bare.push(performance.now() - asked);
    }
    // The first opens the connection and prepares the statements.
    return { alerts, ...spread('', waits.slice(accounts)), ...spread('bare_', bare.slice(accounts)) };
  } finally {
    await Promise.all(desks.map((desk) => desk.stop()));
    await database.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function spread(name: string, times: number[]): Record<string, number> {
  times.sort((one, other) => one - other);
  const share = (part: number): number => Number((times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(1));
  return { [`${name}p50_ms`]: share(0.5), [`${name}p95_ms`]: share(0.95) };
}
