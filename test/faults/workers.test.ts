import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { audioThreads, visionThreads } from '../../src/site/model-pools.ts';
import { startDemoCamera } from '../integration/demo-camera.ts';
import { requirement } from '../requirements.ts';
import { House } from './house.ts';
import { InspectedWorkers } from './inspected-workers.ts';
import { until } from './vitals.ts';

/** A small heap, so that a thread that eats memory soon has none left. */
const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0 --max-old-space-size=300' };

/** Each strikes between two pieces of work, as real ones do: ending a thread within a native call aborts the process. */
const deaths = {
  'throws where nobody catches': 'setTimeout(() => { throw new Error("struck"); }, 0)',
  'ends by itself': 'setTimeout(() => process.exit(3), 0)',
  'runs out of memory': 'setTimeout(() => { const hog = []; for (;;) hog.push(new Array(100_000).fill({})); }, 0)',
} as const;

describe('a model whose worker thread dies', { timeout: 400_000 }, () => {
  const models = [
    {
      file: 'vision.js',
      probe: 'seen',
      node: 'look',
      cue: 'detector-down',
      found: 'detections',
      threads: visionThreads(),
    },
    {
      file: 'audio.js',
      probe: 'heard',
      node: 'listen',
      cue: 'classifier-down',
      found: 'audio-scores',
      threads: audioThreads(),
    },
  ];
  for (const { file, probe, node, cue, found, threads } of models) {
    const end = threads > 1 ? 'and another thread goes on' : 'a cue says that nobody looks, and a new thread goes on';
    test(`${file}: the loss is told once, ${end}`, async (t) => {
      if (!requirement(t, process.platform === 'linux', 'Linux')) return;
      const camera = await startDemoCamera();
      t.after(() => camera.stop());
      const house = await House.open(t, { camera: camera.url, env });
      const workers = await InspectedWorkers.connect(() => house.host.log);
      t.after(() => {
        workers.close();
      });
      const payloads = () => house.host.messages(probe).map(({ payload }) => payload as { kind: string; cue?: string });
      const count = (kind: string) => payloads().filter((payload) => payload.kind === kind).length;
      await until(() => count(found) > 2, 'the model runs');
      await sleep(1000);
      const before = house.vitals();
      for (const [index, [how, code]] of Object.entries(deaths).entries()) {
        const cues = count('cue');
        await workers.strike(file, code);
        const lost = (): number => house.host.log.split('ES_WORKER_LOST').length - 1;
        if (threads === 1) {
          await until(() => count('cue') > cues, `the cue after it ${how}`);
          assert.equal(payloads().find(({ kind }) => kind === 'cue')?.cue, cue);
          assert.equal((await house.health()).status, 'degraded', how);
        } else {
          await until(() => lost() > index, `the log after it ${how}`);
        }
        const answered = count(found);
        await until(() => count(found) > answered + 2, `it works again after it ${how}`);
        assert.equal((await house.health()).status, 'ok');
        const errors = house.errors();
        if (threads === 1) assert.equal(errors.length, index + 1, errors.join('\n'));
        for (const error of errors) assert.match(error, /ES_WORKER_LOST/);
      }
      if (threads === 1) assert.ok(house.statuses(node).some((text) => text.includes('worker')));
      await until(() => house.vitals().threads <= before.threads + 2, 'no thread is left over');
      assert.ok(house.vitals().descriptors <= before.descriptors + 4);
      const ids = [await house.alarm()];
      await house.arrived(ids);
    });
  }

  test('database.js: the alert of that moment is sent all the same, and the next thread has what came before', async (t) => {
    const house = await House.open(t, { env });
    const workers = await InspectedWorkers.connect(() => house.host.log);
    t.after(() => {
      workers.close();
    });
    const ids = [await house.alarm()];
    await house.arrived(ids);
    for (const code of Object.values(deaths)) {
      await workers.strike('database.js', code);
      for (let alarm = 0; alarm < 3; alarm += 1) ids.push(await house.alarm());
      await house.arrived(ids);
    }
    await until(async () => (await house.health()).status === 'ok', 'the health is well again', 90_000);
    await until(async () => (await house.health()).site.outbox.queued === 0, 'the outbox is empty');
    await house.host.kill();
    await house.restart();
    ids.push(await house.alarm());
    assert.equal(await house.arrived(ids), 0, 'everything was written down');
  });
});
