import assert from 'node:assert/strict';
import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { build, buildIsStale } from '../../scripts/build.ts';
import { exampleFlows } from '../../scripts/build/scorecard.ts';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import type {
  AudioScores,
  Delivery,
  Detections,
  Incident,
  Media,
  Payload,
  StreamStatus,
  TrainingReport,
} from '../../src/contracts/messages.ts';
import { modelFile } from '../../src/process/package-files.ts';
import { paneWav, personJpeg } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { SoundServer } from '../hosts/sound-server.ts';
import { TwilioServer } from '../hosts/twilio-server.ts';
import { requirement } from '../requirements.ts';
import { bellClip, clipParts, paneClip } from '../training-clips.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { zipOf } from '../zip-writer.ts';
import { until } from './alert-desk.ts';
import { startDemoCamera } from './demo-camera.ts';
import { exampleFlow } from './example-flow.ts';

const token = 'example-token-51c0';
/** What `curl --data-binary` says when nobody tells it better. */
const curlType = 'application/x-www-form-urlencoded';
const phoneNumberId = '100000000000007';
const accountSid = `AC${'0a'.repeat(16)}`;
/** Nobody is there: it is the last that is asked. */
const mailAccount = { host: '127.0.0.1', port: 9, security: 'none', from: 'house@example.org' };

/** Every example, imported into a real Node-RED and used the way its comment says. */
describe('the example flows', { timeout: 300_000 }, () => {
  let sound: SoundServer | undefined;
  let absentRecorders = '';
  let host: NodeRedHost;
  let sandbox: Sandbox;
  let twilio: TwilioServer;
  let camera: Awaited<ReturnType<typeof startDemoCamera>>;

  before(async () => {
    if (buildIsStale()) await build();
    sandbox = await startSandbox({ port: 0, token, phoneNumberId });
    twilio = await TwilioServer.start(accountSid, 'twilio-token-93');
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
    await twilio.stop();
    await sound?.stop();
  });

  test('02 Door camera to WhatsApp', async () => {
    await deploy('02 Door camera to WhatsApp', { 'full-watch': 2 });
    const status = await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'connected');
    assert.equal((status.payload as StreamStatus).source, 'front-door');
    assert.deepEqual(host.messages('errors'), []);
  });

  test('06 Detect in a picture (http)', async () => {
    await deploy('06 Detect in a picture (http)');
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

  test('07 Classify a sound file', async () => {
    await deploy('07 Classify a sound file');
    const heard = await post('/classify', 'audio/wav', paneWav());
    assert.equal(heard.status, 200);
    assert.ok(((await heard.json()) as AudioScores).triggered.includes('glass_break'));
    for (const type of [undefined, curlType]) {
      assert.equal((await post('/classify', type, paneWav())).status, 200, `content type ${type}`);
    }
    assert.equal((await post('/classify', 'audio/wav', Buffer.from('no sound'))).status, 400);
  });

  test('04 Watch a camera', async () => {
    await deploy('04 Watch a camera', { 'camera-look': 1, 'camera-watch': 3 });
    await host.waitFor('spy', ({ payload }) => Buffer.isBuffer(payload));
    const page = await fetch(`${host.url}/entrance.jpg`);
    assert.equal(page.headers.get('content-type'), 'image/jpeg');
    assert.equal((await sharp(await page.arrayBuffer()).metadata()).width, 640);
    for (const [button, mime] of [
      ['clip', 'video/mp4'],
      ['snapshot', 'image/jpeg'],
    ] as const) {
      await host.inject(`camera-${button}`);
      await host.waitFor('spy', ({ payload }) => (payload as Partial<Media>).mime === mime);
    }
    for (const [button, status] of [
      ['slow', /1 frames a second/],
      ['pause', /paused/],
      ['resume', /1 frames a second/],
      ['stop', /stopped/],
      ['start', /1 frames a second/],
    ] as const) {
      host.seen.length = 0;
      await host.inject(`camera-${button}`);
      await host.waitFor('status', (message) => status.test(JSON.stringify(message.status)));
    }
    assert.deepEqual(host.messages('errors'), []);
  });

  test('05 Door contact and camera', async () => {
    await deploy('05 Door contact and camera', { 'door-judge': 0 });
    await host.inject('door-contact');
    const { payload } = await host.waitFor('spy', ({ payload }) => 'phase' in (payload as object));
    const { phase, severity, label } = payload as Incident;
    assert.deepEqual({ phase, severity, label }, { phase: 'start', severity: 1, label: 'Door opened' });
  });

  test('08 Alerts only', async () => {
    await deploy('08 Alerts only', { 'alerts-tell': 0 });
    await host.inject('alerts-button');
    const accepted = await host.waitFor('spy', ({ payload }) => (payload as Delivery).status === 'accepted');
    assert.equal((accepted.payload as Delivery).part, 'text');
    assert.match(JSON.stringify(sandbox.messages.at(-1)), /Test of the alerts/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('12 Settings from the environment', async () => {
    await deploy('12 Settings from the environment', { 'env-watch': 2, 'env-tell': 0 });
    await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'connected');
    const told = await host.waitFor('spy', ({ payload }) => (payload as Delivery).status === 'accepted', 120_000);
    assert.equal((told.payload as Delivery).part, 'text');
    assert.match(JSON.stringify(sandbox.messages.at(-1)), /Alarm at House of variables, door: Person and breaking/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('11 Listen with a microphone', async (t) => {
    if (!requirement(t, sound !== undefined, absentRecorders) || sound === undefined) return;
    await deploy('11 Listen with a microphone', { 'mic-fuse': 0, 'mic-listen': 1 });
    await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'connected');
    const file = join(sound.folder, 'pane.wav');
    writeFileSync(file, paneWav());
    await sound.play(file);
    const { payload } = await host.waitFor('spy', ({ payload }) => (payload as Payload).kind === 'incident');
    const { label, area, sources } = payload as Incident;
    assert.deepEqual([label, area, sources], ['Breaking glass', 'hall', ['hall-microphone']]);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('01 Try it without a camera: the sample clip becomes an alert that nobody gets', async () => {
    await deploy('01 Try it without a camera', { 'try-tell': 0 });
    assert.match(await (await fetch(`${host.url}/echosight-try`)).text(), /No alert yet/);
    const { payload, image } = await host.waitFor(
      'spy',
      ({ payload }) => ((payload as Delivery).text ?? '').startsWith('Alarm'),
      60_000,
    );
    const { status, recipient, text } = payload as Delivery;
    assert.deepEqual({ status, recipient }, { status: 'dry-run', recipient: '' });
    assert.match(text ?? '', /^Alarm at Home, hall: Person and breaking glass\n/);
    assert.equal((await sharp(image as Buffer).metadata()).format, 'jpeg');
    const page = await (await fetch(`${host.url}/echosight-try`)).text();
    assert.match(page, /<img src="data:image\/jpeg;base64,[^"]{1000,}".*Person and breaking glass/s);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('03 Tune the rules: every button leads to its severity', async () => {
    const buttons: [button: string, severity: number, label: string][] = [
      ['tune-person', 1, 'Person'],
      ['tune-glass', 2, 'Breaking glass'],
      ['tune-both', 3, 'Person and breaking glass'],
      ['tune-door', 1, 'Door opened'],
      ['tune-both-door', 3, 'Somebody at the open door'],
    ];
    for (const [button, severity, label] of buttons) {
      // A new deploy ends the incident of the button before.
      await deploy('03 Tune the rules', { 'tune-severity': 3 - severity });
      await host.inject(button);
      const { payload } = await host.waitFor('spy', ({ payload }) => (payload as Incident).label === label);
      assert.equal((payload as Incident).severity, severity);
      assert.ok((payload as Incident).explanation.length > 0);
      assert.deepEqual(host.messages('errors'), []);
    }
  });

  test('09 My own detector', async (t) => {
    const folder = temporaryFolder(t);
    const model = join(folder, 'yard.onnx');
    copyFileSync(modelFile('nanodet-g-416.onnx'), model);
    const labels = Array.from({ length: 80 }, (_, index) => (index === 0 ? 'visitor' : `thing-${index}`));
    const description = {
      ...{ title: 'Visitors', license: 'Apache-2.0', task: 'detection', family: 'nanodet-g' },
      ...{ input: { width: 416, height: 416 }, labels },
    };
    writeFileSync(join(folder, 'yard.json'), JSON.stringify(description));
    await deploy('09 My own detector');
    const missing = await post('/my-detector', 'image/jpeg', await personJpeg());
    assert.equal(missing.status, 400);
    assert.match(await missing.text(), /\/home\/you\/models\/my-detector\.onnx does not exist/);
    assert.doesNotMatch(host.log, /No response object/, "the error of the start is nobody's request");
    await deploy('09 My own detector', {}, { 'own-look': { model } });
    const found = await post('/my-detector', 'image/jpeg', await personJpeg());
    const detections = (await found.json()) as Detections;
    assert.equal(detections.model, 'yard');
    assert.ok(detections.objects.some(({ label }) => label === 'visitor'));
  });

  test('teach it your own sounds: a zip is accepted and learnt, a bad one refused in words', async () => {
    await deploy('13 Teach it your own sounds', { 'train-learn': 1 });
    const zip = zipOf([...clipParts('danger', 4, paneClip), ...clipParts('safe', 4, bellClip)]);
    const accepted = await post('/teach', curlType, zip);
    assert.equal(accepted.status, 202);
    assert.equal(((await accepted.json()) as TrainingReport).kind, 'training');
    const { payload } = await host.waitFor('spy', () => true);
    const { state, version, active } = payload as TrainingReport;
    assert.deepEqual([state, version, active], ['done', 1, 1]);
    const refused = await post('/teach', curlType, zipOf(clipParts('danger', 4, paneClip)));
    assert.equal(refused.status, 422);
    assert.match(await refused.text(), /only one class/);
    assert.doesNotMatch(host.log, /No response object/);
  });

  test('15 When WhatsApp fails: SMS go out at once', async () => {
    sandbox.fail({ code: 131026 });
    await deploy('15 When WhatsApp fails', {}, { 'hops-twilio': twilioAccount(), 'hops-mail': mailAccount });
    await host.inject('hops-button');
    await until(() => twilio.messages.length === 2);
    assert.match(twilio.messages[0]?.body ?? '', /^SEV3 .*: Test of the alerts/);
    await host.waitFor('errors', ({ error }) => JSON.stringify(error).includes('ES_CHANNEL_RECIPIENT'));
  });

  test('16 Until somebody answers: who is next is not told any more', async () => {
    twilio.messages.length = 0;
    await deploy('16 Until somebody answers', { 'list-tell': 0 }, { 'list-twilio': twilioAccount() });
    await host.inject('list-button');
    await until(() => twilio.messages.length === 1);
    await host.inject('list-ack');
    await host.waitFor('spy', ({ payload }) => (payload as Delivery).status === 'cancelled');
    assert.equal(twilio.messages.length, 1);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('17 Push and own program', async () => {
    const changes = { 'push-ntfy': { dryRun: true }, 'push-own': { url: `${host.url}/my-alerts` } };
    await deploy('17 Push and own program', { 'push-in': 0 }, changes);
    await host.inject('push-button');
    const { payload } = await host.waitFor('spy', (message) => (message.payload as { kind?: string }).kind === 'alert');
    const { severity, text } = payload as Record<string, unknown>;
    assert.equal(severity, 3);
    assert.match(String(text), /Test of the alerts/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('18 Cameras by API', async () => {
    await deploy('18 Cameras by API', { 'api-watch': 2, 'api-ask': 0 });
    const streamId = ({ payload }: { payload?: unknown }) => (payload as { id?: string } | undefined)?.id;
    await host.inject('api-add');
    await host.waitFor('spy', (message) => streamId(message) === 'demo');
    await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'connected');
    await host.inject('api-remove');
    await host.waitFor('spy', ({ payload }) => (payload as StreamStatus).status === 'stopped');
    assert.deepEqual(host.messages('errors'), []);
  });

  test('every example is used in a test', () => {
    const tests = globSync('*.test.ts', { cwd: import.meta.dirname });
    const used = tests.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
    // Those of Dashboard are tried in test/e2e/dashboard.test.ts.
    const files = exampleFlows().map(({ file }) => file);
    const names = files
      .filter((file) => !file.startsWith('examples/Dashboard/'))
      .map((file) => basename(file, '.json'));
    assert.deepEqual(
      names.filter((name) => !used.includes(`deploy('${name}'`) && !used.includes(`exampleFlow('${name}'`)),
      [],
    );
  });

  const twilioAccount = () => ({
    ...{ accountSid, from: '+15551230000', baseUrl: twilio.url },
    credentials: { authToken: 'twilio-token-93' },
  });

  /** Imports an example with our camera and account in it; `spied` outputs of nodes also go to the probe `spy`. */
  async function deploy(
    name: string,
    spied: Record<string, number> = {},
    changes: Record<string, object> = {},
  ): Promise<void> {
    host.seen.length = 0;
    const here = JSON.stringify(exampleFlow(name)).replaceAll('http://127.0.0.1:1880', host.url);
    const flow = (JSON.parse(here) as FlowNode[]).map((node) => ({ ...prepared(node, spied), ...changes[node.id] }));
    await host.deploy([...flow, probe('spy'), ...catchAll(), ...watchStatus()]);
  }

  function prepared(node: FlowNode, spied: Record<string, number>): FlowNode {
    const output = spied[node.id];
    const wires = node.wires?.map((wire, index) => (index === output ? [...wire, 'probe-spy'] : wire));
    return {
      ...node,
      ...(wires === undefined ? {} : { wires }),
      ...(node.address === 'rtsp://192.168.1.20:554/stream1' ? { address: camera.url } : {}),
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
