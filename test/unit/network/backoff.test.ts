import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backoffDelay } from '../../../src/network/backoff.ts';

const limits = { minMs: 1000, maxMs: 30_000, jitter: 0.3 };

describe('backoffDelay', () => {
  test('doubles from the minimum and stops at the maximum', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6].map((attempt) => backoffDelay(attempt, limits, () => 0));
    assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test('takes off at most the share of jitter', () => {
    assert.equal(
      backoffDelay(0, limits, () => 1),
      700,
    );
    assert.equal(
      backoffDelay(0, limits, () => 0.5),
      850,
    );
  });

  test('stays at the maximum after thousands of attempts', () => {
    assert.equal(
      backoffDelay(5000, limits, () => 0),
      30_000,
    );
  });
});
