import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { LatePictures } from '../../../src/media/late-pictures.ts';
import { Renewals } from '../../../src/media/renewals.ts';
import { ManualClock } from '../manual-clock.ts';

function watched(isBehind: () => boolean | undefined = () => true) {
  const clock = new ManualClock();
  const told: (number | undefined)[] = [];
  const hopeless: number[] = [];
  let [at, asked] = [0, 0];
  const late = new LatePictures({
    clock,
    isBehind: () => {
      asked += 1;
      return Promise.resolve(isBehind());
    },
    tell: (seconds) => told.push(seconds),
    hopeless: (seconds) => hopeless.push(seconds),
  });
  /** So many seconds of a machine that does so much of its work. */
  const run = async (seconds: number, speed: number): Promise<void> => {
    for (let picture = 0; picture < seconds * 5; picture += 1) {
      at += 200 * speed;
      clock.advance(200);
      late.push(at);
      await settle();
    }
  };
  return { late, told, hopeless, run, asked: () => asked };
}

describe('pictures that come late', () => {
  test('are not worth a word where a machine keeps up, and capture times stay as they are', async () => {
    const { late, told, run, asked } = watched();
    await run(60, 1);
    assert.deepEqual([told, asked(), late.correctionMs], [[], 0, 0]);
  });

  test('are told of from two seconds on, by steps of two, and once when they are in time again', async () => {
    const { late, told, hopeless, run } = watched();
    await run(10, 1);
    await run(10, 0.5);
    assert.deepEqual(told, [2, 4]);
    assert.ok(Math.abs(late.correctionMs - 4750) < 100, `${late.correctionMs} ms`);
    await run(20, 1);
    assert.deepEqual(told, [2, 4], 'once');
    await run(10, 2);
    assert.deepEqual([told.at(-1), told.length, late.ms], [undefined, 4, 0]);
    assert.deepEqual(hopeless, []);
  });

  test('are hopeless from eight seconds on', async () => {
    const { hopeless, run } = watched();
    await run(17, 0.5);
    assert.ok(hopeless.length > 0 && hopeless[0] === 8, String(hopeless));
  });

  test('are believed to be late where nobody can tell what waits', async () => {
    const { told, run } = watched(() => undefined);
    await run(6, 0.5);
    assert.deepEqual(told, [2]);
  });

  test('are those of a camera with a wrong time line where nothing waits: nothing is said, and after a while nothing asked', async () => {
    const { late, told, hopeless, run, asked } = watched(() => false);
    await run(120, 0.5);
    assert.deepEqual([told, hopeless, asked(), late.ms], [[], [], 3, 0]);
  });

  test('are taken back when nothing waits any more', async () => {
    let behind = true;
    const { told, run } = watched(() => behind);
    await run(6, 0.5);
    behind = false;
    await run(6, 0.5);
    assert.deepEqual(told.slice(0, 2), [2, undefined]);
  });
});

test('a camera is connected anew at most once a minute for being late, and by each reason on its own', () => {
  const clock = new ManualClock();
  const renewals = new Renewals(clock);
  assert.ok(renewals.take('late'));
  assert.ok(renewals.take('size'));
  clock.advance(10_000);
  assert.ok(!renewals.take('late'));
  assert.ok(renewals.take('size'));
  clock.advance(50_000);
  assert.ok(renewals.take('late'));
});
