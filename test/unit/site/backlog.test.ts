import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Backlog } from '../../../src/site/backlog.ts';

test('a source is clear when all its work is done, whatever others do', async () => {
  const backlog = new Backlog();
  const ends: (() => void)[] = [];
  const work = (source: string) => backlog.during(source, () => new Promise<void>((resolve) => ends.push(resolve)));
  const done = [work('front'), work('front'), work('yard')];
  let clear = false;
  const cleared = backlog.cleared('front').then(() => (clear = true));
  for (const end of ends.slice(0, 2)) {
    for (let turns = 0; turns < 30; turns += 1) await turn();
    assert.equal(clear, false);
    end();
  }
  await cleared;
  ends[2]?.();
  await Promise.all(done);
});

test('work that fails is done, and its failure stays with who asked for it', async () => {
  const backlog = new Backlog();
  await assert.rejects(
    backlog.during('front', () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  await backlog.cleared('front');
});

test('what is still on its way through Node-RED is waited for', async () => {
  const backlog = new Backlog();
  let analysed = false;
  setImmediate(() => {
    setImmediate(() => {
      void backlog.during('front', async () => {
        await turn();
        analysed = true;
      });
    });
  });
  await backlog.cleared('front');
  assert.equal(analysed, true);
});
