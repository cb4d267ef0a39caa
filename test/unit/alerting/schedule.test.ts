import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plainPeople } from '../../../src/alerting/people.ts';
import { atOnce, planOf, type AlertSchedule } from '../../../src/alerting/schedule.ts';

/** @param quiet people who want quiet, with the time (ms from now) at which that ends */
function plan(schedule: AlertSchedule, quiet: Readonly<Record<string, number>> = {}) {
  const { turns, skipped, isQuiet } = planOf(
    plainPeople(['a', 'b']),
    schedule,
    ({ address }, inMs) => inMs < (quiet[address] ?? 0),
  );
  return {
    turns: turns.map(({ person, round, inMs, unless }) => [person.address, round, inMs, unless]),
    skipped: skipped.map(({ address }) => address),
    isQuiet,
  };
}

describe('who is told when', () => {
  test('all at once', () => {
    assert.deepEqual(plan(atOnce).turns, [
      ['a', 0, 0, undefined],
      ['b', 0, 0, undefined],
    ]);
  });

  test('all after a wait, unless another channel was faster', () => {
    assert.deepEqual(plan({ unless: 'delivered', waitMs: 45_000, nextPersonMs: 0, rounds: 3 }).turns, [
      ['a', 0, 45_000, 'delivered'],
      ['b', 0, 45_000, 'delivered'],
    ]);
  });

  const inTurn = { waitMs: 99, nextPersonMs: 60_000, rounds: 2 };

  test('one after the other until somebody acknowledges, the whole list twice', () => {
    assert.deepEqual(plan(inTurn).turns, [
      ['a', 0, 0, undefined],
      ['b', 0, 60_000, 'acknowledged'],
      ['a', 1, 120_000, 'acknowledged'],
      ['b', 1, 180_000, 'acknowledged'],
    ]);
  });

  test('who wants quiet is passed over while somebody else is awake', () => {
    assert.deepEqual(plan(atOnce, { a: 1 }), { turns: [['b', 0, 0, undefined]], skipped: ['a'], isQuiet: false });
  });

  test('the next person moves up, and who is awake by their second turn has it', () => {
    assert.deepEqual(plan(inTurn, { a: 60_000 }), {
      turns: [
        ['b', 0, 0, undefined],
        ['a', 1, 60_000, 'acknowledged'],
        ['b', 1, 120_000, 'acknowledged'],
      ],
      skipped: [],
      isQuiet: false,
    });
  });

  test('when everybody wants quiet, everybody has one turn that waits', () => {
    assert.deepEqual(plan(inTurn, { a: Infinity, b: Infinity }), {
      turns: [
        ['a', 0, 0, undefined],
        ['b', 0, 60_000, 'acknowledged'],
      ],
      skipped: [],
      isQuiet: true,
    });
  });
});
