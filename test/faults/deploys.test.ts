import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { startDemoCamera } from '../integration/demo-camera.ts';
import { requirement } from '../requirements.ts';
import { deployAgainAndAgain } from './deploy-again.ts';
import { House } from './house.ts';

describe('partial deploys under load, with a live camera', { timeout: 400_000 }, () => {
  test('a hundred of them leave nothing behind and lose no alert', async (t) => {
    if (!requirement(t, process.platform === 'linux', 'Linux')) return;
    const camera = await startDemoCamera();
    t.after(() => camera.stop());
    const house = await House.open(t, { camera: camera.url });
    const result = await deployAgainAndAgain(house, { deploys: 100, random: seededRandom(20_261_121) });
    t.diagnostic(JSON.stringify(result));
    const { before, after } = result;
    assert.equal(result.lost, 0);
    assert.deepEqual(after.children, ['ffmpeg']);
    assert.ok(after.threads <= before.threads + 4, `threads: ${before.threads}, then ${after.threads}`);
    assert.ok(after.descriptors <= before.descriptors + 8, JSON.stringify(result.descriptors));
    assert.ok(after.rss <= before.rss + 150, `MB: ${before.rss}, then ${after.rss}`);
    assert.equal((await house.health()).status, 'ok');
    assert.ok((await house.health()).site.sources.length === 1, 'nobody who has gone is counted');
    house.assertCalm();
  });
});
