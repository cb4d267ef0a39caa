import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { WorkerHost } from '../../../src/inference/worker-host.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import type { Order } from './obedient-worker.ts';

function setUp(t: TestContext, worker = 'obedient-worker.ts') {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const file = resolve(import.meta.dirname, worker);
  const host = new WorkerHost<Order, string>({ name: 'test', file, clock, log });
  t.after(() => host.close());
  return { clock, log, host };
}

describe('worker host', () => {
  test('answers come back to their askers, in order, and leave no timer', async (t) => {
    const { clock, host } = setUp(t);
    const words = ['slow', 'quick', 'last'];
    const answers = words.map((repeat, index) => host.request({ repeat, after: 20 - 10 * index }));
    assert.deepEqual(await Promise.all(answers), words);
    assert.equal(clock.waiting, 0);
  });

  test('errors arrive with their name and hint, and the worker lives on', async (t) => {
    const { host } = setUp(t);
    await assert.rejects(host.request('refuse'), {
      name: 'ES_IMAGE_INVALID',
      message: 'No picture.',
      hint: 'Send one.',
    });
    await assert.rejects(host.request('stumble'), { name: 'ES_MODEL_FAILED', message: 'an inner failure' });
    assert.equal(await host.request({ repeat: 'well', after: 0 }), 'well');
  });

  test('the thread does not see the environment', async (t) => {
    const { host } = setUp(t);
    assert.ok(process.env.PATH !== undefined);
    assert.equal(await host.request('environment'), '{}');
  });

  const deaths = { die: /ended with code 3/, 'throw outside': /thrown where nobody catches/ } as const;
  for (const [order, why] of Object.entries(deaths)) {
    test(`a lost worker (${order}) fails its requests by name and is replaced after a pause`, async (t) => {
      const { clock, log, host } = setUp(t);
      const lost = host.request(order as Order);
      const behind = host.request({ repeat: 'never', after: 0 });
      await assert.rejects(lost, { name: 'ES_WORKER_LOST', message: why });
      await assert.rejects(behind, { name: 'ES_WORKER_LOST' });
      await assert.rejects(host.request({ repeat: 'too early', after: 0 }), { name: 'ES_WORKER_LOST' });
      clock.advance(1000);
      assert.equal(await host.request({ repeat: 'new', after: 0 }), 'new');
      assert.deepEqual(
        log.lines.map((line) => line.split(':')[0]),
        ['error', 'info'],
      );
    });
  }

  test('a worker that cannot start says why, is tried again with growing pauses, and is reported once', async (t) => {
    const { clock, log, host } = setUp(t, 'unwilling-worker.ts');
    const reason = { name: 'ES_MODEL_MISSING', message: 'There is no model.', hint: 'Add it.' };
    for (const pause of [1000, 2000, 4000]) {
      await assert.rejects(host.request({ repeat: '', after: 0 }), reason);
      clock.advance(pause - 1);
      await assert.rejects(host.request({ repeat: '', after: 0 }), reason);
      clock.advance(1);
    }
    assert.deepEqual(log.lines, ['error: ES_MODEL_MISSING: There is no model. Add it.']);
  });

  test('a worker that hangs is left behind and replaced', async (t) => {
    const { clock, host } = setUp(t);
    assert.equal(await host.request({ repeat: 'up', after: 0 }), 'up');
    const hung = host.request('hang');
    clock.advance(60_000);
    await assert.rejects(hung, { name: 'ES_WORKER_LOST', message: /did not answer/ });
    clock.advance(1000);
    assert.equal(await host.request({ repeat: 'new', after: 0 }), 'new');
  });

  test('workers that hang are given up in the end: each one may burn a core for ever', async (t) => {
    const { clock, host } = setUp(t);
    for (let time = 1; time <= 4; time++) {
      const hung = host.request('hang');
      clock.advance(60_000);
      await assert.rejects(hung, { message: /did not answer/ });
      clock.advance(60_000);
    }
    const refused = { name: 'ES_WORKER_LOST', message: /hung 4 times and is not started again/, hint: /deploy/ };
    await assert.rejects(host.request({ repeat: 'never', after: 0 }), refused);
    clock.advance(3_600_000);
    await assert.rejects(host.request({ repeat: 'never', after: 0 }), refused);
  });

  test('one that came round after all and ended does not count', async (t) => {
    const { clock, host } = setUp(t);
    for (let time = 1; time <= 5; time++) {
      assert.equal(await host.request({ repeat: 'up', after: 0 }), 'up');
      const late = host.request({ repeat: 'late', after: 20 });
      clock.advance(60_000);
      await assert.rejects(late, { message: /did not answer/ });
      clock.advance(60_000);
      await setTimeout(200);
    }
  });

  test('close lets what was asked be answered, then refuses', async (t) => {
    const { clock, host } = setUp(t);
    const asked = host.request({ repeat: 'done', after: 30 });
    await Promise.all([host.close(), host.close()]);
    assert.equal(await asked, 'done');
    await assert.rejects(host.request({ repeat: '', after: 0 }), { name: 'ES_WORKER_LOST', message: /closed/ });
    assert.equal(clock.waiting, 0);
  });

  test('close does not wait for ever', async (t) => {
    const { clock, host } = setUp(t);
    assert.equal(await host.request({ repeat: 'up', after: 0 }), 'up');
    const hung = host.request('hang');
    const closed = host.close();
    clock.advance(10_000);
    await closed;
    await assert.rejects(hung, { name: 'ES_WORKER_LOST', message: /did not end/ });
  });
});
