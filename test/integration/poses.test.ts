import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { runProgram } from '../../src/cli/program.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import type { Box, Detections, StreamStatus } from '../../src/contracts/messages.ts';
import { modelFile } from '../../src/process/package-files.ts';
import { modelPools } from '../../src/site/model-pools.ts';
import { readPicture } from '../../src/vision/picture.ts';
import { placeOf } from '../../src/vision/pose/coco-keypoints.ts';
import { PoseEstimator } from '../../src/vision/pose/pose-estimator.ts';
import { choosePoseModel, poseModels } from '../../src/vision/pose/pose-model.ts';
import { personJpeg } from '../demo-media.ts';
import { catchAll, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

const moveNet = ['models', 'vision', 'movenet-lightning.onnx'];
const site: FlowNode = { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: '' };

/** The people that somebody marked in a picture: class 0, centre and size. */
function markedIn(labels: string): Box[] {
  return labels.split('\n').flatMap((line) => {
    const [kind, x = 0, y = 0, width = 0, height = 0] = line.split(' ').map(Number);
    return kind === 0 && width > 0 ? [{ x: x - width / 2, y: y - height / 2, width, height }] : [];
  });
}

describe('poses of real people', { timeout: 300_000 }, () => {
  test('points lie on their bodies, heads of standing people above their hips', async (t) => {
    if (!sharedRequirement(t, ...moveNet) || !sharedRequirement(t, 'vision', 'images')) return;
    const tools = {
      clock: new SiteClock(),
      log: new RecordingLog(),
      metrics: { count: () => undefined, observe: () => undefined },
    };
    const model = choosePoseModel(sharedFile(...moveNet));
    const estimator = new PoseEstimator({ model, pool: modelPools(tools).vision, ...tools });
    t.after(() => estimator.close());
    const counted = { persons: 0, believed: 0, beside: 0, standing: 0, upside: 0 };
    for (const name of readdirSync(sharedFile('vision', 'images'))) {
      const labels = sharedFile('vision', 'labels', name.replace(/\.\w+$/, '.txt'));
      if (!existsSync(labels)) continue;
      const picture = await readPicture(readFileSync(sharedFile('vision', 'images', name)));
      const persons = markedIn(readFileSync(labels, 'utf8'));
      // Where bodies lie over each other, points of one are taken for the other's.
      if (persons.length !== 1 || (persons[0]?.height ?? 0) * picture.height < 150) continue;
      const reply = await estimator.estimate({ place: ['test'], picture, persons, limitMs: Infinity, yields: false });
      for (const [index, { x, y, width, height }] of persons.entries()) {
        const points = reply?.poses[index] ?? [];
        assert.equal(points.length, 17);
        counted.persons += 1;
        for (const point of points.filter(({ score }) => score >= 0.4)) {
          counted.believed += 1;
          if (!isOn({ x, y, width, height }, point)) counted.beside += 1;
        }
        const [nose, left, right] = [
          points[placeOf('nose')],
          points[placeOf('left hip')],
          points[placeOf('right hip')],
        ];
        const isStanding = height * picture.height > 1.7 * width * picture.width;
        if (!isStanding || [nose, left, right].some((point) => (point?.score ?? 0) < 0.3)) continue;
        counted.standing += 1;
        if ((nose?.y ?? 1) > Math.min(left?.y ?? 0, right?.y ?? 0)) counted.upside += 1;
      }
    }
    t.diagnostic(JSON.stringify(counted));
    assert.ok(counted.persons >= 15 && counted.believed > 5 * counted.persons);
    assert.ok(counted.beside < 0.04 * counted.believed, 'points lie beside their bodies');
    assert.ok(counted.standing >= 2);
    assert.equal(counted.upside, 0);
  });

  test('the model comes by echosight models, and the dialog offers it', async (t) => {
    if (!sharedRequirement(t, ...moveNet)) return;
    const folder = temporaryFolder(t);
    const said: string[] = [];
    const echosight = (...args: string[]): Promise<number> =>
      runProgram(['models', ...args, '--user-dir', folder], {
        ...{ env: {}, folder, colour: false, width: 100, interrupted: () => new Promise<void>(() => undefined) },
        print: (text) => said.push(text),
        complain: (text) => said.push(text),
      });
    const models = join(folder, 'echosight', 'models');
    copyFileSync(sharedFile(...moveNet), join(folder, 'mine.onnx'));
    assert.equal(await echosight('add', 'mine.onnx'), 0, said.join(''));
    assert.match(
      said.join(''),
      /family movenet, input 192 x 192, 17 labels[^]*one person on[^]*pose model of detectron-infer/,
    );
    assert.equal(await echosight('pull', 'movenet-lightning', '--from', 'mine.onnx'), 1);
    assert.match(said.join(''), /not the model "movenet-lightning"[^]*4770867 bytes, not 9413268/);
    assert.equal(await echosight('pull', 'movenet-lightning-16bit', '--from', 'mine.onnx'), 0, said.join(''));
    assert.deepEqual(readdirSync(models).sort(), ['movenet-lightning-16bit.onnx', 'own']);
    assert.deepEqual((await poseModels(models)).at(-1), {
      ...{ id: join(models, 'own', 'mine.onnx'), title: 'mine.onnx', license: 'unknown', bytes: 4_770_867, here: true },
    });
  });
});

describe('poses in a real Node-RED', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  before(async () => {
    host = await NodeRedHost.start();
  });
  after(() => host.stop());

  const detect = (settings: Record<string, unknown>): FlowNode => ({
    ...{ id: 'detect', type: 'detectron-infer', site: 'site', labels: 'person', pose: true },
    ...{ wires: [['probe-seen'], ['probe-picture']], ...settings },
  });
  const probes = [probe('seen'), probe('picture'), probe('status-of-camera'), ...catchAll(), ...watchStatus()];

  test('people of a recording have points on their bodies, in every frame that shows them', async (t) => {
    if (!sharedRequirement(t, 'media', 'demo.mp4') || !sharedRequirement(t, ...moveNet)) return;
    const source = { area: 'home', address: sharedFile('media', 'demo.mp4'), playback: 'fast', audio: 'off' };
    host.seen.length = 0;
    await host.deploy([
      site,
      { id: 'camera', type: 'sentinel-camera', name: 'front', site: 'site', ...source },
      { id: 'in', type: 'rtsp-in', camera: 'camera', rate: 2, wires: [['detect'], [], ['probe-status-of-camera'], []] },
      detect({ poseModel: sharedFile(...moveNet) }),
      ...probes,
    ]);
    await host.waitFor('status-of-camera', ({ payload }) => (payload as StreamStatus).status === 'stopped', 120_000);
    const seen = host.messages('seen').map(({ payload }) => payload as Detections);
    const sure = seen.flatMap(({ objects }) => objects.filter(({ score }) => score >= 0.5));
    assert.ok(sure.length >= 15, `${sure.length} people`);
    assert.ok(sure.every(({ keypoints }) => keypoints?.length === 17));
    assert.deepEqual(new Set(sure.map(({ trackId }) => trackId)), new Set(['1', '2']));
    const believed = sure.flatMap(({ box, keypoints = [] }) =>
      keypoints.filter(({ score }) => score >= 0.4).map((point) => isOn(box, point)),
    );
    assert.ok(believed.length > 5 * sure.length, `${believed.length} points of ${sure.length} people`);
    assert.ok(believed.filter((on) => !on).length < 0.05 * believed.length);
    const skipped = seen.reduce((sum, { pose }) => sum + (pose?.skipped ?? 0), 0);
    assert.equal(skipped, 0);
    assert.deepEqual(host.messages('errors'), []);
  });

  const httpIn: FlowNode[] = [
    { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['detect', 'reply']] },
    { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
  ];
  const post = async (body: Buffer): Promise<void> => {
    const response = await fetch(`${host.url}/in`, { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body });
    assert.equal(response.status, 202);
  };

  test('a single picture is looked at as it came, and the skeleton is drawn', async (t) => {
    const file = ['vision', 'images', '000000000322.jpg'];
    if (!sharedRequirement(t, ...moveNet) || !sharedRequirement(t, ...file)) return;
    host.seen.length = 0;
    await host.deploy([site, ...httpIn, detect({ poseModel: sharedFile(...moveNet) }), ...probes]);
    await post(readFileSync(sharedFile(...file)));
    // The last messages of the recording may still be on their way.
    const isAlone = (detections: unknown): boolean => (detections as Detections).source === 'picture';
    const { payload } = await host.waitFor('seen', (message) => isAlone(message.payload));
    const { objects } = payload as Detections;
    const person = objects.find(({ keypoints }) => keypoints !== undefined);
    const knee = person?.keypoints?.[placeOf('left knee')];
    assert.ok(knee !== undefined && knee.score > 0.4, JSON.stringify(knee));
    const picture = await host.waitFor('picture', (message) => isAlone(message.detections));
    const { data, info } = await sharp(picture.payload as Buffer)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const at = (Math.round(knee.y * info.height) * info.width + Math.round(knee.x * info.width)) * 3;
    // A white dot in dark trousers.
    const dot = [...data.subarray(at, at + 3)];
    assert.ok(Math.min(...dot) > 150, dot.join());
    assert.deepEqual(host.messages('errors'), []);
  });

  for (const [what, poseModel, name] of [
    ['no file there', '/nowhere/movenet.onnx', 'ES_MODEL_MISSING'],
    ['one that is not downloaded', 'movenet-thunder', 'ES_MODEL_MISSING'],
    ['a detector', modelFile('nanodet-g-416.onnx'), 'ES_MODEL_INVALID'],
  ] as const) {
    test(`a pose model that is ${what}: told once, the status says so, and detection goes on`, async () => {
      host.seen.length = 0;
      await host.deploy([site, ...httpIn, detect({ poseModel }), ...probes]);
      await host.waitFor('errors', ({ error }) => JSON.stringify(error).includes(name));
      await host.waitFor('status', ({ status }) => (status as { text?: string }).text?.includes('no poses') ?? false);
      for (let round = 0; round < 2; round += 1) await post(await personJpeg());
      await host.waitFor('status', ({ status }) => /^1 found.*no poses/.test((status as { text?: string }).text ?? ''));
      await host.waitFor('seen', () => host.messages('seen').length === 2);
      const found = host.messages('seen').map(({ payload }) => (payload as Detections).objects);
      assert.deepEqual(
        found.map((objects) => objects.map(({ label, keypoints }) => [label, keypoints])),
        Array.from({ length: 2 }, () => [['person', undefined]]),
      );
      assert.equal(host.messages('errors').length, 1);
    });
  }
});

function isOn({ x, y, width, height }: Box, point: { x: number; y: number }): boolean {
  return (
    point.x >= x - 0.1 * width &&
    point.x <= x + 1.1 * width &&
    point.y >= y - 0.1 * height &&
    point.y <= y + 1.1 * height
  );
}
