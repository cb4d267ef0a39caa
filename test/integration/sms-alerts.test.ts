import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { checkedSmsAccount } from '../../src/alerting/channels/sms/account.ts';
import { twilioRule } from '../../src/alerting/channels/sms/error-table.ts';
import { TwilioServer } from '../hosts/twilio-server.ts';
import { incident } from '../unit/alerting/incident.ts';
import { until } from './alert-desk.ts';
import { channelDesk, channelPolicy } from './channel-desk.ts';

const accountSid = `AC${'0a'.repeat(16)}`;
const authToken = 'canary-twilio-token-77';

async function scene(t: TestContext, changes: Partial<Parameters<typeof checkedSmsAccount>[0]> = {}) {
  const twilio = await TwilioServer.start(accountSid, authToken);
  const settings = { id: 'twilio', accountSid, authToken, from: '+15551230000', baseUrl: twilio.url };
  const account = checkedSmsAccount({ ...settings, recipients: ['+49 170 1234567'], ...changes });
  const desk = await channelDesk(t, account);
  twilio.now = () => desk.clock.now();
  t.after(() => twilio.stop());
  return { twilio, ...desk };
}

describe('alerts by SMS', () => {
  test('reach everybody as one message each', async (t) => {
    const { twilio, alerts, settled, rows } = await scene(t, { recipients: ['+491701234567', '00447700900123'] });
    await alerts.alert(incident({ label: 'Tür – „offen“' }), undefined, channelPolicy);
    await settled();
    assert.deepEqual(
      twilio.messages.map(({ to, from, body }) => [to, from, body]).sort(),
      ['+447700900123', '+491701234567'].map((to) => [to, '+15551230000', 'Alarm at Kiosk: Tür - "offen"\nincident-1']),
    );
    assert.match((await rows())[0]?.provider_id ?? '', /^SM/);
  });

  test('can leave from a messaging service', async (t) => {
    const from = `MG${'1b'.repeat(16)}`;
    const { twilio, alerts, settled } = await scene(t, { from });
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    assert.equal(twilio.messages[0]?.from, from);
  });

  test('that Twilio took without saying so are found and not sent again', async (t) => {
    const { twilio, alerts, settled, rows } = await scene(t);
    twilio.faults.push('taken-but-silent');
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    assert.equal(twilio.messages.length, 1);
    assert.deepEqual(twilio.requests, ['POST', 'GET']);
    assert.equal((await rows())[0]?.provider_id, twilio.messages[0]?.sid);
  });

  test('that got lost are sent again once Twilio has said that it has none', async (t) => {
    const { twilio, alerts, settled } = await scene(t);
    twilio.faults.push('silent');
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    assert.equal(twilio.messages.length, 1);
    assert.deepEqual(twilio.requests, ['POST', 'GET', 'POST']);
  });

  test('wait while Twilio is busy', async (t) => {
    const { twilio, alerts, settled } = await scene(t);
    twilio.faults.push({ status: 429, code: 20429, message: 'Too Many Requests' });
    twilio.faults.push({ status: 503, code: 20503, message: 'Service unavailable' });
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    assert.equal(twilio.messages.length, 1);
    assert.deepEqual(twilio.requests, ['POST', 'POST', 'POST']);
  });

  test('to somebody who answered STOP fail at once, by name and without the number', async (t) => {
    const { twilio, alerts, settled, deliveries, log } = await scene(t);
    twilio.faults.push({ status: 400, code: 21610, message: 'The recipient +491701234567 has replied STOP' });
    await alerts.alert(incident(), undefined, channelPolicy);
    await settled();
    const { status, error, recipient } = deliveries.at(-1) ?? {};
    assert.deepEqual([status, error?.name, recipient], ['failed', 'ES_CHANNEL_RECIPIENT', '***567']);
    assert.doesNotMatch(JSON.stringify([deliveries, log.lines]), /1701234567/);
  });

  test('with a wrong token wait, and say so once', async (t) => {
    const { twilio, alerts, deliveries, log } = await scene(t, { authToken: 'canary-wrong-token-88' });
    await alerts.alert(incident(), undefined, channelPolicy);
    await until(() => twilio.requests.length >= 3);
    const told = deliveries.filter(({ error }) => error?.name === 'ES_CHANNEL_SETUP');
    assert.equal(told.length, 1);
    assert.doesNotMatch(JSON.stringify([deliveries, log.lines]), /canary/);
  });

  test('accounts that cannot work are refused by name', () => {
    const good = {
      id: 'a',
      accountSid,
      authToken,
      from: '+15551230000',
      recipients: ['+491701234567'],
      baseUrl: 'https://api.twilio.com',
    };
    for (const wrong of [
      { accountSid: 'AC1' },
      { from: 'far too long a name' },
      { recipients: ['12'] },
      { authToken: 'a b' },
    ]) {
      assert.throws(() => checkedSmsAccount({ ...good, ...wrong }), { name: 'ES_BAD_CONFIG' });
    }
    assert.throws(() => checkedSmsAccount({ ...good, baseUrl: 'http://169.254.169.254/' }), { name: 'ES_BAD_ADDRESS' });
  });

  test('an account is asked whether it would send: a suspended one and a wrong token would not', async (t) => {
    const { twilio, clock } = await scene(t);
    const check = async (token: string) => {
      const settings = { id: 'twilio', accountSid, authToken: token, from: '+15551230000', baseUrl: twilio.url };
      const account = checkedSmsAccount({ ...settings, recipients: ['+491701234567'] });
      return await account.open({ clock, stop: new AbortController().signal }).check?.();
    };
    assert.deepEqual(await check(authToken), { result: 'ok', id: accountSid });
    const wrong = await check('another');
    assert.equal(wrong?.result === 'refused' && twilioRule(wrong.refusal).action, 'setup');
    twilio.accountStatus = 'suspended';
    const suspended = await check(authToken);
    assert.equal(suspended?.result === 'refused' && twilioRule(suspended.refusal).action, 'setup');
    assert.deepEqual(twilio.messages, []);
  });
});
