import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leastAccuracy, whyKept } from '../../../../src/audio/training/keeping.ts';
import type { Learnt } from '../../../../src/audio/training/learning/learning.ts';

function learnt(balancedAccuracy: number, worse = false): Pick<Learnt, 'comparison' | 'results'> {
  const classes = [{ label: 'safe' }, { label: 'danger' }];
  const results = { balancedAccuracy, classes, labels: ['danger', 'safe', 'other'] } as unknown as Learnt['results'];
  return { results, comparison: { with: 3, new: balancedAccuracy, clips: 0, worse, said: '' } };
}

test('good enough is half way between guessing and always right', () => {
  assert.deepEqual([2, 4].map(leastAccuracy), [0.75, 0.625]);
});

test('a head is put to use when it is good enough, and otherwise says why not and how it is', () => {
  assert.equal(whyKept(4, learnt(0.75), {}), undefined);
  assert.match(whyKept(4, learnt(0.74), {}) ?? '', /only 74 % of the clips; 75 % are needed.*--activate 4$/);
  assert.match(whyKept(4, learnt(0.9, true), {}) ?? '', /fewer clips than version 3/);
  assert.equal(whyKept(4, learnt(0.4, true), { force: true }), undefined);
});

test('what comes by HTTP waits for somebody of the house, forced or not', () => {
  const said = whyKept(4, learnt(1), { activate: false, origin: 'http', force: true });
  assert.match(said ?? '', /came by HTTP.*Activate it in sentinel-audio-train/);
});
