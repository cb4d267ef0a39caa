import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { progressOf, type ReceiptStatus } from '../../../src/alerting/receipts.ts';

/** What a row says after these receipts, and what was told of it. */
function after(state: string, ...statuses: ReceiptStatus[]) {
  let row: { state: string; receipt: string | null } = { state, receipt: null };
  const told: string[] = [];
  let deliveries = 0;
  for (const status of statuses) {
    const progress = progressOf(row, status);
    if (progress === undefined) continue;
    row = status === 'failed' ? { state: 'failed', receipt: row.receipt } : { state: 'accepted', receipt: status };
    if (progress.news !== undefined) told.push(progress.news);
    if (progress.delivers) deliveries += 1;
  }
  return { ...row, told, deliveries };
}

describe('receipts', () => {
  test('in any order, twice or with some missing, end at the furthest, and delivery counts once', () => {
    const orders: [ReceiptStatus[], string[]][] = [
      [
        ['sent', 'delivered', 'read'],
        ['sent', 'delivered', 'read'],
      ],
      [['read', 'sent', 'delivered'], ['read']],
      [
        ['delivered', 'sent', 'delivered', 'read', 'read'],
        ['delivered', 'read'],
      ],
      [['read'], ['read']],
      [
        ['sent', 'played', 'read'],
        ['sent', 'read'],
      ],
      [
        ['delivered', 'read', 'played'],
        ['delivered', 'read'],
      ],
    ];
    for (const [order, told] of orders) {
      const end = after('accepted', ...order);
      assert.deepEqual([end.state, end.told, end.deliveries], ['accepted', told, 1], order.join());
    }
    assert.deepEqual(after('accepted', 'sent'), { state: 'accepted', receipt: 'sent', told: ['sent'], deliveries: 0 });
  });

  test('of what nobody answered for, or is just being sent, say that it was taken', () => {
    for (const state of ['queued', 'sending', 'unknown']) {
      assert.equal(progressOf({ state, receipt: null }, 'sent')?.accepts, true, state);
    }
    assert.equal(progressOf({ state: 'accepted', receipt: null }, 'sent')?.accepts, false);
  });

  test('a failure counts until it was delivered; a delivery after a failure counts all the same', () => {
    assert.equal(after('accepted', 'sent', 'failed').state, 'failed');
    assert.deepEqual(after('accepted', 'delivered', 'failed').told, ['delivered']);
    assert.deepEqual(after('accepted', 'failed', 'failed').told, ['failed']);
    const late = after('accepted', 'sent', 'failed', 'sent', 'delivered');
    assert.deepEqual([late.state, late.told, late.deliveries], ['accepted', ['sent', 'failed', 'delivered'], 1]);
    assert.equal(after('expired', 'read').state, 'accepted');
    assert.equal(progressOf({ state: 'expired', receipt: null }, 'sent'), undefined);
  });
});
