import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { SingleFile } from '../../../src/inference/single-file.ts';

const tooMany = () => new RangeError('too many');

describe('single file', () => {
  test('one at a time, in order, and a failed one does not hinder the next', async () => {
    const file = new SingleFile(tooMany);
    const events: string[] = [];
    const work = (name: string, ms: number) =>
      file.run(async () => {
        events.push(`${name} begins`);
        await setTimeout(ms);
        events.push(`${name} ends`);
        if (name === 'bad') throw new TypeError(name);
        return name;
      });
    const [slow, bad, quick] = await Promise.allSettled([work('slow', 20), work('bad', 1), work('quick', 0)]);
    assert.deepEqual([slow.status, bad.status, quick.status], ['fulfilled', 'rejected', 'fulfilled']);
    assert.deepEqual(
      events,
      ['slow', 'bad', 'quick'].flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  test('sixteen may wait behind the one at work; a further one is refused, until there is room again', async () => {
    const file = new SingleFile(tooMany);
    const asked = Array.from({ length: 18 }, (_, index) => file.run(() => setTimeout(1, index)));
    const refused = (await Promise.allSettled(asked)).flatMap(({ status }, index) =>
      status === 'rejected' ? [index] : [],
    );
    assert.deepEqual(refused, [17]);
    assert.equal(await file.run(() => Promise.resolve('room')), 'room');
  });
});
