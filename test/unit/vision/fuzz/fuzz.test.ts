import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzVision } from './fuzz-vision.ts';

const seed = 20_261_121;

test('a thousand changed models, pictures and outputs of models: each is used or refused by name', async (t) => {
  const results = await fuzzVision({
    seed,
    counts: { models: 1000, pictures: 1000, outputs: 1000 },
    hangMs: 30_000,
  });
  for (const [kind, { accepted, refused, findings, crashes, slowestMs, highest }] of results) {
    t.diagnostic(`${kind}: ${accepted} used, ${refused} refused, slowest ${Math.round(slowestMs)} ms, ${highest} MB`);
    // To see one again: node test/unit/vision/fuzz/fuzz-run.ts KIND SEED NUMBER 1
    assert.deepEqual([...findings, ...crashes], [], `${kind}, seed ${seed}`);
    assert.equal(accepted + refused, 1000);
    assert.ok(accepted > 50 && refused > 50, 'mutations that say something');
    assert.ok(highest < 700, `${highest} MB`);
  }
});
