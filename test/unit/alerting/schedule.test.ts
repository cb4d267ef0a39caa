import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { atOnce, turnsOf } from '../../../src/alerting/schedule.ts';

describe('who is told when', () => {
  test('all at once', () => {
    assert.deepEqual(turnsOf(['a', 'b'], atOnce), [
      { recipient: 'a', round: 0, inMs: 0, unless: undefined },
      { recipient: 'b', round: 0, inMs: 0, unless: undefined },
    ]);
  });

  test('all after a wait, unless another channel was faster', () => {
    const turns = turnsOf(['a', 'b'], { unless: 'delivered', waitMs: 45_000, nextPersonMs: 0, rounds: 3 });
    assert.deepEqual(
      turns.map(({ recipient, inMs, unless }) => [recipient, inMs, unless]),
      [
        ['a', 45_000, 'delivered'],
        ['b', 45_000, 'delivered'],
      ],
    );
  });

  test('one after the other until somebody acknowledges, the whole list twice', () => {
    const turns = turnsOf(['a', 'b'], { waitMs: 99, nextPersonMs: 60_000, rounds: 2 });
    assert.deepEqual(
      turns.map(({ recipient, round, inMs, unless }) => [recipient, round, inMs, unless]),
      [
        ['a', 0, 0, undefined],
        ['b', 0, 60_000, 'acknowledged'],
        ['a', 1, 120_000, 'acknowledged'],
        ['b', 1, 180_000, 'acknowledged'],
      ],
    );
  });
});
