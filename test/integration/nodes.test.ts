import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { startSandbox, type Sandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import type { HealthReport } from '../../src/contracts/health.ts';
import { defaultRules } from '../../src/contracts/configs.ts';
import type { AudioScores, Delivery, Detections, Incident, StreamStatus } from '../../src/contracts/messages.ts';
import { personJpeg, paneWav } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';

const token = 'canary-token-7f3a';
const phoneNumberId = '100000000000009';
const site: FlowNode = { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: '' };

/** A node of ours whose outputs all end in one probe. */
function node(type: string, settings: Record<string, unknown>, outputs = 1): FlowNode {
  const wires = Array.from({ length: outputs }, () => ['probe-out']);
  return { id: 'node', type, site: 'site', wires, ...settings };
}

/** An http in node that puts the body of a POST to /in into the node under test. */
const httpIn: FlowNode[] = [
  { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['node', 'reply']] },
  { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
];

/** The same for JSON that becomes msg.payload. */
const jsonIn: FlowNode[] = [
  { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['parse']] },
  {
    ...{ id: 'parse', type: 'function', outputs: 2, wires: [['node'], ['reply']] },
    func: `const m = {payload: msg.payload.payload};
if (msg.payload.image) m.image = Buffer.from(msg.payload.image, 'base64');
return [m, msg];`,
  },
  { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
];

describe('the nodes in a real Node-RED', { timeout: 300_000 }, () => {
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

  async function deploy(...nodes: FlowNode[]): Promise<void> {
    host.seen.length = 0;
    await host.deploy([site, ...nodes, probe('out'), ...catchAll(), ...watchStatus()]);
  }
  async function post(body: Buffer | string, type: string): Promise<void> {
    const response = await fetch(`${host.url}/in`, { method: 'POST', headers: { 'content-type': type }, body });
    assert.equal(response.status, 202);
  }
  const postJson = (payload: unknown, image?: Buffer) =>
    post(JSON.stringify({ payload, image: image?.toString('base64') }), 'application/json');

  test('detectron-infer finds the person in a bare JPEG and draws the box', async () => {
    await deploy(...httpIn, node('detectron-infer', { labels: 'person' }, 2));
    await post(await personJpeg(), 'image/jpeg');
    const found = await host.waitFor('out', (message) => !Buffer.isBuffer(message.payload));
    const detections = found.payload as Detections;
    assert.equal(detections.kind, 'detections');
    assert.equal(detections.objects[0]?.label, 'person');
    assert.ok(detections.objects[0].score > 0.5);
    const preview = await host.waitFor('out', (message) => Buffer.isBuffer(message.payload));
    const { format, width } = await sharp(preview.payload as Buffer).metadata();
    assert.deepEqual([format, width], ['jpeg', 768]);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('audio-classify hears the pane in a bare WAV', async () => {
    await deploy(...httpIn, node('audio-classify', {}));
    await post(paneWav(), 'audio/wav');
    const scores = (await host.waitFor('out', () => true)).payload as AudioScores;
    assert.ok(scores.triggered.includes('glass_break'), JSON.stringify(scores.scores));
    assert.equal(scores.top.length, 5);
    assert.ok((scores.windows?.length ?? 0) > 1);
  });

  const unusable: [string, Record<string, unknown>, Buffer, RegExp][] = [
    ['detectron-infer', {}, Buffer.from('this is no picture'), /ES_IMAGE_INVALID/],
    ['audio-classify', {}, Buffer.from('this is no sound'), /ES_AUDIO_INVALID/],
    ['fuse-severity', {}, Buffer.from('x'), /ES_BAD_INPUT.*signal/],
    ['evidence-store', {}, Buffer.from('x'), /ES_BAD_INPUT.*incident/],
  ];
  for (const [type, settings, body, expected] of unusable) {
    test(`${type} reports what it cannot use to the Catch node, once and by name`, async () => {
      await deploy(...httpIn, node(type, settings));
      await post(body, 'application/octet-stream');
      const caught = await host.waitFor('errors', () => true);
      const error = caught.error as { message: string; code: string };
      assert.match(error.message, expected);
      assert.equal(error.code, /ES_\w+/.exec(error.message)?.[0]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(host.messages('errors').length, 1);
      assert.deepEqual(host.messages('out'), []);
    });
  }

  test('a wrong setting is a red status and a named error', async () => {
    await deploy(node('fuse-severity', { quietSeconds: 'long' }));
    const status = await host.waitFor('status', (message) => isRed(message));
    assert.match(JSON.stringify(status), /quietSeconds/);
    await host.waitFor('errors', (message) => JSON.stringify(message.error).includes('ES_BAD_CONFIG'));
  });

  test('a class that the model does not know is said at the start and with every picture', async () => {
    await deploy(...httpIn, node('detectron-infer', { labels: 'persn' }, 2));
    await host.waitFor('errors', (message) => /ES_BAD_CONFIG.*persn/.test(JSON.stringify(message.error)));
    await post(await personJpeg(), 'image/jpeg');
    await host.waitFor('status', ({ status }) => /^0 found.*persn/.test((status as { text: string }).text));
  });

  test('two cameras of one name are said once', async () => {
    const named = (id: string, name: string): FlowNode[] => [
      { id: `camera-${id}`, type: 'sentinel-camera', name, site: 'site', area: 'yard', address: '/nowhere.mp4' },
      { id, type: 'rtsp-in', camera: `camera-${id}`, width: 640, rate: 5, wires: [[], [], []] },
    ];
    await deploy(...named('one', 'door'), ...named('two', 'door'), ...named('three', 'gate'));
    const { error } = await host.waitFor('errors', ({ topic }) => topic === 'name');
    assert.match(JSON.stringify(error), /Two cameras are named \\"door\\"/);
    assert.equal(host.messages('errors').filter(({ topic }) => topic === 'name').length, 1);
  });

  test('a fuse-severity that is deployed alone hears of the camera that has been offline for long', async () => {
    const offline = defaultRules.find(({ all }) => all.some(({ kind }) => kind === 'stream'));
    assert.ok(offline);
    const rules = [{ ...offline, all: [{ kind: 'stream', label: 'offline' }] }];
    const camera = (...ends: string[]): FlowNode[] => [
      { id: 'camera', type: 'sentinel-camera', name: 'door', site: 'site', area: 'yard', address: '/nowhere.mp4' },
      { id: 'watch', type: 'rtsp-in', camera: 'camera', width: 640, rate: 5, wires: [[], [], ends, []] },
      probe('said'),
    ];
    await deploy(...camera('probe-said'));
    const isAway = ({ payload }: { payload?: unknown }) => (payload as StreamStatus).status === 'not-found';
    const { payload: first } = await host.waitFor('said', isAway);
    await host.deploy(
      [
        site,
        ...camera('probe-said', 'node'),
        node('fuse-severity', { rules }),
        probe('out'),
        ...catchAll(),
        ...watchStatus(),
      ],
      'nodes',
    );
    const incident = (await host.waitFor('out', () => true)).payload as Incident;
    assert.deepEqual([incident.phase, incident.reason, incident.source], ['start', 'offline', 'door']);
    const again = host.messages('said').filter(({ payload }) => (payload as StreamStatus).repeated === true);
    assert.equal(again.length, 1);
    assert.ok((again[0]?.payload as StreamStatus).capturedAt <= (first as StreamStatus).capturedAt);
  });

  test('a missing model disables its node alone, once, and motion still gets through as cues', async () => {
    await deploy(node('detectron-infer', { model: 'no-such-model', previewRate: 0 }, 2), ...frames());
    await host.waitFor('errors', (message) => JSON.stringify(message.error).includes('ES_MODEL_MISSING'));
    await host.waitFor('status', isRed);
    await host.inject('go');
    await host.waitFor('out', (message) => (message.payload as { cue?: string }).cue === 'detector-down');
    await host.waitFor('out', (message) => (message.payload as { cue?: string }).cue === 'motion');
    const errors = host.messages('errors').map((message) => (message.error as { message: string }).message);
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0] ?? '', /ES_MODEL_MISSING/);
  });

  test('a sound model that is for pictures is said at the start', async () => {
    await deploy(node('audio-classify', { model: 'nanodet-g-416' }));
    await host.waitFor('errors', (message) => /ES_BAD_CONFIG.*for detection/.test(JSON.stringify(message.error)));
    await host.waitFor('status', isRed);
  });

  test('signals become an incident, evidence that the API serves, and a WhatsApp alert with picture', async () => {
    await deploy(
      ...jsonIn,
      { id: 'node', type: 'fuse-severity', site: 'site', wires: [['probe-incident', 'store', 'alert']] },
      { id: 'store', type: 'evidence-store', site: 'site', wires: [['probe-stored']] },
      {
        id: 'alert',
        type: 'whatsapp-out',
        site: 'site',
        account: 'account',
        wires: [['probe-delivery'], ['probe-failed']],
      },
      {
        ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: '+15550100001' },
        ...{ baseUrl: sandbox.url, graphVersion: 'v26.0', credentials: { accessToken: token } },
      },
      ...['incident', 'stored', 'delivery', 'failed'].map(probe),
    );
    const jpeg = await personJpeg();
    for (let look = 0; look < 3; look++) await postJson(detections(look), jpeg);
    await postJson(glassBreak());

    const update = await host.waitFor('incident', (message) => (message.payload as Incident).severity === 3);
    const incident = update.payload as Incident;
    assert.equal(incident.reason, 'person+glass_break');
    assert.ok(incident.explanation.length >= 2);

    const stored = await host.waitFor('stored', (message) => (message.payload as Incident).severity === 3);
    const snapshot = (stored.payload as Incident).evidence?.find((item) => item.type === 'snapshot');
    assert.ok(snapshot);
    const served = await fetch(`${host.url}/echosight/api/v1/evidence/${snapshot.id}`);
    assert.equal(served.status, 200);
    assert.equal(served.headers.get('content-type'), 'image/jpeg');
    assert.equal((await served.arrayBuffer()).byteLength, snapshot.bytes);

    const accepted = (part: Delivery['part']) =>
      host.waitFor('delivery', ({ payload }) => {
        const delivery = payload as Delivery;
        return delivery.part === part && delivery.status === 'accepted';
      });
    const text = (await accepted('text')).payload as Delivery;
    assert.ok(!text.recipient.includes('5550100'), text.recipient);
    await accepted('image');
    assert.deepEqual(host.messages('failed'), []);
    assert.equal(sandbox.messages.length, 2);

    const health = (await (await fetch(`${host.url}/echosight/api/v1/health`)).json()) as HealthReport;
    assert.equal(health.sites[0]?.site, 'test');
    assert.equal(health.sites[0].database, 'ok');
    const metrics = await (await fetch(`${host.url}/echosight/metrics`)).text();
    assert.match(metrics, /alerts_accepted_total\{[^}]*channel="whatsapp"[^}]*\} 2/);
    assert.deepEqual(host.messages('errors'), []);
  });

  test('the access token stands in no export, status, message or log line', async () => {
    const exported = await (await fetch(`${host.url}/flows`)).text();
    for (const [where, text] of Object.entries({ exported, log: host.log, seen: JSON.stringify(host.seen) })) {
      assert.ok(!text.includes(token), where);
    }
  });
});

function isRed(message: Record<string, unknown>): boolean {
  return (message.status as { fill?: string } | undefined)?.fill === 'red';
}

/** Two rgb24 frames of one source that differ in half of their pixels, sent one after the other. */
function frames(): FlowNode[] {
  const func = `for (const level of [20, 200]) {
  const payload = {v: 1, kind: 'frame', site: 'test', area: 'yard', source: 'cam', capturedAt: Date.now(),
    seq: level, width: 64, height: 36, encoding: 'rgb24'};
  node.send({payload, image: Buffer.alloc(64 * 36 * 3).fill(level, 0, 32 * 36 * 3)});
}`;
  return [
    { id: 'go', type: 'inject', props: [], repeat: '', wires: [['make']] },
    { id: 'make', type: 'function', outputs: 1, func, wires: [['node']] },
  ];
}

const base = { v: 1, site: 'test', area: 'hall', source: 'entrance' } as const;

function detections(seq: number): Detections {
  return {
    ...base,
    ...{ kind: 'detections', capturedAt: Date.now(), seq, width: 768, height: 432, encoding: 'jpeg', staleFrames: 0 },
    objects: [{ label: 'person', score: 0.8, box: { x: 0.45, y: 0.4, width: 0.12, height: 0.5 } }],
    ...{ model: 'test', backend: 'test', timings: { waitMs: 0, preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 } },
  };
}

function glassBreak(): AudioScores {
  return {
    ...base,
    ...{
      kind: 'audio-scores',
      capturedAt: Date.now(),
      dbfs: -20,
      peak: 0.5,
      record: false,
      model: 'test',
      backend: 'test',
    },
    scores: { glass_break: 0.95, gunshot: 0.1, scream: 0, forced_entry: 0.2 },
    thresholds: { glass_break: 0.6, gunshot: 0.7, scream: 0.6, forced_entry: 0.65 },
    ...{ triggered: ['glass_break'], top: [{ label: 'Shatter', score: 0.9 }] },
    timings: { waitMs: 0, featuresMs: 0, inferenceMs: 0 },
  };
}
