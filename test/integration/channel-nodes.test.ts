import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import type { Delivery } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { TwilioServer } from '../hosts/twilio-server.ts';
import { incident } from '../unit/alerting/incident.ts';
import { phoneNumberId, token, until } from './alert-desk.ts';

const accountSid = `AC${'0d'.repeat(16)}`;
const authToken = 'canary-nodes-token-41';

/** Two channels in a real Node-RED. */
describe('channels that stand in for each other', { timeout: 180_000 }, () => {
  let host: NodeRedHost;
  let sandbox: Sandbox;
  let twilio: TwilioServer;

  before(async () => {
    if (buildIsStale()) await build();
    sandbox = await startSandbox({ port: 0, token, phoneNumberId });
    twilio = await TwilioServer.start(accountSid, authToken);
    host = await NodeRedHost.start();
  });
  after(async () => {
    await host.stop();
    await twilio.stop();
    await sandbox.close();
  });

  /** @param wired what of the flow leads to the SMS. */
  async function deploy(folder: string, wired: 'incidents' | 'failures' | 'both', sms: object): Promise<void> {
    host.seen.length = 0;
    twilio.messages.length = 0;
    const func = `return {payload: ${JSON.stringify(incident())}};`;
    const said = {
      v: 1,
      kind: 'review',
      site: 'home',
      area: 'shop',
      source: 'x',
      capturedAt: 1,
      incidentId: 'incident-1',
    };
    const review = `return {payload: ${JSON.stringify({ ...said, action: 'acknowledge' })}};`;
    const fromFlow = wired === 'failures' ? [] : ['sms'];
    const fromFailures = wired === 'incidents' ? [] : ['sms'];
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: folder },
      { id: 'go', type: 'inject', props: [], repeat: '', wires: [['make']] },
      { id: 'make', type: 'function', outputs: 1, func, wires: [['keep']] },
      { id: 'keep', type: 'evidence-store', site: 'site', wires: [['whatsapp', ...fromFlow], []] },
      { id: 'ack', type: 'inject', props: [], repeat: '', wires: [['say']] },
      { id: 'say', type: 'function', outputs: 1, func: review, wires: [['keep']] },
      {
        id: 'whatsapp',
        type: 'whatsapp-out',
        site: 'site',
        account: 'wa',
        wires: [[], ['probe-failed', ...fromFailures]],
      },
      {
        id: 'sms',
        type: 'sentinel-sms-out',
        site: 'site',
        account: 'tw',
        ...sms,
        wires: [['probe-sms'], ['probe-smsFailed']],
      },
      {
        ...{ id: 'wa', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: '+15550100001' },
        ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', credentials: { accessToken: token } },
      } satisfies FlowNode,
      {
        ...{ id: 'tw', type: 'sentinel-sms-account', accountSid, from: '+15551230000', baseUrl: twilio.url },
        ...{ recipients: '+15550100001, +15550100002', credentials: { authToken } },
      } satisfies FlowNode,
      ...['failed', 'sms', 'smsFailed'].map(probe),
      ...catchAll(),
    ]);
  }
  const smsStates = () => host.messages('sms').map(({ payload }) => (payload as Delivery).status);
  /** Twilio has an SMS a moment before the flow is told so: whoever went on at once would leave that to the next test. */
  const accepted = (count: number) =>
    until(() => smsStates().filter((status) => status === 'accepted').length === count);

  test('a failure of the first, wired to the second, is told by SMS though nobody else told it of the incident', async () => {
    await deploy('failure', 'failures', {});
    sandbox.fail({ code: 131026 });
    await host.inject('go');
    await accepted(2);
    assert.match(
      twilio.messages[0]?.body ?? '',
      /^SEV3 Test house shop: Person and breaking glass \d\d:\d\d #incident$/,
    );
    const { incident: copy } = (await host.waitFor('failed', () => true)) as { incident?: { id: string } };
    assert.equal(copy?.id, 'incident-1');
  });

  test('what waits for its turn goes at once when the first says that it failed', async () => {
    await deploy('both', 'both', { sendWhen: 'not-delivered', waitAlarm: 3600 });
    sandbox.fail({ code: 131026 });
    await host.inject('go');
    await accepted(2);
    assert.equal(twilio.messages.length, 2);
    assert.ok(!smsStates().includes('cancelled'));
  });

  test('an acknowledgement in evidence-store ends what waits', async () => {
    await deploy('ack', 'incidents', { sendWhen: 'at-once', nextPersonSeconds: 3600 });
    await host.inject('go');
    await accepted(1);
    await host.inject('ack');
    await until(() => smsStates().includes('cancelled'));
    assert.equal(twilio.messages.length, 1);
    const cancelled = host
      .messages('sms')
      .map(({ payload }) => payload as Delivery)
      .find(({ because }) => because !== undefined);
    assert.match(cancelled?.because ?? '', /has answered/);
    assert.deepEqual(host.messages('errors'), []);
  });
});
