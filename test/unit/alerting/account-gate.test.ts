import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AccountGate } from '../../../src/alerting/account-gate.ts';

describe('account gate', () => {
  test('after five setup errors in a row one probe a minute goes out, until one works', () => {
    const gate = new AccountGate();
    for (let error = 1; error <= 5; error += 1) {
      assert.equal(gate.opensIn(3, 1000), 0);
      gate.enter(1000);
      assert.equal(gate.setupFailed(), error === 1, 'only the first is worth telling');
    }
    assert.equal(gate.opensIn(3, 1000), 60_000);
    assert.equal(gate.opensIn(3, 61_000), 0);
    gate.enter(61_000);
    assert.equal(gate.opensIn(3, 61_001), 59_999, 'one probe only');
    gate.setupWorks();
    assert.equal(gate.opensIn(1, 61_001), 0);
    assert.equal(gate.setupFailed(), true, 'a new failure is told anew');
  });

  test('a pause holds back all but severity 3', () => {
    const gate = new AccountGate();
    gate.beQuietUntil(5000);
    assert.equal(gate.opensIn(2, 1000), 4000);
    assert.equal(gate.opensIn(3, 1000), 0);
    assert.equal(gate.opensIn(2, 5000), 0);
  });
});
