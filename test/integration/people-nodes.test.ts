import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { Delivery } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { TwilioServer } from '../hosts/twilio-server.ts';
import { incident } from '../unit/alerting/incident.ts';
import { until } from './alert-desk.ts';

const accountSid = `AC${'0e'.repeat(16)}`;
const authToken = 'canary-people-token-51';

/** A time of day in UTC, so many minutes from now. */
function clock(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);
}

const asleep = { quietFrom: clock(-120), quietTo: clock(120) };
const anna = { to: '+15550100001', name: 'Anna', language: 'de' };
const ben = { to: '+15550100002', name: 'Ben', ...asleep };

/** Whom an SMS goes to, in a real Node-RED. */
describe('people of an account', { timeout: 180_000 }, () => {
  let host: NodeRedHost;
  let twilio: TwilioServer;

  before(async () => {
    if (buildIsStale()) await build();
    twilio = await TwilioServer.start(accountSid, authToken);
    host = await NodeRedHost.start();
  });
  after(async () => {
    await host.stop();
    await twilio.stop();
  });

  async function deploy(folder: string, recipients: unknown, sms: object = {}, publicAddress = ''): Promise<void> {
    host.seen.length = 0;
    twilio.messages.length = 0;
    const say = (id: string, payload: unknown): FlowNode[] => [
      { id, type: 'inject', props: [], repeat: '', wires: [[`make-${id}`]] },
      {
        ...{ id: `make-${id}`, type: 'function', outputs: 1, wires: [['sms']] },
        func: `return {payload: ${JSON.stringify(payload)}};`,
      },
    ];
    const review = { v: 1, kind: 'review', site: 'test', area: 'shop', source: 'x', capturedAt: 1, incidentId: 'x' };
    await host.deploy([
      {
        id: 'site',
        type: 'sentinel-site',
        name: 'Kiosk',
        siteId: 'test',
        dataFolder: folder,
        timeZone: 'UTC',
        publicAddress,
      },
      ...say('warning', incident({ severity: 2, reason: 'person', label: 'Person' })),
      ...say('another', incident({ id: 'incident-2', area: 'yard', severity: 2, reason: 'person', label: 'Person' })),
      ...say('alarm', incident({ id: 'incident-3', severity: 3, reason: 'person', label: 'Person' })),
      ...say('snooze', { command: 'snooze', value: { minutes: 30, area: 'shop' } }),
      ...say('review', { ...review, action: 'snooze', minutes: 45 }),
      ...say('end', { command: 'snooze', value: 0 }),
      ...say('nonsense', { command: 'snooze' }),
      {
        ...{ id: 'sms', type: 'sentinel-sms-out', site: 'site', account: 'tw', minimumSeverity: 1, ...sms },
        wires: [['probe-sms'], ['probe-failed']],
      },
      {
        ...{ id: 'tw', type: 'sentinel-sms-account', accountSid, from: '+15551230000', baseUrl: twilio.url },
        ...{ recipients, credentials: { authToken } },
      } satisfies FlowNode,
      ...['sms', 'failed'].map(probe),
      ...catchAll(),
    ]);
  }

  /** Twilio reports on its last message. */
  const report = async (status: string, more: { code?: number; forged?: string } = {}): Promise<number> => {
    const message = twilio.messages.at(-1) ?? assert.fail('nothing was sent');
    return await twilio.report(message, { status, via: host.url, ...more });
  };
  const deliveries = () => host.messages('sms').map(({ payload }) => payload as Delivery);
  const news = () => deliveries().map(({ name, status }) => `${name ?? ''} ${status}`);
  const told = (what: string) => until(() => news().includes(what));

  test('each in their language; who sleeps is passed over, except by alarms', async () => {
    await deploy('quiet', [anna, ben]);
    await host.inject('warning');
    await told('Anna accepted');
    await told('Ben cancelled');
    assert.equal(twilio.messages.length, 1);
    assert.match(twilio.messages[0]?.body ?? '', /^SEV2 Kiosk shop: Person \d\d:\d\d/);
    await host.inject('alarm');
    await told('Ben accepted');
    assert.deepEqual(host.messages('errors'), []);
  });

  test('when everybody sleeps it waits, and says until when', async () => {
    await deploy('asleep', [ben]);
    await host.inject('warning');
    await told('Ben withheld');
    const { because } = deliveries().find(({ status }) => status === 'withheld') ?? {};
    assert.equal(because, `Quiet hours until ${asleep.quietTo}.`);
    assert.equal(twilio.messages.length, 0);
  });

  test('a snooze by command or review holds back until it is ended, and a restart keeps it', async () => {
    await deploy('snooze', [anna]);
    await host.inject('snooze');
    await host.inject('warning');
    await told('Anna withheld');
    await host.inject('another');
    await told('Anna accepted');
    assert.equal(twilio.messages.length, 1, 'another area is told');
    await host.inject('review');
    await host.inject('nonsense');
    const { error } = (await host.waitFor('errors', () => true)) as { error?: { message: string } };
    assert.match(error?.message ?? '', /how many minutes/);
    await deploy('snooze', [anna]);
    await host.inject('end');
    await until(() => twilio.messages.length === 1);
    await told('Anna accepted');
  });

  describe('what became of an SMS', () => {
    const address = 'https://house.example.org/echosight';

    test('is reported by Twilio: sent, delivered, in any order and only once', async () => {
      await deploy('reports', [anna], {}, address);
      await host.inject('alarm');
      await told('Anna accepted');
      assert.match(
        twilio.messages[0]?.callback ?? '',
        /^https:\/\/house\.example\.org\/echosight\/api\/v1\/sms\/reports\?account=tw&row=/,
      );
      assert.equal(await report('delivered'), 200);
      await told('Anna delivered');
      assert.equal(await report('sent'), 200);
      assert.equal(await report('delivered'), 200);
      assert.equal(news().filter((one) => /sent|delivered/.test(one)).length, 1);
      const metrics = await (await fetch(`${host.url}/echosight/metrics`)).text();
      assert.match(metrics, /alerts_delivered_ok_total\{[^}]*channel="sms"[^}]*\} 1/);
    });

    test('is believed for its signature alone', async () => {
      assert.equal(await report('failed', { forged: 'somebody' }), 401);
      const callback = twilio.messages.at(-1)?.callback ?? '';
      const { pathname, search } = new URL(callback);
      const bare = await fetch(`${host.url}${pathname}${search}`, { method: 'POST', body: 'MessageStatus=failed' });
      assert.equal(bare.status, 401);
      const unknown = await fetch(`${host.url}${pathname}?account=nobody`, { method: 'POST', body: '' });
      assert.equal(unknown.status, 404);
      assert.deepEqual(host.messages('failed'), []);
    });

    test('a phone that is off is told by the second output, for the next channel', async () => {
      host.seen.length = 0;
      await host.inject('another');
      await told('Anna accepted');
      assert.equal(await report('undelivered', { code: 30003 }), 200);
      const failed = (await host.waitFor('failed', () => true)) as { payload: Delivery; incident?: { id: string } };
      assert.equal(failed.payload.error?.name, 'ES_CHANNEL_RECIPIENT');
      assert.match(failed.payload.error.message, /switched off/);
      assert.equal(failed.incident?.id, 'incident-2');
    });

    test('is asked for nowhere without an address that Twilio reaches', async () => {
      await deploy('unreached', [anna], {}, 'http://192.168.1.5:1880/echosight');
      await host.inject('alarm');
      await told('Anna accepted');
      assert.equal(twilio.messages[0]?.callback, '');
    });
  });
});
