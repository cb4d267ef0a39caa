import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AccountWarning } from '../../../src/alerting/alert-channel.ts';
import { AccountWatch } from '../../../src/alerting/account-watch.ts';
import { checkedAccount } from '../../../src/alerting/channels/whatsapp/account.ts';
import { graphVersionWarning } from '../../../src/alerting/channels/whatsapp/graph-versions.ts';
import { ManualClock } from '../manual-clock.ts';

const day = 24 * 3_600_000;

describe('the end of a Graph version', () => {
  test('is told from 90 days before, and is an error afterwards', () => {
    const end = Date.parse('2027-01-21');
    assert.equal(graphVersionWarning('v21.0', end - 91 * day), undefined);
    assert.deepEqual(graphVersionWarning('v21.0', end - 89 * day), {
      says: 'Graph v21.0 ends on 2027-01-21.',
      isOver: false,
    });
    assert.equal(graphVersionWarning('v21.0', end)?.isOver, true);
    assert.equal(graphVersionWarning('v20.0', Date.parse('2026-11-21'))?.isOver, true);
    assert.equal(graphVersionWarning('v26.0', Date.parse('2026-11-21')), undefined);
  });

  test('is told once by the hourly check, and again when it has come', async () => {
    const clock = new ManualClock(Date.parse('2027-01-19T12:00:00Z'));
    const account = checkedAccount({
      ...{ id: 'account', phoneNumberId: '1', recipients: ['+491701234567'], accessToken: 'token' },
      ...{ graphVersion: 'v21.0', baseUrl: 'http://127.0.0.1:9' },
    });
    const channel = account.open({ clock, stop: AbortSignal.abort() });
    const told: (AccountWarning | undefined)[] = [];
    const asked = { ...channel, check: () => Promise.resolve({ result: 'ok', id: '1' } as const) };
    const options = { kind: account.kind, channel: asked, clock, random: () => 0 };
    const watch = new AccountWatch({ ...options, onWarning: (warning) => told.push(warning) }, () => undefined);
    watch.start();
    for (let hour = 0; hour < 48; hour += 1) {
      clock.advance(3_600_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await watch.stop();
    assert.deepEqual(
      told.map((warning) => [warning?.error.message, warning?.isGrave]),
      [
        ['Graph v21.0 ends on 2027-01-21.', false],
        ['Graph v21.0 is over: another version answers in its place.', true],
      ],
    );
  });
});
