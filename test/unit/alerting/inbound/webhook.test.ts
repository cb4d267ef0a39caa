import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { signatureOf, webhookBody } from '../../../../scripts/demo/whatsapp/webhook.ts';
import { Inbox } from '../../../../src/alerting/inbound/inbox.ts';
import { readWebhook } from '../../../../src/alerting/inbound/webhook-body.ts';
import { checkedKeys, isSame, isSigned } from '../../../../src/alerting/inbound/webhook-keys.ts';
import { openDatabase, type Database } from '../../../../src/database/database.ts';
import { ManualClock } from '../../manual-clock.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const phoneNumberId = '100000000000001';
const keys = { appSecret: 'app-secret', verifyToken: 'word' };
const person = '491701234567';
const day = 24 * 3_600_000;

const status = (name: string, id = 'wamid.1') => ({
  ...{ id, status: name, timestamp: '1700000000', recipient_id: person, biz_opaque_callback_data: 'row-1' },
});
const message = (id: string, from = person) => ({
  from,
  id,
  timestamp: '1700000000',
  type: 'text',
  text: { body: 'hi' },
});

async function inboxFor(t: TestContext, over: { database?: () => Promise<Database>; folder?: string } = {}) {
  const log = new RecordingLog();
  const file = join(over.folder ?? temporaryFolder(t), 'sentinel.db');
  const database = await openDatabase(file, { log });
  t.after(() => database.close());
  const clock = new ManualClock();
  const heard: string[] = [];
  const counted: string[] = [];
  const inbox = new Inbox(
    {
      account: { id: 'account-1', phoneNumberId, recipients: [person] },
      ...{ keys, clock, log, database: over.database ?? (() => Promise.resolve(database)) },
      metrics: {
        count: (_name, labels, by = 1) => counted.push(...Array.from({ length: by }, () => labels?.kind ?? '')),
      },
    },
    {
      status: (event) => Promise.resolve(void heard.push(event.status)),
      message: (event) => Promise.resolve(void heard.push(`${event.from}: ${event.text}`)),
    },
  );
  const post = async (what: object, id = phoneNumberId): Promise<void> => {
    assert.equal(inbox.take(Buffer.from(JSON.stringify(webhookBody(id, what)))), true);
    await inbox.idle();
  };
  return { inbox, post, heard, counted, clock, log, database };
}

describe('the signature of a webhook', () => {
  const body = Buffer.from('{"a": 1,  "b": "\\u00e4"}');
  const signature = signatureOf(body.toString(), keys.appSecret);

  test('is that of the very bytes', () => {
    assert.equal(isSigned(body, signature, keys.appSecret), true);
    const written = JSON.stringify(JSON.parse(body.toString()));
    for (const [what, other] of [
      ['one byte changed', Buffer.from(body.toString().replace('1', '2'))],
      ['read and written again', Buffer.from(written)],
      ['one byte more', Buffer.concat([body, Buffer.from(' ')])],
      ['nothing', Buffer.alloc(0)],
    ] as const) {
      assert.equal(isSigned(other, signature, keys.appSecret), false, what);
    }
  });

  test('must be there, whole, and of this secret', () => {
    const hex = signature.slice('sha256='.length);
    for (const header of [
      '',
      hex,
      'sha256=',
      `sha1=${hex}`,
      `sha256=${hex}00`,
      `sha256=${hex.slice(1)}`,
      `${signature} `,
    ]) {
      assert.equal(isSigned(body, header, keys.appSecret), false, header);
    }
    assert.equal(isSigned(body, signature, 'another secret'), false);
    assert.equal(isSigned(body, signatureOf(body.toString(), ''), keys.appSecret), false);
  });

  test('cannot be checked without a secret, so nothing begins', () => {
    assert.throws(() => checkedKeys({ verifyToken: 'word' }), { name: 'ES_BAD_CONFIG', message: /no app secret/ });
    assert.throws(() => checkedKeys({ appSecret: '', verifyToken: 'word' }), { name: 'ES_BAD_CONFIG' });
    assert.throws(() => checkedKeys({ appSecret: 's' }), { name: 'ES_BAD_CONFIG', message: /no verify token/ });
    assert.deepEqual(checkedKeys(keys), keys);
    assert.equal(isSame('word', 'word'), true);
    assert.equal(isSame('word', 'words'), false);
  });
});

describe('the body of a webhook', () => {
  test('tells of receipts, texts, both kinds of buttons, pictures and new numbers', () => {
    const messages = [
      { ...message('m1'), context: { id: 'wamid.alert' } },
      {
        ...message('m2'),
        type: 'button',
        button: { payload: 'TOKEN', text: 'Acknowledge' },
        context: { id: 'wamid.alert' },
      },
      {
        ...message('m3'),
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id: 'T', title: 'Talk' } },
      },
      { ...message('m4'), type: 'image', image: { id: '7', caption: 'look' } },
      {
        ...message('m5'),
        type: 'system',
        system: { type: 'user_changed_number', wa_id: '491709999999', body: 'moved' },
      },
    ];
    const error = { code: 131026, title: 'Message undeliverable', error_data: { details: 'no\nsuch person' } };
    const statuses = [status('read'), { ...status('failed'), errors: [error] }];
    const found = readWebhook(webhookBody(phoneNumberId, { messages, statuses, errors: [error] }), phoneNumberId);
    const at = 1_700_000_000_000;
    const receipt = { id: 'wamid.1', at, recipient: person, tag: 'row-1' };
    const said = 'Message undeliverable; no such person';
    assert.deepEqual(found, {
      statuses: [
        { ...receipt, status: 'read' },
        { ...receipt, status: 'failed', error: { code: 131026, message: said } },
      ],
      messages: [
        { id: 'm1', from: person, at, type: 'text', text: 'hi', replyTo: 'wamid.alert' },
        { id: 'm2', from: person, at, type: 'button', text: 'Acknowledge', token: 'TOKEN', replyTo: 'wamid.alert' },
        { id: 'm3', from: person, at, type: 'interactive', text: 'Talk', token: 'T' },
        { id: 'm4', from: person, at, type: 'image', text: 'look' },
        { id: 'm5', from: person, at, type: 'system', text: 'moved', newNumber: '491709999999' },
      ],
      errors: [said],
      foreign: 0,
    });
  });

  test('that is anything else says nothing, and breaks nothing', () => {
    const nothing = { statuses: [], messages: [], errors: [], foreign: 0 };
    const value = (what: unknown) => webhookBody(phoneNumberId, { statuses: what, messages: what, errors: what });
    for (const body of [
      ...[null, 7, 'text', [], {}, { entry: 'x' }, { entry: [null, { changes: [7, { field: 'messages' }] }] }],
      ...[
        value(7),
        value([null, 7, {}, []]),
        value([{ id: 7, status: 'read', timestamp: 'x', from: '0', type: 'text' }]),
      ],
      value([{ ...status('deleted'), type: 'text' }]),
      value([{ ...status('read', 'x'.repeat(600)), from: person, type: 'text' }]),
    ]) {
      const found = readWebhook(body, phoneNumberId);
      assert.deepEqual({ ...found, foreign: 0 }, nothing, JSON.stringify(body).slice(0, 80));
    }
  });
});

describe('the inbox of an account', () => {
  test('hears each event once, for days and across restarts, and nothing of other numbers', async (t) => {
    const folder = temporaryFolder(t);
    const first = await inboxFor(t, { folder });
    await first.post({
      statuses: [status('delivered'), status('delivered'), status('sent')],
      messages: [message('m1')],
    });
    await first.post({ messages: [message('m1')] });
    await first.post({ messages: [message('m2')] }, '999');
    assert.deepEqual(first.heard, ['delivered', 'sent', `${person}: hi`]);
    assert.deepEqual(first.counted.sort(), ['foreign', 'message', 'repeated', 'repeated', 'status', 'status']);
    await first.database.close();

    const second = await inboxFor(t, { folder });
    second.clock.advance(7 * day);
    await second.post({ messages: [message('m1'), message('m3')] });
    assert.deepEqual(second.heard, [`${person}: hi`], 'm3 only');
    assert.deepEqual(second.counted, ['repeated', 'message']);
  });

  test('forgets after 8 days', async (t) => {
    const { post, clock, database } = await inboxFor(t);
    await post({ messages: [message('m1')] });
    clock.advance(9 * day);
    for (let n = 0; n < 200; n += 1) await post({ messages: [message(`later-${n}`)] });
    const rows = await database.query.selectFrom('webhook_events').select('key').where('key', '=', 'm1').execute();
    assert.deepEqual(rows, []);
  });

  test('does not listen to strangers, counts them, and says so once an hour', async (t) => {
    const { post, heard, counted, clock, log } = await inboxFor(t);
    for (const id of ['m1', 'm2']) await post({ messages: [message(id, '15550100')] });
    assert.deepEqual([heard, counted], [[], ['stranger', 'stranger']]);
    assert.equal(log.lines.filter((line) => line.includes('***100')).length, 1);
    clock.advance(3_600_000);
    await post({ messages: [message('m3', '15550100')] });
    assert.equal(log.lines.filter((line) => line.includes('***100')).length, 2);
    assert.ok(!log.lines.join().includes('15550100'));
  });

  test('goes on without a database: what is the same comes once all the same', async (t) => {
    const { post, heard } = await inboxFor(t, { database: () => Promise.reject(new Error('no disk')) });
    for (let n = 0; n < 2; n += 1) await post({ statuses: [status('read')], messages: [message('m1')] });
    assert.deepEqual(heard, ['read', `${person}: hi`]);
  });

  test('takes no more than it can hold', async (t) => {
    const { inbox, heard } = await inboxFor(t);
    const large = Buffer.from(
      JSON.stringify({ ...webhookBody(phoneNumberId, {}), filler: 'x'.repeat(3 * 1024 * 1024) }),
    );
    const taken = Array.from({ length: 8 }, () => inbox.take(large));
    assert.deepEqual(taken, [true, true, true, true, true, false, false, false]);
    await inbox.idle();
    assert.equal(inbox.take(Buffer.from('no JSON')), true);
    assert.equal(
      inbox.take(Buffer.from(JSON.stringify(webhookBody(phoneNumberId, { messages: [message('m')] })))),
      true,
    );
    await inbox.idle();
    assert.deepEqual(heard, [`${person}: hi`]);
  });
});
