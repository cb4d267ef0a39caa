import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { LogMel } from '../../../src/audio/log-mel.ts';
import { RowMemory } from '../../../src/audio/row-memory.ts';

const random = seededRandom(5);
const sound = Float32Array.from({ length: 200_000 }, () => random() - 0.5);
const windowAt = (start: number) => sound.slice(start, start + 15_600);

function alone(samples: Float32Array): Float32Array {
  const patch = new Float32Array(96 * 64);
  new LogMel().write(samples, patch);
  return patch;
}

/** What the memory makes of windows, one after the other, and how many rows it computed for each. */
function remembered(...windows: [source: string, start: number][]): number[] {
  const memory = new RowMemory();
  return windows.map(([source, start]) => {
    const before = memory.computed;
    const patch = new Float32Array(96 * 64);
    memory.write(source, windowAt(start), patch);
    assert.deepEqual(patch, alone(windowAt(start)), `${source} at ${start}`);
    return memory.computed - before;
  });
}

describe('log-mel rows of windows that overlap', () => {
  test('are computed once, at both hops, and are the same numbers to the bit', () => {
    const half = [0, 1, 2, 3].map((number): [string, number] => ['hall', number * 7680]);
    assert.deepEqual(remembered(...half), [96, 48, 48, 48]);
    const quarter = [0, 1, 2, 3].map((number): [string, number] => ['hall', number * 3840]);
    assert.deepEqual(remembered(...quarter), [96, 24, 24, 24]);
  });

  test('are computed anew after a gap, for another source, and where windows lie otherwise', () => {
    assert.deepEqual(remembered(['hall', 0], ['yard', 7680], ['hall', 7680], ['hall', 30_000], ['hall', 30_160]), [
      ...[96, 96, 48, 96, 96],
    ]);
  });

  test('the same window again, and a single other sample', () => {
    assert.deepEqual(remembered(['hall', 0], ['hall', 0], ['hall', 7680]), [96, 0, 48]);
    const memory = new RowMemory();
    const patch = new Float32Array(96 * 64);
    memory.write('hall', windowAt(0), patch);
    const changed = windowAt(7680);
    changed[100] = 0.9;
    memory.write('hall', changed, patch);
    assert.deepEqual(patch, alone(changed));
    assert.equal(memory.computed, 192);
  });

  test('have a bound: the source heard longest ago is forgotten', () => {
    const others = Array.from({ length: 64 }, (_, number): [string, number] => [`other ${number}`, 0]);
    const computed = remembered(['hall', 0], ...others, ['hall', 7680], ['other 63', 7680]);
    assert.deepEqual(computed.slice(-2), [96, 48]);
  });
});
