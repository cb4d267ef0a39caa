import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import { kindOf } from '../../src/contracts/guards.ts';
import type { AudioScores, TrainedHeads, TrainingReport } from '../../src/contracts/messages.ts';
import { until } from '../faults/vitals.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode, type Message } from '../hosts/node-red-host.ts';
import { bellClip, clipParts, fanClip, paneClip, uselessFiles, wav } from '../training-clips.ts';
import { zipOf, type ZipPart } from '../zip-writer.ts';

const site: FlowNode = { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: '' };
const flow: FlowNode[] = [
  site,
  { id: 'in', type: 'http in', url: '/in', method: 'post', skipBodyParsing: true, wires: [['zip', 'reply']] },
  // Commands come as JSON, all else as bytes.
  {
    ...{ id: 'zip', type: 'function', outputs: 1, wires: [['train']] },
    func: "return msg.req.headers['content-type'] === 'application/json' ? { payload: JSON.parse(msg.payload) } : { payload: msg.payload };",
  },
  { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
  { id: 'train', type: 'sentinel-audio-train', site: 'site', wires: [['probe-progress'], ['probe-result']] },
  { id: 'sound', type: 'http in', url: '/hear', method: 'post', skipBodyParsing: true, wires: [['ears', 'reply']] },
  { id: 'ears', type: 'audio-classify', site: 'site', wires: [['probe-heard']] },
  ...[probe('heard'), probe('progress'), probe('result'), ...catchAll(), ...watchStatus()],
];
const safe = [...clipParts('safe', 4, bellClip), ...clipParts('safe', 4, fanClip, 20)];
const recordings: ZipPart[] = [...clipParts('danger', 8, paneClip), ...safe];
// Made before there are connections: it takes seconds, in which the server ends those that rest and nobody here notices.
const many = zipOf([...clipParts('danger', 40, paneClip), ...clipParts('safe', 40, bellClip)]);

describe('training by the user in a real Node-RED', { timeout: 400_000 }, () => {
  let host: NodeRedHost;

  before(async () => {
    if (buildIsStale()) await build();
    host = await NodeRedHost.start();
    await host.deploy(flow);
  });
  after(() => host.stop());

  async function send(body: Buffer | object): Promise<void> {
    const isBytes = Buffer.isBuffer(body);
    const type = isBytes ? 'application/zip' : 'application/json';
    const response = await fetch(`${host.url}/in`, {
      ...{ method: 'POST', headers: { 'content-type': type } },
      body: isBytes ? body : JSON.stringify(body),
    });
    assert.equal(response.status, 202);
  }
  const isReport = (message: Message): boolean => kindOf(message.payload) === 'training';
  async function learnt(zip: Buffer): Promise<TrainingReport> {
    host.seen.length = 0;
    await send(zip);
    return (await host.waitFor('result', isReport, 120_000)).payload as TrainingReport;
  }
  async function told(command: object): Promise<TrainedHeads> {
    host.seen.length = 0;
    await send(command);
    return (await host.waitFor('result', () => true)).payload as TrainedHeads;
  }
  async function refused(body: Buffer | object): Promise<string> {
    host.seen.length = 0;
    await send(body);
    const { error } = await host.waitFor('errors', () => true);
    return JSON.stringify(error);
  }

  test('a zip becomes a version in use; what is of no use is refused by name', async () => {
    const report = await learnt(zipOf([...recordings, ...uselessFiles]));
    assert.equal(report.state, 'done', JSON.stringify(report.error));
    assert.deepEqual([report.version, report.activated, report.active], [1, true, 1]);
    assert.deepEqual([report.clips, report.refused], [16, uselessFiles.length]);
    for (const { name, reason } of uselessFiles) {
      assert.match(report.refusals.find(({ file }) => file === name)?.reason ?? '', reason, name);
    }
    const { results } = report;
    assert.equal(results?.method, 'leave-one-file-out');
    assert.ok(results.balancedAccuracy >= 0.75, JSON.stringify(results.confusion));
    assert.deepEqual(
      results.classes.map(({ label, clips }) => [label, clips]),
      [
        ['danger', 8],
        ['safe', 8],
      ],
    );
    const states = host.messages('progress').map(({ payload }) => (payload as TrainingReport).state);
    assert.ok(states.includes('embedding') && states.includes('training'), states.join());
    assert.deepEqual(host.messages('errors'), []);
  });

  test('audio-classify hears what was learnt, at once', async () => {
    const heard = async (clip: Float32Array): Promise<AudioScores> => {
      host.seen.length = 0;
      const response = await fetch(`${host.url}/hear`, { method: 'POST', body: new Uint8Array(wav(clip)) });
      assert.equal(response.status, 202);
      return (await host.waitFor('heard', () => true)).payload as AudioScores;
    };
    const pane = await heard(paneClip(77));
    assert.equal(pane.head, 1);
    assert.ok((pane.scores.danger ?? 0) >= (pane.thresholds.danger ?? 1), JSON.stringify(pane.scores));
    assert.ok(pane.triggered.includes('danger'), pane.triggered.join());
    const bell = await heard(bellClip(77));
    assert.ok((bell.scores.danger ?? 1) < (bell.thresholds.danger ?? 0), JSON.stringify(bell.scores));
    await told({ command: 'activate', value: 'none' });
    const without = await heard(paneClip(77));
    assert.deepEqual([without.head, without.scores.danger], [undefined, undefined]);
    await told({ command: 'rollback' });
  });

  test('a worse one is kept, said to be worse, and not put to use', async () => {
    const mixedUp = recordings.map((part, index) => ({
      ...part,
      name: `${index % 2 === 0 ? 'danger' : 'safe'}/${index}.wav`,
    }));
    const report = await learnt(zipOf(mixedUp));
    assert.equal(report.comparison?.worse, true, JSON.stringify(report.comparison));
    assert.deepEqual([report.version, report.activated, report.active], [2, false, 1]);
  });

  test('versions are put to use and gone back from by command', async () => {
    assert.equal((await told({ command: 'activate', value: 2 })).active, 2);
    assert.equal((await told({ command: 'rollback' })).active, 1);
    assert.equal((await told({ command: 'activate', value: 'none' })).active, undefined);
    assert.equal((await told({ command: 'rollback' })).active, 1);
    const { file = '', versions } = await told({ command: 'export' });
    assert.ok(file.endsWith('.onnx') && existsSync(file) && existsSync(file.replace(/onnx$/, 'json')), file);
    assert.deepEqual(
      versions.map(({ version }) => version),
      [2, 1],
    );
    assert.match(await refused({ command: 'activate', value: 9 }), /ES_HEAD_MISSING/);
    assert.match(await refused({ command: 'dance' }), /ES_BAD_INPUT/);
  });

  test('what cannot be learnt from is refused at once, by name', async () => {
    assert.match(await refused(zipOf(clipParts('danger', 5, paneClip))), /ES_TRAINING_DATA.*only one class/);
    assert.match(
      await refused(zipOf([{ name: '../danger/a.wav', bytes: Buffer.from('x') }])),
      /ES_ARCHIVE_INVALID.*leads out/,
    );
    assert.match(await refused(Buffer.from('no zip at all')), /ES_ARCHIVE_INVALID/);
    assert.match(await refused({ command: 'train', value: { path: '/nowhere/at/all' } }), /ES_TRAINING_DATA/);
    assert.equal((await told({ command: 'status' })).active, 1);
  });

  test('one that nothing is left of fails, and says so', async () => {
    host.seen.length = 0;
    const text = Array.from({ length: 4 }, (_, index) => ({
      name: `safe/${index}.wav`,
      bytes: Buffer.from(`text ${index}`),
    }));
    await send(zipOf([...clipParts('danger', 4, paneClip), ...text]));
    const { error } = await host.waitFor('errors', () => true);
    assert.match(JSON.stringify(error), /ES_TRAINING_DATA.*only one class/);
    const report = (await host.waitFor('result', isReport)).payload as TrainingReport;
    assert.deepEqual([report.state, report.refused, report.active], ['failed', 4, 1]);
  });

  test('cancelled, and cut off by kill -9, it leaves what was in use, and says so after the restart', async () => {
    host.seen.length = 0;
    await send(many);
    await host.waitFor('progress', isReport);
    assert.match(await busy(many), /ES_TRAINING_BUSY/);
    await send({ command: 'cancel' });
    const report = (await host.waitFor('result', isReport)).payload as TrainingReport;
    assert.deepEqual([report.state, report.error?.name, report.active], ['cancelled', 'ES_TRAINING_CANCELLED', 1]);

    host.seen.length = 0;
    await send(many);
    const { sessionId } = (await host.waitFor('progress', isReport)).payload as TrainingReport;
    await host.kill();
    // Recordings of people, in a folder where nobody looks.
    const left = (): string[] =>
      readdirSync(join(host.userDir, 'echosight', 'training'), { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.zip') || name.endsWith('.clip'));
    assert.ok(left().length > 0);
    host = await NodeRedHost.start({}, host.userDir);
    const heads = await told({ command: 'status' });
    assert.equal(heads.active, 1);
    assert.ok(heads.last !== undefined);
    assert.deepEqual([heads.last.id, heads.last.state], [sessionId, 'failed']);
    assert.match(heads.last.error?.message ?? '', /Node-RED ended/);
    await until(() => left().length === 0, 'nothing of it stays');
  });

  async function busy(zip: Buffer): Promise<string> {
    await send(zip);
    const { error } = await host.waitFor('errors', () => true);
    return JSON.stringify(error);
  }
});
