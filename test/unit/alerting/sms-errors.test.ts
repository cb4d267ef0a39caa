import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { twilioRule } from '../../../src/alerting/channels/sms/error-table.ts';

const rule = (status: number, code?: number) => {
  const { action, name } = twilioRule({ status, code, message: 'no', transient: false, retryAfterMs: undefined });
  return `${action} ${name}`;
};

describe('what Twilio refuses', () => {
  const known: readonly [what: string, status: number, codes: readonly number[], outcome: string][] = [
    ['too much at once', 429, [20429, 14107, 30001], 'retry ES_CHANNEL_UNAVAILABLE'],
    ['our login or account', 401, [20003, 20005, 20404, 30002], 'setup ES_CHANNEL_SETUP'],
    ['our sender', 400, [21212, 21603, 21606, 21659, 21660, 21703, 21705, 30034], 'setup ES_CHANNEL_SETUP'],
    ['more than a day may have', 400, [63038], 'pause ES_CHANNEL_UNAVAILABLE'],
    ['a number', 400, [21211, 21214, 21217, 21612, 21614], 'give-up ES_CHANNEL_RECIPIENT'],
    ['a country, an unverified number, STOP', 400, [21408, 21608, 21610], 'give-up ES_CHANNEL_RECIPIENT'],
    ['a phone that is off or blocks', 400, [30003, 30004, 30005, 30006], 'give-up ES_CHANNEL_RECIPIENT'],
    ['a text', 400, [21602, 21617, 30007], 'give-up ES_CHANNEL_MESSAGE'],
  ];
  for (const [what, status, codes, outcome] of known) {
    test(`${what}: ${outcome}`, () => {
      for (const code of codes) assert.equal(rule(status, code), outcome, String(code));
    });
  }

  test('without a known code goes by its status', () => {
    for (const status of [429, 500, 502, 503]) assert.equal(rule(status), 'retry ES_CHANNEL_UNAVAILABLE');
    for (const status of [401, 403, 404]) assert.equal(rule(status), 'setup ES_CHANNEL_SETUP');
    assert.equal(rule(400, 99_999), 'give-up ES_CHANNEL_MESSAGE');
  });
});
