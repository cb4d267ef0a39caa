import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AlertAccount } from '../../src/alerting/alert-channel.ts';
import { ChannelAlerts } from '../../src/alerting/channel-alerts.ts';
import type { Delivery } from '../../src/contracts/messages.ts';
import { openDatabase } from '../../src/database/database.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { media, until } from './alert-desk.ts';
import { FastClock } from './fast-clock.ts';

export const channelPolicy = {
  ...{ node: 'node-1', minimumSeverity: 1, cooldownSeconds: 0, sendSnapshot: true, siteName: 'Kiosk' },
  template: '{severityWord} at {siteName}: {label}\n{incidentId}',
};

/** Alerts through one account, over real sockets and on a real database; time runs faster than it does. */
export async function channelDesk(t: TestContext, account: AlertAccount, factor = 50) {
  const log = new RecordingLog();
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log });
  const clock = new FastClock(factor);
  const deliveries: Delivery[] = [];
  const alerts = new ChannelAlerts(
    {
      ...{ account, media, clock, log, random: () => 0, newId: randomUUID },
      database: () => Promise.resolve(database),
      metrics: { count: () => undefined, observe: () => undefined },
    },
    (delivery) => deliveries.push(delivery),
    () => undefined,
  );
  t.after(async () => {
    await alerts.stop();
    await database.close();
  });
  await alerts.start();
  const rows = () => database.query.selectFrom('outbox').selectAll().orderBy('created_at').execute();
  return {
    alerts,
    clock,
    log,
    deliveries,
    rows,
    /** Waits until nothing is queued or on its way. */
    settled: () => until(async () => (await rows()).every(({ state }) => /accepted|failed|expired/.test(state))),
  };
}
