import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { signatureOf, webhookBody } from '../../scripts/demo/whatsapp/webhook.ts';
import type { HealthReport } from '../../src/contracts/health.ts';
import type { Command, Delivery, Inbound, Review } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { incident } from '../unit/alerting/incident.ts';
import { phoneNumberId, token, until } from './alert-desk.ts';
import { exampleFlow } from './example-flow.ts';

const require = createRequire(import.meta.url);
const { hashSync } = require('bcryptjs') as { hashSync: (password: string, rounds: number) => string };

const appSecret = 'app-secret-4711';
const verifyToken = 'a long word';
const person = '15550100001';

describe('sentinel-whatsapp-in in a real Node-RED with a login', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let sandbox: Sandbox;
  let url: string;

  before(async () => {
    if (buildIsStale()) await build();
    await startHost();
    sandbox = await startSandbox({ port: 0, token, phoneNumberId, webhook: { url, appSecret, twice: true } });
  });
  after(async () => {
    await host.stop();
    await sandbox.close();
  });

  async function startHost(userDir?: string): Promise<void> {
    host = await NodeRedHost.start({ TEST_LOGIN: `house:${hashSync('right', 4)}` }, userDir);
    host.authorisation = { authorization: `Basic ${Buffer.from('house:right').toString('base64')}` };
    url = `${host.url}/echosight/api/v1/whatsapp/webhook`;
  }

  async function deploy(credentials: Record<string, string>): Promise<void> {
    host.seen.length = 0;
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: 'in' },
      {
        id: 'in',
        type: 'sentinel-whatsapp-in',
        site: 'site',
        account: 'account',
        wires: [['probe-said'], ['probe-messages']],
      },
      {
        ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: `+${person}` },
        ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', credentials: { accessToken: token, ...credentials } },
      } satisfies FlowNode,
      ...['said', 'messages'].map(probe),
      ...catchAll(),
      ...watchStatus(),
    ]);
  }
  const metrics = async () =>
    await (await fetch(`${host.url}/echosight/metrics`, { headers: host.authorisation })).text();

  test('does not begin without the app secret, and the address is not there', async () => {
    await deploy({ verifyToken });
    const { error } = await host.waitFor('errors', () => true);
    assert.match((error as { message: string }).message, /no app secret/);
    assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 404);
  });

  test('is reached without the login by who signs, and each message comes once', async () => {
    await deploy({ appSecret, verifyToken });
    assert.equal((await fetch(`${host.url}/echosight/metrics`)).status, 401, 'there is a login');
    const query = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': verifyToken,
      'hub.challenge': '42',
    });
    assert.equal(await (await fetch(`${url}?${String(query)}`)).text(), '42');

    const id = sandbox.write(person, 'hello there');
    sandbox.write('15550100666', 'I am nobody');
    const last = sandbox.write(person, 'and again');
    await host.waitFor('messages', ({ payload }) => (payload as Inbound).messageId === last);
    const [first, ...others] = host.messages('messages').map(({ payload }) => payload as Inbound);
    assert.ok(first !== undefined);
    const { capturedAt, ...said } = first;
    assert.ok(Math.abs(Date.now() - capturedAt) < 60_000);
    assert.deepEqual(said, {
      ...{ v: 1, kind: 'inbound', site: 'test', area: '', source: 'whatsapp', channel: 'whatsapp' },
      ...{ from: '***001', messageId: id, type: 'text', text: 'hello there' },
    });
    assert.deepEqual(
      others.map(({ text }) => text),
      ['and again'],
    );
    await host.waitFor('status', (message) => JSON.stringify(message.status).includes('***001: and again'));
    assert.match(await metrics(), /webhook_events_total\{[^}]*kind="stranger"[^}]*\} \d/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('takes nothing with a wrong signature, nor JSON that was written again', async () => {
    await deploy({ appSecret, verifyToken });
    const text = { from: person, id: 'wamid.forged', timestamp: '1700000000', type: 'text', text: { body: 'forged' } };
    const body = JSON.stringify(webhookBody(phoneNumberId, { messages: [text] }), null, 1);
    const signature = signatureOf(body, appSecret);
    const post = async (sent: string, header: Record<string, string>) =>
      (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...header }, body: sent }))
        .status;
    assert.equal(await post(body, {}), 401);
    assert.equal(await post(body.replace('forged', 'Forged'), { 'x-hub-signature-256': signature }), 401);
    assert.equal(await post(JSON.stringify(JSON.parse(body)), { 'x-hub-signature-256': signature }), 401);
    assert.equal(await post(body, { 'x-hub-signature-256': signatureOf(body, 'other') }), 401);
    const last = sandbox.write(person, 'honest');
    await host.waitFor('messages', ({ payload }) => (payload as Inbound).messageId === last);
    assert.deepEqual(
      host.messages('messages').map(({ payload }) => (payload as Inbound).text),
      ['honest'],
    );
    assert.equal(await post(body, { 'x-hub-signature-256': signature }), 200);
    await host.waitFor('messages', ({ payload }) => (payload as Inbound).text === 'forged');
  });

  test('the example takes in what is written', async () => {
    host.seen.length = 0;
    const flow = exampleFlow('14 Answers from WhatsApp').map((node) => ({
      ...node,
      ...(node.id === 'answer-hear' ? { wires: [['probe-said'], ['probe-messages']] } : {}),
      ...(node.type === 'sentinel-whatsapp-account'
        ? { phoneNumberId, baseUrl: sandbox.url, credentials: { accessToken: token, appSecret, verifyToken } }
        : {}),
    }));
    await host.deploy([...flow, ...['said', 'messages'].map(probe), ...catchAll()]);
    await host.inject('answer-button');
    // Nothing of it may be under way when the next test begins.
    await until(() =>
      sandbox.messages.some(({ text, status }) => text.includes('Test of the answers') && status === 'delivered'),
    );
    const id = sandbox.write(person, 'what is it?');
    await host.waitFor('messages', ({ payload }) => (payload as Inbound).messageId === id);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('receipts leave whatsapp-out, whatever their order; a message whose answer was lost is not sent twice', async () => {
    host.seen.length = 0;
    sandbox.postTo({ url, appSecret, twice: true, reversed: 2, delayMs: 200 });
    const func = `return {payload: ${JSON.stringify(incident())}};`;
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: 'receipts' },
      { id: 'go', type: 'inject', props: [], repeat: '', wires: [['make']] },
      { id: 'make', type: 'function', outputs: 1, func, wires: [['out']] },
      { id: 'out', type: 'whatsapp-out', site: 'site', account: 'account', wires: [['probe-first'], ['probe-second']] },
      { id: 'in', type: 'sentinel-whatsapp-in', site: 'site', account: 'account', wires: [[], []] },
      {
        ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: `+${person}` },
        ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', credentials: { accessToken: token, appSecret, verifyToken } },
      } satisfies FlowNode,
      ...['first', 'second'].map(probe),
      ...catchAll(),
    ]);
    const before = sandbox.messages.length;
    sandbox.fail({ answer: 'cut', arrived: true });
    await host.inject('go');
    await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'delivered');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    assert.deepEqual(
      host.messages('first').map(({ payload }) => (payload as Delivery).status),
      ['queued', 'delivered'],
    );
    assert.equal(sandbox.messages.length, before + 1);
    assert.deepEqual([host.messages('second'), host.messages('errors')], [[], []]);
    assert.match(await metrics(), /alerts_delivered_ok_total\{[^}]*\} 1$/m);
  });

  test('a button acknowledges, words arm, and each is answered; strangers get nothing', async () => {
    host.seen.length = 0;
    sandbox.postTo({ url, appSecret, twice: true });
    const func = `return {payload: {...${JSON.stringify(incident())}, id: 'b0b0-' + Date.now()}};`;
    const lesser = `return {payload: {...${JSON.stringify(incident({ severity: 2 }))}, id: 'c0c0-' + Date.now(), reason: 'c' + Date.now()}};`;
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: 'buttons' },
      { id: 'go', type: 'inject', props: [], repeat: '', wires: [['make']] },
      { id: 'make', type: 'function', outputs: 1, func, wires: [['keep']] },
      { id: 'go-lesser', type: 'inject', props: [], repeat: '', wires: [['make-lesser']] },
      { id: 'make-lesser', type: 'function', outputs: 1, func: lesser, wires: [['keep']] },
      { id: 'keep', type: 'evidence-store', site: 'site', wires: [['out'], ['probe-reviews']] },
      {
        id: 'out',
        type: 'whatsapp-out',
        site: 'site',
        account: 'account',
        buttons: true,
        wires: [['probe-first'], []],
      },
      { id: 'in', type: 'sentinel-whatsapp-in', site: 'site', account: 'account', wires: [['probe-said'], []] },
      {
        ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: `+${person}` },
        ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', credentials: { accessToken: token, appSecret, verifyToken } },
      } satisfies FlowNode,
      ...['reviews', 'first', 'said'].map(probe),
      ...catchAll(),
    ]);
    await host.inject('go');
    await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'delivered');
    const alert = sandbox.messages.findLast(({ type }) => type === 'interactive');
    assert.ok(alert);
    assert.deepEqual(alert.buttons, ['Acknowledge', 'Talk', 'Dismiss']);
    const answered = async (pattern: RegExp) => {
      await until(() => sandbox.messages.some(({ text, to }) => to === person && pattern.test(text)));
    };
    sandbox.press(alert, 'Acknowledge', '15550100666');
    sandbox.press(alert, 'Acknowledge');
    await answered(/^Acknowledged: Person and breaking glass\.$/);
    for (const name of ['said', 'reviews']) {
      const { payload } = await host.waitFor(name, ({ payload }) => (payload as Review).action === 'acknowledge');
      assert.equal((payload as Review).by, '***001', name);
    }
    sandbox.press(alert, 'Acknowledge');
    await answered(/^This button was used before\.$/);
    sandbox.press(alert, 'Talk');
    const { payload: talk } = await host.waitFor(
      'said',
      ({ payload }) => (payload as Command | Review).kind === 'command',
    );
    assert.equal((talk as Command).command, 'talk');
    sandbox.write(person, 'arm night');
    await answered(/^Armed: night\.$/);
    sandbox.write(person, 'lage');
    await answered(/^Test house: night\. .*Nichts ist offen\.$/);
    assert.ok(!sandbox.messages.some(({ to }) => to === '15550100666'), 'a stranger is not answered');
    assert.equal(host.messages('reviews').length, 1, 'nothing goes round');

    sandbox.write(person, 'snooze 30');
    await answered(/^Quiet until /);
    const withheld = () => host.messages('first').filter(({ payload }) => (payload as Delivery).status === 'withheld');
    for (const count of [1, 2]) {
      await host.inject('go-lesser');
      await until(() => withheld().length === count);
    }
    sandbox.write(person, 'snooze 0');
    const summary = () => sandbox.messages.find(({ text }) => text.startsWith('Test house: 2 incidents while'));
    await until(() => summary() !== undefined);
    const told = summary();
    assert.ok(told);
    assert.deepEqual(told.buttons, ['Acknowledge all']);
    await host.waitFor('first', ({ payload }) => (payload as Delivery).providerId === told.id);
    sandbox.press(told, 'Acknowledge all');
    await answered(/^Acknowledged: Person and breaking glass, Person and breaking glass\.$/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('who wrote when decides the form, across restarts: a template to the silent, free text to who has written', async () => {
    sandbox.postTo(undefined);
    const func = `return {payload: {...${JSON.stringify(incident())}, id: 'w' + Date.now(), reason: 'w' + Date.now()}};`;
    const house = [
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: 'windows' },
      { id: 'go', type: 'inject', props: [], repeat: '', wires: [['make']] },
      { id: 'make', type: 'function', outputs: 1, func, wires: [['out']] },
      { id: 'out', type: 'whatsapp-out', site: 'site', account: 'account', wires: [['probe-first'], ['probe-second']] },
      {
        ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: `+${person}` },
        ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', templateName: 'echosight_alert', templateLanguage: 'en' },
        credentials: { accessToken: token, appSecret, verifyToken },
      } satisfies FlowNode,
      ...['first', 'second', 'messages'].map(probe),
      ...catchAll(),
    ];
    const listening = { id: 'in', type: 'sentinel-whatsapp-in', site: 'site', account: 'account' };
    const told = async (): Promise<string | undefined> => {
      host.seen.length = 0;
      const before = sandbox.messages.length;
      await host.inject('go');
      await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'accepted');
      assert.equal(sandbox.messages.length, before + 1);
      return sandbox.messages.at(-1)?.type;
    };
    await host.deploy(house);
    assert.equal(await told(), 'text', 'nobody listens: free text first, as nothing is known');
    // Its receipts are nobody's: heard later, they would say that we hear.
    await until(() => sandbox.messages.at(-1)?.status === 'delivered');
    sandbox.postTo({ url, appSecret, twice: true });

    const wired = [...house, { ...listening, wires: [[], ['probe-messages']] }];
    await host.deploy(wired);
    assert.equal(await told(), 'text', 'nothing has come in yet');
    await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'delivered');
    assert.equal(await told(), 'template', 'we would have heard');

    const id = sandbox.write(person, 'good morning');
    await host.waitFor('messages', ({ payload }) => (payload as Inbound).messageId === id);
    assert.equal(await told(), 'text');
    await host.kill();
    await startHost(host.userDir);
    await host.deploy(wired);
    assert.equal(await told(), 'text', 'remembered on disk');
    assert.deepEqual([host.messages('second'), host.messages('errors')], [[], []]);
  });

  test('a Graph version that is over is told by status, error and health', async () => {
    host.seen.length = 0;
    const account = { phoneNumberId, recipients: `+${person}`, baseUrl: sandbox.url, graphVersion: 'v20.0' };
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: 'version' },
      { id: 'out', type: 'whatsapp-out', site: 'site', account: 'account', wires: [[], []] },
      { id: 'account', type: 'sentinel-whatsapp-account', ...account, credentials: { accessToken: token } },
      ...catchAll(),
      ...watchStatus(),
    ] as FlowNode[]);
    await host.waitFor('status', (message) => JSON.stringify(message.status).includes('Graph v20.0 is over'));
    await host.waitFor('errors', ({ error }) => JSON.stringify(error).includes('Graph v20.0 is over'));
    const response = await fetch(`${host.url}/echosight/api/v1/health`, { headers: host.authorisation });
    const { sites } = (await response.json()) as HealthReport;
    // The site of the test before may still be open, under the same id.
    const told = sites.flatMap(({ accounts = [] }) => accounts.map(({ account: id, status }) => [id, status]));
    assert.ok(
      told.some(([id, status]) => id === 'account' && status === 'warning'),
      JSON.stringify(sites),
    );
  });

  test('its address goes with it', async () => {
    await deploy({ appSecret, verifyToken });
    await host.deploy([]);
    assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 404);
    assert.ok(!host.log.includes(appSecret) && !host.log.includes(person), 'neither secret nor number is logged');
  });
});
