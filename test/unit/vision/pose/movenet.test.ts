import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteClock } from '../../../../src/clock/site-clock.ts';
import { catalogEntries, modelsFor } from '../../../../src/inference/catalog.ts';
import { inspectModel } from '../../../../src/onnx-format/inspect.ts';
import { modelPools } from '../../../../src/site/model-pools.ts';
import { keypointNames } from '../../../../src/vision/pose/coco-keypoints.ts';
import { moveNetInput } from '../../../../src/vision/pose/movenet.ts';
import { PoseEstimator } from '../../../../src/vision/pose/pose-estimator.ts';
import { choosePoseModel, poseModels } from '../../../../src/vision/pose/pose-model.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { writeModel, type WrittenModel } from '../written-model.ts';

/** It sees the nose at a quarter from the left and an eighth from the top, whatever it is shown. */
const nose = { 0: 0.125, 1: 0.25, 2: 0.9 };
const input = { name: 'input', type: 'uint8', shape: [1, 64, 64, 3] } as const;
const output = { name: 'output_0', value: { dims: [1, 1, 17, 3], at: nose } };
const moveNet: WrittenModel = { inputs: [input], outputs: [output] };

function placed(t: TestContext, written: WrittenModel, name = 'movenet.onnx'): string {
  const file = join(temporaryFolder(t), name);
  writeFileSync(file, writeModel(written));
  return file;
}

function estimatorOf(t: TestContext, model: string): PoseEstimator {
  const tools = {
    clock: new SiteClock(),
    log: new RecordingLog(),
    metrics: { count: () => undefined, observe: () => undefined },
  };
  const estimator = new PoseEstimator({ model: choosePoseModel(model), pool: modelPools(tools).vision, ...tools });
  t.after(() => estimator.close());
  return estimator;
}

const picture = { bytes: new Uint8Array(200 * 100 * 3), encoding: 'rgb24', width: 200, height: 100 } as const;
const job = { place: ['test'], picture, limitMs: Infinity, yields: false };
const box = { x: 0, y: 0.2, width: 0.1, height: 0.8 };

describe('a MoveNet of a user', () => {
  test('is recognised by its file, and its points are points of the picture', async (t) => {
    const file = placed(t, moveNet);
    const model = choosePoseModel(file);
    assert.deepEqual([model.task, model.family, model.input], ['pose', 'movenet', { width: 64, height: 64 }]);
    assert.deepEqual(model.labels, keypointNames);
    const reply = await estimatorOf(t, file).estimate({ ...job, persons: [box, { ...box, x: 0.5 }] });
    assert.equal(reply?.poses.length, 2);
    assert.deepEqual(
      reply.poses.map((points) => points?.length),
      [17, 17],
    );
    // The square is 100 pixels wide and begins 40 pixels left of the picture, and 10 below its top.
    const [first, second] = reply.poses.map((points) => points?.[0]);
    const near = (point: typeof first, x: number, y: number): boolean =>
      point !== undefined && Math.abs(point.x - x) < 0.005 && Math.abs(point.y - y) < 0.01;
    assert.ok(near(first, -15 / 200, 0.225), JSON.stringify(first));
    assert.ok(near(second, 85 / 200, 0.225), JSON.stringify(second));
    assert.ok(Math.abs((first?.score ?? 0) - 0.9) < 1e-6);
  });

  test('numbers that are none are no pose', async (t) => {
    const broken = { ...output, value: { dims: [1, 1, 17, 3], at: { ...nose, 7: NaN } } };
    const reply = await estimatorOf(t, placed(t, { inputs: [input], outputs: [broken] })).estimate({
      ...job,
      persons: [box],
    });
    assert.deepEqual(reply?.poses, [undefined]);
  });

  test('nobody is begun who would not be done in time', async (t) => {
    const estimator = estimatorOf(t, placed(t, moveNet));
    assert.equal((await estimator.estimate({ ...job, persons: [] }))?.poses.length, 0);
    const outcome = await estimator.estimate({ ...job, persons: [box], limitMs: -1 });
    assert.ok(outcome === undefined || outcome.poses.length === 0);
  });

  const strangers: [string, WrittenModel][] = [
    ['several persons', { inputs: [input], outputs: [{ name: 'o', value: { dims: [1, 6, 56], at: {} } }] }],
    [
      'a detector',
      {
        inputs: [{ name: 'images', shape: [1, 3, 64, 64] }],
        outputs: [{ name: 'o', value: { dims: [1, 84, 84], at: {} } }],
      },
    ],
    ['any size', { inputs: [{ ...input, shape: [1, 'height', 'width', 3] }], outputs: [output] }],
    ['no square', { inputs: [{ ...input, shape: [1, 64, 96, 3] }], outputs: [output] }],
    ['another input', { inputs: [input, { name: 'second', shape: [1] }], outputs: [output] }],
    ['another output', { inputs: [input], outputs: [output, { ...output, name: 'second' }] }],
    ['grey pictures', { inputs: [{ ...input, shape: [1, 64, 64, 1] }], outputs: [output] }],
  ];
  for (const [what, written] of strangers) {
    test(`${what}: refused by name, with what it is`, (t) => {
      const file = placed(t, written);
      assert.throws(() => choosePoseModel(file), {
        name: 'ES_MODEL_INVALID',
        message: /no MoveNet for one person: it takes "/,
      });
    });
  }

  test('a file whose header lies is refused when it runs', async (t) => {
    const lie = { name: 'o', shape: [1, 1, 17, 3], value: { dims: [1, 6, 56], at: {} } };
    const estimator = estimatorOf(t, placed(t, { inputs: [input], outputs: [lie] }));
    await assert.rejects(estimator.estimate({ ...job, persons: [box] }), { name: 'ES_MODEL_INVALID' });
  });

  test('a detector of the catalogue is for another task, and an absent file is missing', () => {
    assert.throws(() => choosePoseModel('nanodet-g-416'), { name: 'ES_BAD_CONFIG', hint: /movenet-lightning/ });
    assert.throws(() => choosePoseModel('/nowhere/movenet.onnx'), { name: 'ES_MODEL_MISSING' });
  });

  test('takes floats and planes as well', () => {
    const header = inspectModel(writeModel({ inputs: [{ name: 'x', shape: [1, 3, 96, 96] }], outputs: [output] }));
    const { format, size } = moveNetInput(header);
    assert.deepEqual([format.layout, format.element, size.width], ['planes', 'float32', 96]);
  });
});

describe('pose models of the catalogue', () => {
  test('have the points in the order in which they are read', () => {
    const entries = catalogEntries().filter(({ task }) => task === 'pose');
    assert.deepEqual(
      entries.map(({ id }) => id),
      ['movenet-lightning', 'movenet-thunder', 'movenet-lightning-16bit'],
    );
    for (const { labels } of entries) assert.deepEqual(labels, keypointNames);
  });

  test('are offered beside those that somebody added, and only those', async (t) => {
    const folder = temporaryFolder(t);
    assert.deepEqual(await poseModels(folder), modelsFor('pose'));
    const own = join(folder, 'own');
    const before = modelsFor('pose').length;
    writeOwn(own, 'mine.onnx', writeModel(moveNet));
    writeOwn(
      own,
      'detector.onnx',
      writeModel({
        inputs: [{ name: 'images', shape: [1, 3, 64, 64] }],
        outputs: [{ name: 'o', value: { dims: [1, 84, 84], at: {} } }],
      }),
    );
    writeOwn(own, 'page.onnx', new TextEncoder().encode('<html>'));
    const [added, ...others] = (await poseModels(folder)).slice(before);
    assert.deepEqual([added?.id, added?.title, added?.here], [join(own, 'mine.onnx'), 'mine.onnx', true]);
    assert.deepEqual(others, []);
  });

  test('are recognised one after the other, and the main thread is free between them', async (t) => {
    const folder = temporaryFolder(t);
    const mine = writeModel(moveNet);
    for (let n = 0; n < 10; n += 1) writeOwn(join(folder, 'own'), `mine-${n}.onnx`, mine);
    let turns = 0;
    const count = (): void => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    const offers = await poseModels(folder);
    clearImmediate(next);
    assert.equal(offers.length, modelsFor('pose').length + 10);
    assert.ok(turns >= 10, `${turns} turns of the event loop`);
  });
});

function writeOwn(folder: string, name: string, bytes: Uint8Array): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
}
