import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { startDemoCamera } from '../integration/demo-camera.ts';
import { requirement } from '../requirements.ts';
import { House } from './house.ts';
import { killUnderLoad } from './kill-under-load.ts';

describe('kill -9 of the whole Node-RED under load', { timeout: 400_000 }, () => {
  test('loses no alert that was taken, tears no evidence, leaves no lock, and the camera comes back', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const camera = await startDemoCamera();
    t.after(() => camera.stop());
    const house = await House.open(t, { camera: camera.url });
    await house.nextFrame();
    const result = await killUnderLoad(house, { kills: 3, random: seededRandom(20_261_121) });
    t.diagnostic(JSON.stringify(result));
    assert.equal(result.lost, 0);
    assert.ok(result.acknowledged >= 2);
    await house.nextFrame();
    assert.deepEqual((await house.steadyVitals()).children, ['ffmpeg']);
    house.assertCalm();
  });
});
