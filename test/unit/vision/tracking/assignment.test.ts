import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { assign, type Pair } from '../../../../src/vision/tracking/assignment.ts';

/** What an assignment costs, when everybody who is left alone costs 1 (a pair counts for two). */
function worth(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, { cost }) => sum + (1 - cost), 0);
}

/** The best worth of all assignments, tried one by one. */
function bestWorth(pairs: readonly Pair[], row: number, rows: number, taken: ReadonlySet<number>): number {
  if (row === rows) return 0;
  const choices = pairs.filter((pair) => pair.row === row && !taken.has(pair.column));
  return Math.max(
    bestWorth(pairs, row + 1, rows, taken),
    ...choices.map((pair) => 1 - pair.cost + bestWorth(pairs, row + 1, rows, new Set([...taken, pair.column]))),
  );
}

describe('the assignment', () => {
  test('is the best of all, for any costs and any pairs that cannot be', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 300; round += 1) {
      const [rows, columns] = [1 + Math.floor(random() * 6), 1 + Math.floor(random() * 6)];
      const pairs = Array.from({ length: rows * columns }, (_, index) => ({
        row: Math.floor(index / columns),
        column: index % columns,
        cost: random(),
      })).filter(() => random() < 0.7);
      const chosen = assign(pairs);
      assert.equal(new Set(chosen.map(({ row }) => row)).size, chosen.length);
      assert.equal(new Set(chosen.map(({ column }) => column)).size, chosen.length);
      const best = bestWorth(pairs, 0, rows, new Set());
      assert.ok(Math.abs(worth(chosen) - best) < 1e-9, `round ${round}: ${worth(chosen)} of ${best}`);
    }
  });

  test('does not take the nearest first where that leaves the other without', () => {
    const pairs = [
      { row: 0, column: 0, cost: 0.2 },
      { row: 0, column: 1, cost: 0.3 },
      { row: 1, column: 0, cost: 0.3 },
      { row: 1, column: 1, cost: 0.9 },
    ];
    assert.deepEqual(
      assign(pairs).map(({ row, column }) => [row, column]),
      [
        [0, 1],
        [1, 0],
      ],
    );
  });
});
