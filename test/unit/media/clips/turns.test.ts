import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Turns } from '../../../../src/media/clips/turns.ts';

describe('turns', () => {
  test('run a few jobs at a time, in order, and refuse more than may wait', async () => {
    const turns = new Turns(2);
    const [running, done]: [number[], number[]] = [[], []];
    const gates = Array.from({ length: 34 }, () => Promise.withResolvers<undefined>());
    const jobs = gates.map(({ promise }, index) =>
      turns.take(async () => {
        running.push(index);
        await promise;
        done.push(index);
      }),
    );
    await assert.rejects(
      turns.take(() => Promise.resolve()),
      { name: 'ES_CLIP_FAILED' },
    );
    assert.deepEqual(running, [0, 1]);
    gates[1]?.resolve(undefined);
    await jobs[1];
    await Promise.resolve();
    assert.deepEqual(running, [0, 1, 2]);
    for (const gate of gates) gate.resolve(undefined);
    await Promise.all(jobs);
    assert.equal(done.length, 34);
    assert.equal(await turns.take(() => Promise.resolve(7)), 7);
  });

  test('go on after a job that failed', async () => {
    const turns = new Turns(1);
    await assert.rejects(
      turns.take(() => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(await turns.take(() => Promise.resolve('next')), 'next');
  });
});
