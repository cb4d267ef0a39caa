import assert from 'node:assert/strict';
import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CameraRing } from '../../src/media/ring/camera-ring.ts';
import { requirement } from '../requirements.ts';
import { keepCamera } from './kept-camera.ts';

const all = (ring: CameraRing) => ring.hold(-Infinity, Infinity).segments;

describe('the ring of a live camera', { timeout: 300_000 }, () => {
  test('holds segments of a second without a gap, dated as the frames are, and one that grows', async (t) => {
    const { ring, receiver, clock } = await keepCamera(t);
    await receiver.until(() => all(ring).length >= 5, 'five segments');
    const segments = all(ring);
    assert.ok(segments.every(({ file }) => existsSync(file)));
    assert.equal(segments.at(-1)?.open, true);
    for (const [n, { from }] of segments.slice(1).entries()) {
      assert.ok(Math.abs(from - (segments[n]?.to ?? 0)) < 250, 'the next begins where one ends');
    }
    const newest = receiver.frames.at(-1)?.capturedAt ?? 0;
    const upTo = clock.now() - clock.monotonic() + (segments.at(-1)?.to ?? 0);
    assert.ok(Math.abs(newest - upTo) < 500, `the ring ends ${newest - upTo} ms from the newest frame`);
  });

  test('goes on with the next connection, and leaves nothing at the end', async (t) => {
    const { ring, receiver, relay, ingest, base } = await keepCamera(t);
    await receiver.until(() => all(ring).length >= 3, 'three segments');
    const before = all(ring)[0]?.file ?? '';
    relay.kick();
    const folders = () => new Set(all(ring).map(({ file }) => dirname(file)));
    await receiver.until(() => folders().size === 2, 'segments of two connections');
    assert.ok(existsSync(before));
    await ingest.stop();
    await ring.close();
    assert.deepEqual(readdirSync(base), []);
  });

  test('ends alone when its folder cannot be written: the frames do not notice', async (t) => {
    if (!requirement(t, existsSync('/dev/full'), '/dev/full')) return;
    // A device that is always full, where the fourth segment should go.
    const { ring, receiver, log } = await keepCamera(t);
    await receiver.until(() => all(ring).length >= 2, 'two segments');
    const folder = dirname(all(ring)[0]?.file ?? '');
    const next = all(ring).length + 2;
    symlinkSync('/dev/full', join(folder, `s${String(next).padStart(3, '0')}.ts`));
    await receiver.until(() => log.lines.some((line) => line.includes('No space left')), 'the loss is told');
    const [frames, states] = [receiver.frames.length, receiver.states.length];
    await sleep(2500);
    assert.ok(receiver.frames.length - frames >= 8, 'frames go on');
    assert.equal(receiver.states.length, states, 'the connection is the same');
    assert.equal(log.lines.filter((line) => line.includes('Camera yard')).length, 1);
  });
});
