import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClipSource, ClipSpan } from '../../../src/contracts/ports.ts';
import { MediaDesk } from '../../../src/site/media-desk.ts';
import { ManualClock } from '../manual-clock.ts';

const aClip = { ask: 'clip', before: 5, after: 10 } as const;
const aSnapshot = { ask: 'snapshot', ago: 3 } as const;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A desk before a source that writes down what it is asked, and has everything or nothing. */
function desk({ ring = true, watched = true, has = true } = {}) {
  const clock = new ManualClock(1_000_000);
  const asked: unknown[] = [];
  const shared = Buffer.from('video');
  const clips: ClipSource = {
    camerasOf: (area) => (watched && area === 'hall' ? ['door'] : []),
    clip(camera, span) {
      asked.push({ camera, ...span });
      const { from, to }: ClipSpan = span;
      return Promise.resolve(has ? { bytes: shared, from: from - 700, to: to + 200 } : undefined);
    },
    snapshot(camera, at) {
      asked.push({ camera, at });
      return Promise.resolve(has ? { bytes: shared, capturedAt: at - 40 } : undefined);
    },
    audio: () => Promise.reject(new Error('nobody asks for sound')),
  };
  const camera = { name: 'door', area: 'hall', ring };
  return { clock, asked, shared, media: new MediaDesk({ camera, clips, clock, state: () => 'backing-off' }) };
}

describe('the desk for pictures and clips of a camera', () => {
  test('fetches a picture of so many seconds ago, in bytes of its own', async () => {
    const { asked, media, shared } = desk();
    const { file, ...about } = await media.answer(aSnapshot);
    assert.deepEqual(asked, [{ camera: 'door', at: 997_000 }]);
    assert.deepEqual(about, { mime: 'image/jpeg', from: 996_960, to: 996_960 });
    assert.equal(file.toString(), 'video');
    file[0] = 0;
    assert.equal(shared.toString(), 'video');
  });

  test('asks for a clip when its last second has come, in a form that browsers play', async () => {
    const { clock, asked, media } = desk();
    const answer = media.answer(aClip);
    clock.advance(9999);
    await settled();
    assert.deepEqual(asked, []);
    clock.advance(1);
    const { file, ...about } = await answer;
    assert.deepEqual(asked, [{ camera: 'door', from: 995_000, to: 1_010_000, playable: true }]);
    assert.deepEqual(about, { mime: 'video/mp4', from: 994_300, to: 1_010_200 });
    assert.equal(file.toString(), 'video');
    assert.equal(clock.waiting, 0);
  });

  const refused: [what: string, options: Parameters<typeof desk>[0], why: RegExp][] = [
    ['of a camera of which nothing is kept', { ring: false }, /Nothing is kept of the camera door\./],
    ['of a camera that nobody watches', { watched: false }, /Nothing of this time.*door, which is backing-off/],
    ['of a time of which nothing is kept', { has: false }, /Nothing of this time.*door, which is backing-off/],
  ];
  for (const [what, options, message] of refused) {
    test(`refuses by name what is asked ${what}`, async () => {
      const { media, asked, clock } = desk(options);
      await assert.rejects(media.answer(aSnapshot), { name: 'ES_NOTHING_KEPT', message });
      const clip = assert.rejects(media.answer(aClip), { name: 'ES_NOTHING_KEPT', message });
      if (options?.has === false) clock.advance(10_000);
      await clip;
      assert.equal(asked.length, options?.has === false ? 2 : 0);
    });
  }

  test('lets only so many wait, and goes on when they are served', async () => {
    const { media, clock } = desk();
    const waiting = Array.from({ length: 16 }, () => media.answer(aClip));
    await assert.rejects(media.answer(aSnapshot), { name: 'ES_CLIP_FAILED', message: /16 pictures and clips/ });
    clock.advance(10_000);
    assert.equal((await Promise.all(waiting)).length, 16);
    assert.equal((await media.answer(aSnapshot)).mime, 'image/jpeg');
  });

  test('tells who waits when it closes, at once, and asks for nothing afterwards', async () => {
    const { media, clock, asked } = desk();
    const waiting = media.answer(aClip);
    media.close();
    const gone = { name: 'ES_CLIP_FAILED', message: /closed before/ };
    await assert.rejects(waiting, gone);
    await assert.rejects(media.answer(aSnapshot), gone);
    assert.equal(clock.waiting, 0);
    clock.advance(60_000);
    await settled();
    assert.deepEqual(asked, []);
  });
});
