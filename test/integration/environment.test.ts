import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import type { Delivery, StreamStatus } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { startDemoCamera } from './demo-camera.ts';

const login = { username: 'guard-canary', password: 'p@ss-canary' };
const token = 'token-canary-77';

/** `${NAME}` in settings and credentials, put in place by a real Node-RED. */
describe('environment variables in nodes', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let sandbox: Sandbox;
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;

  before(async () => {
    if (buildIsStale()) await build();
    sandbox = await startSandbox({ port: 0, token, phoneNumberId: '100000000000007' });
    camera = await startDemoCamera({ credentials: login, scheme: 'digest' });
    host = await NodeRedHost.start({
      RTSP_URL: camera.url.replace('://', `://${login.username}:${encodeURIComponent(login.password)}@`),
      ...{ FRAME_RATE: '2', SITE_NAME: 'House of variables', TOO_FAST: '99' },
      ...{ WHATSAPP_PHONE_ID: '100000000000007', WHATSAPP_ACCESS_TOKEN: token, TO_NUMBER: '+15550100007' },
    });
  });
  after(async () => {
    await host.stop();
    await camera.stop();
    await sandbox.close();
  });

  test('a login inside the address opens the camera and shows nowhere', async () => {
    await deploy([...watching({ address: '${RTSP_URL}' }, { rate: '${FRAME_RATE}' }), ...watchStatus()]);
    await host.waitFor('seen', ({ payload }) => (payload as StreamStatus).status === 'connected');
    const frame = await host.waitFor('frames', () => true);
    assert.equal(frame.topic, 'home/door/frame');
    const flow = await (await fetch(`${host.url}/flows`)).text();
    const told = JSON.stringify(host.seen.map(({ message }) => ({ ...message, image: undefined })));
    const written = readFileSync(join(host.userDir, 'flows.json'), 'utf8');
    for (const text of [flow, told, written, host.log]) assert.doesNotMatch(text, /canary/);
  });

  test('what a variable holds is checked like what somebody types', async () => {
    await deploy(watching({ address: '${RTSP_URL}' }, { rate: '${TOO_FAST}' }));
    const { error } = await host.waitFor('errors', () => true);
    assert.match((error as Error).message, /rate must be <= 15/);
  });

  test('a variable that is not set is named, and so is one that is only part of an address', async () => {
    await deploy(watching({ address: '${GATE_URL}' }, {}));
    const unset = await host.waitFor('errors', () => true);
    assert.match((unset.error as Error).message, /environment variable GATE_URL.* is not set/);
    await deploy(watching({ address: 'rtsp://${GATE_HOST}/s' }, {}));
    const part = await host.waitFor('errors', () => true);
    assert.match((part.error as Error).message, /environment variable GATE_HOST in the address is not put in/);
  });

  test('credentials, numbers and recipients come from variables; a token that is not set is never sent', async () => {
    await deploy(telling('${WHATSAPP_ACCESS_TOKEN}'));
    await host.inject('button');
    await host.waitFor('told', ({ payload }) => (payload as Delivery).status === 'accepted');
    const [message] = sandbox.messages;
    assert.equal(message?.to, '15550100007');
    assert.match(message.text, /House of variables/);
    assert.doesNotMatch(host.log, /canary/);

    await deploy(telling('${NO_SUCH_TOKEN}'));
    const { error } = await host.waitFor('errors', () => true);
    assert.match((error as Error).message, /NO_SUCH_TOKEN.* is not set/);
    assert.equal(sandbox.messages.length, 1);
  });

  async function deploy(nodes: readonly FlowNode[]): Promise<void> {
    host.seen.length = 0;
    await host.deploy([...nodes, ...catchAll()]);
  }

  function watching(cameraSettings: object, ingestSettings: object): FlowNode[] {
    return [
      { id: 'camera', type: 'sentinel-camera', name: 'door', area: 'door', ...cameraSettings },
      {
        ...{ id: 'in', type: 'rtsp-in', camera: 'camera', ...ingestSettings },
        wires: [['probe-frames'], [], ['probe-seen']],
      },
      ...[probe('frames'), probe('seen')],
    ];
  }

  function telling(accessToken: string): FlowNode[] {
    const now = Date.now();
    const incident = {
      ...{ v: 1, kind: 'incident', site: 'home', area: 'door', source: 'door', capturedAt: now, id: 'i1' },
      ...{ phase: 'start', severity: 3, label: 'Test', reason: 'test', confidence: 1, startedAt: now, updatedAt: now },
      ...{ sources: ['door'], signals: [], explanation: ['A test.'] },
    };
    return [
      { id: 'site', type: 'sentinel-site', name: '${SITE_NAME}', siteId: 'home' },
      {
        ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId: '${WHATSAPP_PHONE_ID}' },
        ...{ recipients: '${TO_NUMBER}', baseUrl: sandbox.url, credentials: { accessToken } },
      },
      {
        ...{ id: 'button', type: 'inject', repeat: '', crontab: '', wires: [['tell']] },
        props: [{ p: 'payload', v: JSON.stringify(incident), vt: 'json' }],
      },
      { id: 'tell', type: 'whatsapp-out', site: 'site', account: 'account', wires: [['probe-told'], []] },
      probe('told'),
    ];
  }
});
