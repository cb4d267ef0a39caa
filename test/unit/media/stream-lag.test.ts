import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamLag } from '../../../src/media/stream-lag.ts';

/** Pushes pictures that are `streamed` apart on their time line and come `passed` apart. */
function stream() {
  const lag = new StreamLag();
  let [at, now] = [90_000, 5_000_000];
  const go = (count: number, streamed: number, passed: number): number => {
    for (let picture = 0; picture < count; picture += 1) {
      at += streamed;
      now += passed;
      lag.push(at, now);
    }
    return lag.ms;
  };
  go(1, 0, 0);
  return { lag, go };
}

describe('how late pictures are', () => {
  test('is nothing on a machine that keeps up, for hours and by a clock that is slightly off', () => {
    const { go } = stream();
    let worst = 0;
    for (let minute = 0; minute < 240; minute += 1) worst = Math.max(worst, go(300, 200, 200.15));
    assert.ok(worst < 1, `${worst} ms`);
    const unsteady = stream();
    for (let second = 0; second < 3600; second += 1) {
      unsteady.go(1, 200, 320);
      unsteady.go(3, 200, 160);
      worst = Math.max(worst, unsteady.go(1, 200, 200));
    }
    assert.ok(worst < 130, `${worst} ms`);
  });

  test('grows on a machine that is too slow, and shrinks when it makes up for it', () => {
    const { go } = stream();
    // 80 % of the needed speed: 6 s in half a minute.
    const late = go(120, 200, 250);
    assert.ok(late > 5900 && late <= 6000, `${late} ms`);
    const stays = go(300, 200, 200);
    assert.ok(stays > late - 100, `${stays} ms a minute later`);
    assert.ok(go(100, 200, 100) === 0);
  });

  test('is told of a machine that stands still most of the time, in whatever steps', () => {
    for (const [streamed, passed] of [
      [200, 2000],
      [2000, 4000],
    ] as const) {
      const { go } = stream();
      assert.ok(go(10, streamed, passed) > 8000, `${passed} ms`);
    }
  });

  test('is not told of a camera that pauses, whether or not its time line pauses too', () => {
    const { go } = stream();
    assert.ok(go(1, 200, 4500) <= 1000);
    assert.ok(go(50, 200, 200) <= 1000, 'it goes on from where it was');
    const bursting = stream();
    bursting.go(1, 200, 3000);
    assert.equal(bursting.go(20, 200, 10), 0, 'what was held back came at once');
    const skipping = stream();
    assert.equal(skipping.go(1, 4500, 4500), 0, 'what was not sent is missing');
  });

  test('survives a time line that is set anew', () => {
    const { go } = stream();
    const late = go(40, 200, 300);
    for (const leap of [-3_600_000, 86_400_000, -100]) go(1, leap, 200);
    assert.ok(Math.abs(go(5, 200, 200) - late) < 10);
  });

  test('takes the old pictures that a server sends first as what they are', () => {
    const { go } = stream();
    assert.equal(go(15, 66, 2), 0);
    assert.ok(go(100, 200, 200) < 1);
  });
});
