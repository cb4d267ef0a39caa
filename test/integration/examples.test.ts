import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { build, buildIsStale } from '../../scripts/build.ts';
import { exampleFlows } from '../../scripts/build/scorecard.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import { placeholderIn } from '../../src/contracts/placeholder.ts';
import type {
  AudioScores,
  Delivery,
  Detections,
  Incident,
  Payload,
  StreamStatus,
} from '../../src/contracts/messages.ts';
import { paneWav, personJpeg } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { SoundServer } from '../hosts/sound-server.ts';
import { requirement } from '../requirements.ts';
import { startDemoCamera } from './demo-camera.ts';

const token = 'example-token-51c0';
/** What `curl --data-binary` says when nobody tells it better. */
const curlType = 'application/x-www-form-urlencoded';
const phoneNumberId = '100000000000007';

/** Every example, imported into a real Node-RED and used the way its comment says. */
describe('the example flows', { timeout: 300_000 }, () => {
  let sound: SoundServer | undefined;
  let absentRecorders = '';
  let host: NodeRedHost;
  let sandbox: Sandbox;
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;

  before(async () => {
    if (buildIsStale()) await build();
    sandbox = await startSandbox({ port: 0, token, phoneNumberId });
    camera = await startDemoCamera();
    const missing = await SoundServer.missing();
    absentRecorders = missing.join(', ');
    if (missing.length === 0) sound = await SoundServer.start();
    host = await NodeRedHost.start({
      ...sound?.env,
      WHATSAPP_PHONE_NUMBER_ID: phoneNumberId,
      ...{ RTSP_URL: camera.url, SITE_NAME: 'House of variables', TO_NUMBER: '+15550100007', FRAME_RATE: '4' },
      ...{ WHATSAPP_PHONE_ID: phoneNumberId, WHATSAPP_ACCESS_TOKEN: token, ALERT_COOLDOWN_SECONDS: '10' },
    });
  });
  after(async () => {
    await host.stop();
    await camera.stop();
    await sandbox.close();
    await sound?.stop();
  });

  test('1 Full pipeline', async () => {
    await deploy('1 Full pipeline', { 'full-watch': 2 });
    const status = await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'connected');
    assert.equal((status.payload as StreamStatus).source, 'entrance');
    assert.deepEqual(host.messages('errors'), []);
  });

  test('2 Detect in a picture (http)', async () => {
    await deploy('2 Detect in a picture (http)');
    const found = await post('/detect', 'image/jpeg', await personJpeg());
    assert.equal(found.status, 200);
    assert.ok(((await found.json()) as Detections).objects.some(({ label }) => label === 'person'));
    for (const type of [undefined, curlType]) {
      assert.equal((await post('/detect', type, await personJpeg())).status, 200, `content type ${type}`);
    }
    const drawn = await post('/detect/picture', 'image/jpeg', await personJpeg());
    assert.equal((await sharp(await drawn.arrayBuffer()).metadata()).format, 'jpeg');
    const refused = await post('/detect', 'image/jpeg', Buffer.from('no picture'));
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /picture|JPEG/);
  });

  test('3 Classify a sound file', async () => {
    await deploy('3 Classify a sound file');
    const heard = await post('/classify', 'audio/wav', paneWav());
    assert.equal(heard.status, 200);
    assert.ok(((await heard.json()) as AudioScores).triggered.includes('glass_break'));
    for (const type of [undefined, curlType]) {
      assert.equal((await post('/classify', type, paneWav())).status, 200, `content type ${type}`);
    }
    assert.equal((await post('/classify', 'audio/wav', Buffer.from('no sound'))).status, 400);
  });

  test('4 Watch a camera', async () => {
    await deploy('4 Watch a camera', { 'camera-look': 1 });
    await host.waitFor('spy', ({ payload }) => Buffer.isBuffer(payload));
    const page = await fetch(`${host.url}/entrance.jpg`);
    assert.equal(page.headers.get('content-type'), 'image/jpeg');
    assert.equal((await sharp(await page.arrayBuffer()).metadata()).width, 640);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('5 Door contact and camera', async () => {
    await deploy('5 Door contact and camera', { 'door-judge': 0 });
    await host.inject('door-contact');
    const { payload } = await host.waitFor('spy', () => true);
    const { phase, severity, label } = payload as Incident;
    assert.deepEqual({ phase, severity, label }, { phase: 'start', severity: 1, label: 'Door opened' });
  });

  test('6 Alerts only', async () => {
    await deploy('6 Alerts only', { 'alerts-tell': 0 });
    await host.inject('alerts-button');
    const accepted = await host.waitFor('spy', ({ payload }) => (payload as Delivery).status === 'accepted');
    assert.equal((accepted.payload as Delivery).part, 'text');
    assert.match(JSON.stringify(sandbox.messages.at(-1)), /Test of the alerts/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('7 Settings from the environment', async () => {
    await deploy('7 Settings from the environment', { 'env-watch': 2, 'env-tell': 0 });
    await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'connected');
    const told = await host.waitFor('spy', ({ payload }) => (payload as Delivery).status === 'accepted', 120_000);
    assert.equal((told.payload as Delivery).part, 'text');
    assert.match(JSON.stringify(sandbox.messages.at(-1)), /Alarm at House of variables, door: Person and breaking/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('8 Listen with a microphone', async (t) => {
    if (!requirement(t, sound !== undefined, absentRecorders) || sound === undefined) return;
    await deploy('8 Listen with a microphone', { 'mic-fuse': 0, 'mic-listen': 1 });
    await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'connected');
    const file = join(sound.folder, 'pane.wav');
    writeFileSync(file, paneWav());
    await sound.play(file);
    const { payload } = await host.waitFor('spy', ({ payload }) => (payload as Payload).kind === 'incident');
    const { label, area, sources } = payload as Incident;
    assert.deepEqual([label, area, sources], ['Breaking glass', 'hall', ['hall-microphone']]);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('no example is left out here', () => {
    // Those of Dashboard are tried in test/e2e/dashboard.test.ts.
    assert.equal(exampleFlows().filter(({ file }) => !file.startsWith('examples/Dashboard/')).length, 8);
  });

  /** Imports an example with our camera and account in it; `spied` outputs of nodes also go to the probe `spy`. */
  async function deploy(name: string, spied: Record<string, number> = {}): Promise<void> {
    host.seen.length = 0;
    const example = exampleFlows().find(({ file }) => file === `examples/${name}.json`);
    assert.ok(example);
    const flow = (example.nodes as FlowNode[])
      .filter(({ type }) => type !== 'tab')
      .map((node) => prepared(node, spied));
    await host.deploy([...flow, probe('spy'), ...catchAll()]);
  }

  function prepared(node: FlowNode, spied: Record<string, number>): FlowNode {
    const output = spied[node.id];
    const wires = node.wires?.map((wire, index) => (index === output ? [...wire, 'probe-spy'] : wire));
    return {
      ...node,
      ...(wires === undefined ? {} : { wires }),
      ...(node.type === 'sentinel-camera' && placeholderIn(node.address) === undefined ? { address: camera.url } : {}),
      ...(node.type === 'sentinel-whatsapp-account'
        ? { baseUrl: sandbox.url, credentials: node.credentials ?? { accessToken: token } }
        : {}),
    };
  }

  async function post(path: string, type: string | undefined, body: Buffer): Promise<Response> {
    const headers = type === undefined ? {} : { 'content-type': type };
    return await fetch(`${host.url}${path}`, { method: 'POST', headers, body });
  }
});
