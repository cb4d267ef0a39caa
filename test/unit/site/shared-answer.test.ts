import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedAnswer } from '../../../src/site/shared-answer.ts';
import { ManualClock } from '../manual-clock.ts';

test('a shared answer is worked out once for all who ask, and again when it is old', async () => {
  const clock = new ManualClock();
  const asked: ((answer: number) => void)[] = [];
  const shared = new SharedAnswer(() => new Promise<number>((resolve) => asked.push(resolve)), clock, 1000);
  const first = [shared.get(), shared.get()];
  clock.advance(5000);
  first.push(shared.get());
  assert.equal(asked.length, 1, 'a slow answer is not asked for twice');
  asked[0]?.(7);
  assert.deepEqual(await Promise.all(first), [7, 7, 7]);

  clock.advance(999);
  assert.equal(await shared.get(), 7);
  clock.advance(1);
  const second = shared.get();
  assert.equal(asked.length, 2);
  asked[1]?.(8);
  assert.equal(await second, 8);
});
