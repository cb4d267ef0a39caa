import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../../src/api/problem.ts';
import { Turns } from '../../../src/api/turns.ts';

describe('a flood of questions to the database', () => {
  test('has one answer for all who wait for the same, begun after the last of them asked', async () => {
    const turns = new Turns(1);
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const work = (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => {
        ends.push(() => {
          resolve(`${name} ${begun.length}`);
        });
      });
    };
    const running = turns.take(work('a'), 'a');
    const waiting = ['a', 'a', 'b', 'a'].map((name) => turns.take(work(name), name));
    assert.deepEqual(begun, ['a'], 'what began before is no answer to a later question');
    ends[0]?.();
    assert.equal(await running, 'a 1');
    await new Promise(setImmediate);
    const late = turns.take(work('a'), 'a');
    ends[1]?.();
    await new Promise(setImmediate);
    ends[2]?.();
    await new Promise(setImmediate);
    ends[3]?.();
    assert.deepEqual(await Promise.all(waiting), ['a 2', 'a 2', 'b 3', 'a 2']);
    assert.equal(await late, 'a 4');
    assert.deepEqual(begun, ['a', 'a', 'b', 'a']);
  });

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
