import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pairRateWait } from '../../../src/alerting/channels/whatsapp/pair-rate.ts';

/** How many messages of one severity go out when something wants to send every `everyMs`. */
function sentWithin(severity: number, everyMs: number, forMs: number): number {
  const sent: number[] = [];
  for (let now = 0; now < forMs; now += everyMs) if (pairRateWait(sent, severity, now) === 0) sent.push(now);
  return sent.length;
}

describe('rate to one person', () => {
  test('a burst stops at 35, severity 3 at 45', () => {
    assert.equal(sentWithin(2, 1, 500), 35);
    assert.equal(sentWithin(3, 1, 500), 45);
  });

  test('after a burst one message goes every 6 s', () => {
    const burst = Array.from({ length: 45 }, () => 0);
    assert.equal(pairRateWait(burst, 3, 0), 6000);
    assert.equal(pairRateWait(burst, 3, 6000), 0);
    assert.equal(pairRateWait(burst, 2, 0), 66_000);
    assert.equal(sentWithin(3, 100, 600_000), 45 + 99);
  });

  test('the bucket is full again after 270 s, and no fuller', () => {
    const burst = Array.from({ length: 45 }, () => 0);
    assert.equal(pairRateWait([...burst, ...burst.map(() => 3_000_000)], 3, 3_000_000), 6000);
  });
});
