import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Embedder } from '../../../src/audio/embedder.ts';
import { soundWindow } from '../../../src/pcm/sound-window.ts';
import { HeldOutHeads } from '../../eval/held-out-heads.ts';

/** A window is a constant: its value is the first number of the embedding. */
const embedder: Embedder = {
  embed: (windows) => Promise.resolve(windows.map((window) => Float32Array.of(window[0] ?? 0, 1))),
  release: () => Promise.resolve(),
};
const sound = (value: number) =>
  Float32Array.from({ length: soundWindow.samples }, (_, index) => (index % 2 === 0 ? value : -value));

test('each clip is judged by a head that learnt from the other folds alone', async () => {
  const heads = new HeldOutHeads(embedder, { gunshot: 0.7 }, ({ scores, named }) => {
    return named.Thunder === undefined ? scores : { gunshot: 0 };
  });
  const beside = (key: string) => (key === 'gunshot-0-0' ? { Thunder: 1 } : {});
  for (let fold = 0; fold < 4; fold++) {
    // In the last fold everything is the other way round: who had learnt from it would know.
    const [loud, soft] = fold === 3 ? ['other', 'gunshot'] : ['gunshot', 'other'];
    for (let clip = 0; clip < 6; clip++) {
      const add = (label = '', value: number) => {
        const key = `${label}-${fold}-${clip}`;
        const heard = [{ scores: { gunshot: 0.5 }, named: beside(key) }];
        return heads.add(key, { label, fold, samples: sound(value) }, heard);
      };
      await add(loud, 0.8 + clip / 100);
      await add(soft, 0.2 + clip / 100);
    }
  }
  const told: [number, number][] = [];
  const scores = new Map(heads.scores((fold, clips) => told.push([fold, clips])));
  assert.deepEqual(
    told,
    [0, 1, 2, 3].map((fold) => [fold, 36]),
  );
  const of = (key: string) => scores.get(key)?.gunshot ?? NaN;
  assert.equal(scores.size, 48);
  assert.deepEqual([of('gunshot-0-0'), of('gunshot-0-1') > 0.5], [0, true], 'what sounds alike counts against it');
  assert.ok(of('other-3-0') > of('gunshot-3-0'), 'what the others taught is wrong there');
});
