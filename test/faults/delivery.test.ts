import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../scripts/demo/whatsapp-sandbox.ts';
import { requirement } from '../requirements.ts';
import { House } from './house.ts';
import { until } from './vitals.ts';

describe('WhatsApp fails while alerts are due', { timeout: 400_000 }, () => {
  test('it is gone and comes back: every alert arrives, and until then they wait where everybody can see it', async (t) => {
    const house = await House.open(t);
    await until(() => house.statuses('tell').length > 0, 'a Status node hears the first status');
    const ids = [await house.alarm()];
    await house.arrived(ids);
    await house.whatsApp.goAway();
    for (let alarm = 0; alarm < 10; alarm += 1) ids.push(await house.alarm());
    await until(async () => (await house.health()).site.outbox.queued >= 10, 'they wait in the outbox');
    await sleep(1500);
    await house.whatsApp.comeBack();
    const duplicates = await house.arrived(ids);
    await until(async () => (await house.health()).site.outbox.queued === 0, 'the outbox is empty');
    t.diagnostic(`${ids.length} alerts, ${duplicates} twice`);
    assert.equal(duplicates, 0, 'a refused connection is no reason to send twice');
    const last = new Map(house.deliveries().map(({ incidentId, status }) => [incidentId, status]));
    for (const id of ids) assert.equal(last.get(id), 'accepted');
    house.assertCalm();
  });

  const faults: Record<string, Fault[]> = {
    'answers 500 and 503': [{ status: 500 }, { status: 503 }, { status: 500 }],
    'is asked too often': [{ code: 130429 }, { status: 429, retryAfterSeconds: 1 }],
    'hangs up before it took the message': [
      { answer: 'cut', arrived: false },
      { answer: 'cut', arrived: false },
    ],
    'hangs up after it took the message': [{ answer: 'cut', arrived: true }],
    'takes no picture': [
      { on: 'media', status: 500 },
      { on: 'media', answer: 'cut', arrived: false },
    ],
  };
  for (const [how, list] of Object.entries(faults)) {
    test(`it ${how}: every alert arrives, at most once more than it was cut off`, async (t) => {
      const house = await House.open(t);
      house.whatsApp.fail(...list);
      const ids = [];
      for (let alarm = 0; alarm < 4; alarm += 1) ids.push(await house.alarm());
      const duplicates = await house.arrived(ids, 100_000);
      const unsure = list.filter((fault) => 'answer' in fault && fault.arrived).length;
      assert.ok(duplicates <= unsure, `${duplicates} duplicates`);
      await until(() => house.messages.filter(({ type }) => type === 'image').length >= 4, 'the pictures follow');
      const metrics = await (await fetch(`${house.host.url}/echosight/metrics`)).text();
      const counted = /^alerts_maybe_duplicate_total\{[^}]*\} (\d+)/m.exec(metrics)?.[1] ?? '0';
      assert.ok(Number(counted) >= duplicates, 'what may have come twice is counted');
      house.assertCalm();
    });
  }

  test('it goes away and comes back again and again under load', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const house = await House.open(t);
    const ids: string[] = [];
    const before = house.vitals();
    for (let round = 0; round < 3; round += 1) {
      for (let alarm = 0; alarm < 3; alarm += 1) ids.push(await house.alarm());
      await sleep(100);
      await house.whatsApp.goAway();
      for (let alarm = 0; alarm < 3; alarm += 1) ids.push(await house.alarm());
      await sleep(300);
      await house.whatsApp.comeBack();
    }
    const duplicates = await house.arrived(ids);
    t.diagnostic(`${ids.length} alerts, ${duplicates} twice`);
    await until(async () => (await house.health()).site.outbox.queued === 0, 'the outbox is empty');
    await until(() => house.vitals().descriptors <= before.descriptors + 12, 'connections are closed');
    house.assertCalm();
  });
});
