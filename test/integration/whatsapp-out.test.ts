import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import type { Delivery } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode, type Message } from '../hosts/node-red-host.ts';
import { incident } from '../unit/alerting/incident.ts';
import { phoneNumberId, token, until } from './alert-desk.ts';

describe('whatsapp-out in a real Node-RED', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let sandbox: Sandbox;

  before(async () => {
    host = await NodeRedHost.start();
    sandbox = await startSandbox({ port: 0, token, phoneNumberId });
  });
  after(async () => {
    await host.stop();
    await sandbox.close();
  });

  /** A flow with one whatsapp-out of this id, which an inject node feeds with an incident. */
  async function deploy(id: string, dataFolder: string, accessToken = token, more: object = {}): Promise<void> {
    host.seen.length = 0;
    const func = `return {payload: ${JSON.stringify(incident())}};`;
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder },
      { id: 'go', type: 'inject', props: [], repeat: '', wires: [['make']] },
      { id: 'make', type: 'function', outputs: 1, func, wires: [[id]] },
      ...[
        {
          id,
          type: 'whatsapp-out',
          site: 'site',
          account: 'account',
          ...more,
          wires: [['probe-first'], ['probe-second']],
        },
      ],
      {
        ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: '+15550100001' },
        ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', credentials: { accessToken } },
      } satisfies FlowNode,
      ...['first', 'second'].map(probe),
      ...catchAll(),
      ...watchStatus(),
    ]);
  }
  const status = (pattern: RegExp) => host.waitFor('status', (message) => pattern.test(JSON.stringify(message.status)));
  const states = (name: string) => host.messages(name).map(({ payload }) => (payload as Delivery).status);

  test('an alert that was not sent is sent after its node was deleted and another made in its place', async () => {
    await deploy('old', 'moved');
    sandbox.fail({ status: 503 }, { status: 503 });
    await host.inject('go');
    await status(/queued/);
    await deploy('new', 'moved');
    await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'accepted');
    await status(/"green".*accepted/);
    assert.equal(sandbox.messages.length, 1);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('what fails leaves by the second output, with one error and a red status', async () => {
    await deploy('fails', 'fails');
    sandbox.fail({ code: 131047 });
    await host.inject('go');
    await host.waitFor('second', () => true);
    await status(/"red".*failed/);
    assert.deepEqual([states('first'), states('second')], [['queued'], ['failed']]);
    assert.equal(host.messages('errors').length, 1);
    assert.match(errorText(host.messages('errors')[0]), /ES_CHANNEL_MESSAGE/);
  });

  test('with a token that has expired it is red some seconds after the deploy, before there is an alert', async () => {
    await deploy('expired', 'expired', 'EAAcanaryexpired');
    await status(/"red".*account: .*error 190/);
    await host.waitFor('errors', () => true);
    assert.equal(host.messages('errors').length, 1);
    assert.match(errorText(host.messages('errors')[0]), /ES_CHANNEL_SETUP/);
    assert.doesNotMatch(host.log, /EAAcanaryexpired/);
  });

  test('a sign of life comes once a day, also after the next deploy', async () => {
    const { hour, minute } = Object.fromEntries(
      new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
        .formatToParts(Date.now() - 5 * 60_000)
        .map(({ type, value }) => [type, value]),
    );
    const before = sandbox.messages.length;
    const texts = (): string[] => sandbox.messages.slice(before).flatMap(({ text = '' }) => text);
    await deploy('living', 'living', token, { heartbeatAt: `${hour}:${minute}` });
    await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'accepted');
    assert.match(
      texts().join(),
      /^Test house, \d\d:\d\d: something does not work\nThere is no camera and no microphone\.$/,
    );
    await deploy('living', 'living', token, { heartbeatAt: `${hour}:${minute}`, minimumSeverity: 1 });
    await host.inject('go');
    await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'accepted');
    assert.equal(texts().length, 2, 'the alert, and no second sign of life');
    assert.deepEqual(host.messages('errors'), []);
  });

  test('without a database it is red and says so once; when there is one it goes on by itself', async () => {
    const database = join(host.userDir, 'broken', 'sentinel.db');
    mkdirSync(database, { recursive: true });
    await deploy('node', 'broken');
    await status(/"red".*in memory only: .*database/);
    assert.match(errorText(await host.waitFor('errors', () => true)), /ES_DATABASE/);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(host.messages('errors').length, 1, 'tried again without a further word');
    rmdirSync(database);
    await until(() => JSON.stringify(host.messages('status').at(-1)).includes('waiting for incidents'));
    await host.inject('go');
    await host.waitFor('first', ({ payload }) => (payload as Delivery).status === 'accepted');
    await host.inject('go');
    await status(/silent: .*already alerted/);
  });
});

function errorText(message: Message | undefined): string {
  return (message?.error as { message: string } | undefined)?.message ?? '';
}
