import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../../src/api/problem.ts';
import { Turns } from '../../../src/api/turns.ts';

describe('a flood of questions to the database', () => {
  test('gets two answers at a time, in order, and what is too much is refused at once', async () => {
    const turns = new Turns(2);
    const began: number[] = [];
    const ends: (() => void)[] = [];
    const work = (n: number) => () => {
      began.push(n);
      return new Promise<number>((resolve) => {
        ends.push(() => {
          resolve(n);
        });
      });
    };
    const asked = Array.from({ length: 102 }, (_, n) => turns.take(work(n)));
    assert.deepEqual(began, [0, 1]);
    await assert.rejects(turns.take(work(-1)), (error) => error instanceof Problem && error.status === 503);
    for (let n = 0; n < asked.length; n += 1) {
      ends[n]?.();
      assert.equal(await asked[n], n);
    }
    assert.deepEqual(
      began,
      asked.map((_, n) => n),
    );
  });

  test('goes on after one that failed', async () => {
    const turns = new Turns(1);
    const failed = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.take(() => Promise.resolve('yes'));
    await assert.rejects(failed, /no/);
    assert.equal(await next, 'yes');
    assert.equal(await turns.take(() => Promise.resolve('again')), 'again');
  });
});
