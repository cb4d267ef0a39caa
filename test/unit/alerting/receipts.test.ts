import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { progressOf, type ReceiptStatus } from '../../../src/alerting/receipts.ts';

const sent = { id: 'wamid', status: 'sent' } as const;

/** What a row says after these receipts, and what was told of it. */
function after(state: string, ...statuses: ReceiptStatus[]) {
  let row: Parameters<typeof progressOf>[0] = { state, receipt: null, provider_id: null };
  const told: string[] = [];
  let deliveries = 0;
  for (const status of statuses) {
    const progress = progressOf(row, { id: 'wamid', status });
    if (progress === undefined) continue;
    row = { ...row, ...(status === 'failed' ? { state: 'failed' } : { state: 'accepted', receipt: status }) };
    if (progress.news !== undefined) told.push(progress.news);
    if (progress.delivers) deliveries += 1;
  }
  return { state: row.state, receipt: row.receipt, told, deliveries };
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
      assert.equal(progressOf({ state, receipt: null, provider_id: null }, sent)?.accepts, true, state);
    }
    assert.equal(progressOf({ state: 'accepted', receipt: null, provider_id: null }, sent)?.accepts, false);
  });

  test('a failure counts until it was delivered; a delivery after a failure counts all the same', () => {
    assert.equal(after('accepted', 'sent', 'failed').state, 'failed');
    assert.deepEqual(after('accepted', 'delivered', 'failed').told, ['delivered']);
    assert.deepEqual(after('accepted', 'failed', 'failed').told, ['failed']);
    const late = after('accepted', 'sent', 'failed', 'sent', 'delivered');
    assert.deepEqual([late.state, late.told, late.deliveries], ['accepted', ['sent', 'failed', 'delivered'], 1]);
    const again = { state: 'queued', receipt: null, provider_id: 'wamid' };
    assert.equal(progressOf(again, sent), undefined, 'sent anew: what is said of the message that failed is old');
    assert.equal(progressOf(again, { id: 'wamid', status: 'failed' }), undefined);
    assert.equal(progressOf(again, { id: 'wamid', status: 'delivered' })?.news, 'delivered');
    const taken = { state: 'accepted', receipt: null, provider_id: 'wamid.2' };
    assert.equal(progressOf(taken, { id: 'wamid', status: 'failed' }), undefined, 'the first of two messages');
    assert.equal(progressOf(taken, { id: 'wamid.2', status: 'failed' })?.news, 'failed');
    assert.equal(after('expired', 'read').state, 'accepted');
    assert.equal(progressOf({ state: 'expired', receipt: null, provider_id: null }, sent), undefined);
  });
});
