import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { CameraProcess } from '../hosts/camera-process.ts';
import { requirement } from '../requirements.ts';
import { House } from './house.ts';
import { commands, nothingLeft, startAndStop } from './start-and-stop.ts';

describe('a camera that is started and stopped again and again', { timeout: 400_000 }, () => {
  test('in each phase of its connection: nothing is left of it, and the next time it works', async (t) => {
    if (!requirement(t, process.platform === 'linux', '/proc')) return;
    const camera = await CameraProcess.start();
    t.after(() => camera.stop());
    const house = await House.open(t, { camera: camera.url, more: commands });
    const result = await startAndStop(house, camera, { cycles: 45, random: seededRandom(20_261_121) });
    t.diagnostic(JSON.stringify(result));
    assert.ok(nothingLeft(result) && result.rss_growth_mb <= 150, JSON.stringify(result));
    house.assertCalm();
  });
});
