import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSignedReport, receiptIn, reportAddress } from '../../../src/alerting/channels/sms/status-report.ts';

const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const form = new URLSearchParams({
  ...{ Digits: '1234', To: '+18005551212', From: '+14158675310', Caller: '+14158675310', CallSid: 'CA1234567890ABCDE' },
});

describe('reports of Twilio', () => {
  test('are signed as in the example of its documentation', () => {
    assert.equal(isSignedReport({ url, form }, 'GvWf1cFY/Q7PnoempGyD5oXAezc=', '12345'), true);
    assert.equal(isSignedReport({ url, form }, 'GvWf1cFY/Q7PnoempGyD5oXAezc', '12345'), false);
    assert.equal(isSignedReport({ url: `${url}3`, form }, 'GvWf1cFY/Q7PnoempGyD5oXAezc=', '12345'), false);
    assert.equal(isSignedReport({ url, form }, 'GvWf1cFY/Q7PnoempGyD5oXAezc=', '12346'), false);
  });

  test('say how far a message has come', () => {
    const said = (fields: Record<string, string>) =>
      receiptIn({ url: 'https://h.example.org/x?account=a&row=r1', form: new URLSearchParams(fields) });
    assert.deepEqual(said({ MessageSid: 'SM1', MessageStatus: 'delivered' }), {
      id: 'SM1',
      tag: 'r1',
      status: 'delivered',
    });
    assert.deepEqual(said({ MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30005' }), {
      ...{ id: 'SM1', tag: 'r1', status: 'failed' },
      error: { code: 30005, message: 'the message is undelivered' },
    });
    assert.equal(said({ MessageSid: 'SM1', MessageStatus: 'failed' })?.error?.code, 30008);
    assert.equal(said({ MessageSid: 'SM1', MessageStatus: 'queued' }), undefined);
    assert.equal(said({ MessageStatus: 'sent' }), undefined);
  });

  test('go to an address that Twilio can reach, and to no other', () => {
    const to = (address: string | undefined) => reportAddress(address, 'a 1', 'r1');
    assert.equal(
      to('https://h.example.org/echosight'),
      'https://h.example.org/echosight/api/v1/sms/reports?account=a+1&row=r1',
    );
    for (const address of [
      ...[undefined, '', 'http://h.example.org/echosight', 'https://10.0.0.1/echosight', 'https://nas.local/echosight'],
      ...['https://localhost/echosight', 'https://my_house.example.org/echosight'],
    ]) {
      assert.equal(to(address), undefined, address);
    }
  });
});
