import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import type { Picture } from '../../../src/contracts/ports.ts';
import { FrameDifference } from '../../../src/vision/motion.ts';
import { drawnFrame } from './drawn-picture.ts';

function noisy(level: number, seed: number): Picture {
  const random = seededRandom(seed);
  const bytes = Uint8Array.from({ length: 320 * 180 * 3 }, () => level + 12 * (random() - 0.5));
  return { bytes, encoding: 'rgb24', width: 320, height: 180 };
}

describe('frame difference', () => {
  test('the first picture and sensor noise are no motion, a change of everything is', () => {
    const motion = new FrameDifference();
    assert.equal(motion.score('hall', noisy(100, 1)), 0);
    assert.equal(motion.score('hall', noisy(100, 2)), 0);
    assert.equal(motion.score('hall', noisy(140, 3)), 1);
  });

  test('a figure that takes a step moves a few per cent of the picture', async () => {
    const motion = new FrameDifference();
    motion.score('hall', await drawnFrame(300));
    const share = motion.score('hall', await drawnFrame(340));
    assert.ok(share > 0.01 && share < 0.2, `share ${share}`);
  });

  test('sources are apart, and a new size starts anew', () => {
    const motion = new FrameDifference();
    motion.score('hall', noisy(100, 1));
    assert.equal(motion.score('door', noisy(200, 2)), 0);
    const smaller: Picture = { bytes: Buffer.alloc(90 * 60 * 3), encoding: 'rgb24', width: 90, height: 60 };
    assert.equal(motion.score('hall', smaller), 0);
  });

  test('encoded pictures are refused', () => {
    const encoded: Picture = { bytes: Buffer.alloc(9), encoding: 'jpeg', width: 9, height: 9 };
    assert.throws(() => new FrameDifference().score('hall', encoded), { name: 'ES_BAD_INPUT' });
  });
});
