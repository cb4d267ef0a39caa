import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { CameraProcess } from '../hosts/camera-process.ts';
import { requirement } from '../requirements.ts';
import { House } from './house.ts';
import { leftNothing, recoverFromKills } from './recover-server.ts';

describe('a camera that is killed as by a power cut', { timeout: 400_000 }, () => {
  test('fifteen times: pictures come back each time, each loss is said once, and nothing is left behind', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const camera = await CameraProcess.start();
    t.after(() => camera.stop());
    const house = await House.open(t, { camera: camera.url });
    const result = await recoverFromKills(house, camera, { kills: 15, random: seededRandom(20_261_121) });
    t.diagnostic(JSON.stringify(result));
    assert.ok(leftNothing(result), JSON.stringify(result));
    assert.ok(
      house.statuses('eye').some((text) => text.includes('tries again')),
      house.statuses('eye').join(' | '),
    );
    assert.ok(house.errors().every((text) => text.includes('ES_CAMERA_')));
    house.assertCalm();
  });
});
