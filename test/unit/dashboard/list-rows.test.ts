import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowAt, rowOf, rowsOf } from '../../../dashboard/incidents/list/list-rows.ts';
import { incident } from './incident.ts';

const noon = new Date(2026, 10, 21, 12).getTime();
const dayMs = 86_400_000;

test('rows stand below their days, and are found by height and by incident', () => {
  const times = [noon, noon - 1000, noon - dayMs];
  const { rows, height } = rowsOf(
    times.map((startedAt, n) => incident(`i${n}`, { startedAt })),
    { day: 30, card: 100 },
  );
  assert.deepEqual(
    rows.map(({ kind, top }) => [kind, top]),
    [
      ['day', 0],
      ['card', 30],
      ['card', 130],
      ['day', 230],
      ['card', 260],
    ],
  );
  assert.equal(height, 360);
  assert.deepEqual(
    [-5, 0, 29, 30, 229, 230, 1e9].map((y) => rowAt(rows, y)),
    [0, 0, 0, 1, 2, 3, 4],
  );
  assert.equal(rowAt([], 10), 0);
  assert.deepEqual([rowOf(rows, 'i2'), rowOf(rows, 'gone'), rowOf(rows, undefined)], [4, -1, -1]);
});
