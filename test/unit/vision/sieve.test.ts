import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sieve } from '../../../src/vision/decoders/sieve.ts';

test('a sieve holds so many candidates at most, the best, and lets only better ones in then', () => {
  const sieve = new Sieve(0);
  const box = { x: 0, y: 0, width: 1, height: 1 };
  const scores = Array.from({ length: 100_000 }, (_, index) => ((index * 7919) % 100_003) / 100_003);
  for (const score of scores) if (sieve.passes(score)) sieve.add({ classIndex: 0, score, box });
  assert.ok(sieve.candidates.length < 60_000);
  const best = scores.toSorted((a, b) => b - a).slice(0, 10_000);
  const held = new Set(sieve.candidates.map(({ score }) => score));
  assert.ok(best.every((score) => held.has(score)));
  assert.equal(sieve.passes(0.01), false);
});
