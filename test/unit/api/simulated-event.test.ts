import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { followAlert } from '../../../src/api/older/followed-alert.ts';
import { simulateEvent } from '../../../src/api/older/simulated-event.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import type { AlertOutcome } from '../../../src/contracts/alert-outcomes.ts';
import { Site } from '../../../src/site/site.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('an event of a test is sent to those who alert only where that is asked for', async (t) => {
  const site = new Site({ id: 'home', name: 'Home', folder: temporaryFolder(t) }, new RecordingLog());
  t.after(() => site.close());
  const where = { v: 1, kind: 'stream-status', site: 'home', area: 'hall', source: 'door', capturedAt: 1 } as const;
  site.health.source('n', 'camera', { ...where, status: 'connected', detail: '', attempt: 0 });
  const simulate = (alert: boolean) => simulateEvent([site], 'door', { scope: {}, alert, waitMs: 0 });
  await assert.rejects(simulate(true), /No evidence-store node/);
  const sent: Incident[] = [];
  site.simulated.add(({ payload }) => sent.push(payload));
  const { id: quiet, alert: nothing } = await simulate(false);
  assert.equal(nothing, undefined);
  assert.equal(sent.length, 0);
  const { id: told, alert } = await simulate(true);
  // Nothing here alerts.
  assert.deepEqual(alert, { settled: false, messages: [] });
  assert.deepEqual(
    sent.map(({ id, phase, severity, endedAt }) => [id, phase, severity, endedAt === undefined]),
    [
      [told, 'start', 2, true],
      [told, 'end', 2, false],
    ],
  );
  assert.match(sent[0]?.explanation.join() ?? '', /This is a test/);
  const store = await site.evidence();
  assert.deepEqual(
    [(await store.summary(quiet, 'listed'))?.severity, (await store.summary(told, 'listed'))?.severity],
    [1, 2],
  );
});

describe('an alert that is followed', () => {
  const message = (state: AlertOutcome['state'], more: Partial<AlertOutcome> = {}): AlertOutcome => ({
    ...{ channel: 'sms', recipient: '***001', part: 'text', state, attempts: 1, updatedAt: 1, ...more },
  });

  /** @param steps from how many ms on there is what */
  async function follow(steps: readonly (readonly [number, AlertOutcome[]])[], waitMs = 10_000) {
    const clock = new ManualClock(1_000_000);
    const begun = clock.now();
    const pause = (ms: number): Promise<void> => {
      clock.advance(ms);
      return Promise.resolve();
    };
    const outcomes = (): Promise<AlertOutcome[]> =>
      Promise.resolve(steps.findLast(([at]) => clock.now() - begun >= at)?.[1] ?? []);
    const { settled, messages } = await followAlert({ outcomes, clock, waitMs, pause });
    return [settled, messages.map(({ channel, state }) => `${channel} ${state}`), clock.now() - begun];
  }

  test('is told when all of it is over, also of a channel that comes later than another', async () => {
    const [sms, mail] = [message('accepted'), message('failed', { channel: 'email' })];
    const steps = [
      [500, [message('sending')]],
      [1000, [sms]],
      [2000, [sms, { ...mail, state: 'queued' }]],
      [3000, [sms, mail]],
    ] as const;
    assert.deepEqual(await follow(steps.map(([at, said]) => [at, [...said]])), [
      ...[true, ['sms accepted', 'email failed'], 4500],
    ]);
  });

  test('does not wait for whose turn is later, and says so where the wait was not enough', async () => {
    const later = message('queued', { startsAt: 1_000_000 + 60_000 });
    assert.deepEqual(await follow([[0, [message('accepted'), later]]]), [true, ['sms accepted', 'sms queued'], 1500]);
    assert.deepEqual(await follow([[0, [message('queued')]]], 3000), [false, ['sms queued'], 3000]);
    assert.deepEqual(await follow([], 3000), [false, [], 3000]);
  });
});
