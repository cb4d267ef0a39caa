import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { DetectedObject } from '../../../src/contracts/messages.ts';
import type { Picture } from '../../../src/contracts/ports.ts';
import { families, type ModelFor } from '../../../src/inference/model-description.ts';
import { openDetection, type DetectionReply } from '../../../src/vision/detection.ts';
import { chooseModel, type ModelChoice } from '../../../src/vision/detection-model.ts';
import { detectors } from '../../../src/vision/decoders/table.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { familyModels } from './family-models.ts';
import { writeModel, type WrittenModel } from './written-model.ts';

const picture = { bytes: new Uint8Array(200 * 100 * 3).fill(90), encoding: 'rgb24', width: 200, height: 100 } as const;

/** A model as a user has it: a file and nothing else. */
function placed(t: TestContext, written: WrittenModel, description?: object): string {
  const file = join(temporaryFolder(t), 'model.onnx');
  writeFileSync(file, writeModel(written));
  if (description !== undefined) writeFileSync(file.replace('.onnx', '.json'), JSON.stringify(description));
  return file;
}

async function look(model: ModelFor<'detection'>, threshold = 0.3, shown: Picture = picture): Promise<DetectionReply> {
  const service = await openDetection(model);
  try {
    return await service.answer({ picture: shown, threshold, labels: new Set() });
  } finally {
    await service.release();
  }
}

function assertNear(
  actual: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
  slack: number,
) {
  for (const [key, value] of Object.entries(expected)) {
    assert.ok(Math.abs((actual[key] ?? NaN) - value) <= slack, `${key}: ${actual[key]} instead of ${value}`);
  }
}

describe('each family, as its exporters publish it, in a file without a description', () => {
  for (const { name, family, labels, classes, keypoints, ...written } of familyModels) {
    test(name, async (t) => {
      const choice = { model: placed(t, written), classNames: labels?.join(', ') ?? '' };
      const { description, because } = chooseModel(choice);
      assert.equal(description.family, family);
      assert.equal(description.labels.length, classes);
      assert.ok(
        because.every((sentence) => sentence.endsWith('.')),
        because.join(' '),
      );
      const named = description.labels[0] === 'class 0' ? { ...description, labels: ['person', 'other'] } : description;
      const { objects, unusable } = await look(named);
      assert.equal(unusable, 0);
      assert.equal(objects.length, 1, JSON.stringify(objects));
      const [object] = objects as [DetectedObject];
      assert.equal(object.label, 'person');
      assert.ok(Math.abs(object.score - 0.9) < 0.005, `score ${object.score}`);
      // Free canvases have whole pixels: 0.5 of 1333.
      assertNear(object.box, { x: 0.25, y: 0.25, width: 0.25, height: 0.5 }, 0.001);
      assert.equal(object.keypoints?.length, keypoints?.length);
      for (const [index, point] of (keypoints ?? []).entries())
        assertNear(object.keypoints?.[index] ?? {}, point, 1e-4);
    });
  }

  test('every family is tried', () => {
    const tried = new Set(familyModels.map(({ family }) => family));
    assert.deepEqual(
      Object.keys(detectors).filter((family) => !(tried as Set<string>).has(family)),
      [],
    );
    const described = Object.entries(families).flatMap(([family, { properties }]) =>
      properties.task.const === 'detection' ? [family] : [],
    );
    assert.deepEqual(Object.keys(detectors).sort(), described.sort());
  });
});

const yolo = familyModels.find(({ name }) => name === 'YOLOv8 to v12');
const sized = familyModels.find(({ family }) => family === 'rt-detr');

describe('what people know better', () => {
  test('a description beside the file counts more than what is recognised, and may leave the rest to it', (t) => {
    assert.ok(yolo !== undefined);
    const { description } = chooseModel({
      model: placed(t, yolo, { labels: ['hen', 'egg'], preprocessing: { resize: 'stretch' } }),
    });
    assert.deepEqual(description.labels, ['hen', 'egg']);
    assert.equal(description.family, 'yolov8');
    assert.deepEqual(description.input, { width: 64, height: 64 });
    assert.deepEqual(description.preprocessing, { resize: 'stretch' });
  });

  test('the choice of the dialog counts most', (t) => {
    assert.ok(yolo !== undefined);
    const choice: ModelChoice = {
      model: placed(t, yolo),
      family: 'yolov5',
      classNames: 'hen, egg',
      inputSize: '96x64',
    };
    const { description } = chooseModel(choice);
    assert.equal(description.family, 'yolov5');
    assert.deepEqual(description.labels, ['hen', 'egg']);
    assert.deepEqual(description.input, { width: 96, height: 64 });
  });

  test('also over the catalogue', () => {
    const { description, because } = chooseModel({ model: 'nanodet-g-416', classNames: 'a, b' });
    assert.deepEqual([description.labels, description.family, because], [['a', 'b'], 'nanodet-g', []]);
  });

  test('but not everything can be chosen', () => {
    const choose = (choice: Partial<ModelChoice>) => () => chooseModel({ model: 'nanodet-g-416', ...choice });
    assert.throws(choose({ family: 'yolo' }), { name: 'ES_BAD_CONFIG', hint: /yolov8/ });
    assert.throws(choose({ family: 'echosight-audio' }), { name: 'ES_BAD_CONFIG' });
    assert.throws(choose({ classNames: `fox, ${'x'.repeat(201)}` }), { name: 'ES_BAD_CONFIG', message: /too long/ });
    for (const inputSize of ['5', '640x', 'x', '99999', '640 480', '-640']) {
      assert.throws(choose({ inputSize }), { name: 'ES_BAD_CONFIG', message: /no size/ });
    }
  });

  test('a description of another task stays one', (t) => {
    assert.ok(yolo !== undefined);
    assert.throws(() => chooseModel({ model: placed(t, yolo, { task: 'sound' }) }), { name: 'ES_MODEL_INVALID' });
  });
});

describe('models that cannot be used', () => {
  test('a family that nobody knows is named by what it takes and gives', (t) => {
    const model = placed(t, {
      inputs: [{ name: 'in', shape: [1, 7] }],
      outputs: [{ name: 'out', value: { dims: [3], at: {} } }],
    });
    assert.throws(() => chooseModel({ model }), {
      name: 'ES_MODEL_INVALID',
      message: /"in", float32 \[1, 7\].*"out"/,
      hint: /yolov8/,
    });
  });

  test('names that a hostile file gives are told in short, on one line', (t) => {
    const name = `\u001b[2J\u202e${'x'.repeat(100_000)}`;
    const shape = Array.from({ length: 1000 }, () => name);
    const model = placed(t, { inputs: [{ name, shape }], outputs: [{ name, shape }] });
    assert.throws(
      () => chooseModel({ model }),

      ({ message }: Error) => message.length < 1000 && !/[\u0000-\u001f\u202e]/.test(message),
    );
  });

  test('an absurd number of classes or pixels, as a hostile file may claim', (t) => {
    const images = { name: 'images', shape: [1, 3, 64, 64] };
    const claims = [
      { inputs: [images], outputs: [{ name: 'output0', shape: [1, 2_000_000_000, 2_000_000_001] }] },
      { inputs: [images], outputs: [{ name: 'output0', shape: [1, 252, 2 ** 40] }] },
      { inputs: [{ name: 'images', shape: [1, 3, 1e9, 1e9] }], outputs: [{ name: 'output0', shape: [1, 84, 8400] }] },
    ];
    for (const claim of claims) {
      assert.throws(() => chooseModel({ model: placed(t, claim) }), { name: 'ES_MODEL_INVALID' });
    }
  });

  test('a task without upright boxes', (t) => {
    assert.ok(yolo !== undefined);
    const model = placed(t, { ...yolo, metadata: { ...yolo.metadata, task: 'obb' } });
    assert.throws(() => chooseModel({ model }), { name: 'ES_MODEL_INVALID', message: /"obb"/ });
  });

  const wrong: Record<
    string,
    { change: Partial<WrittenModel>; choice?: Partial<ModelChoice>; message: RegExp; hint?: RegExp }
  > = {
    'other shapes than its labels mean': {
      change: {},
      choice: { classNames: 'one, two, three' },
      message: /has 2 classes, and 3 names/,
    },
    'another family than it is': {
      change: {},
      choice: { family: 'rf-detr' },
      message: /of the family rf-detr has an output "labels"/,
      hint: /it is of the family yolov8/,
    },
    'another size than its own': { change: {}, choice: { inputSize: '96' }, message: /64 x 64, and not of 96 x 96/ },
    'grey pictures': { change: { inputs: [{ name: 'images', shape: [1, 1, 64, 64] }] }, message: /three colours/ },
    'several pictures at a time': {
      change: { inputs: [{ name: 'images', shape: [4, 3, 64, 64] }] },
      message: /one picture/,
    },
    'more than a picture': {
      change: {
        inputs: [
          { name: 'images', shape: [1, 3, 64, 64] },
          { name: 'im_shape', shape: [1, 2] },
        ],
      },
      message: /"im_shape"/,
    },
  };
  for (const [what, { change, choice, message, hint = /./ }] of Object.entries(wrong)) {
    test(what, async (t) => {
      assert.ok(yolo !== undefined);
      const { description } = chooseModel({ model: placed(t, { ...yolo, ...change }), ...choice });
      await assert.rejects(openDetection(description), { name: 'ES_MODEL_INVALID', message, hint });
    });
  }

  test('an output that is missing', async (t) => {
    assert.ok(sized !== undefined);
    const outputs = sized.outputs.filter(({ name }) => name !== 'scores');
    const { description } = chooseModel({ model: placed(t, { ...sized, outputs }) });
    await assert.rejects(openDetection(description), { name: 'ES_MODEL_INVALID', message: /"scores"/ });
  });

  test('scores and boxes that are no numbers are left out and counted; the rest counts', async (t) => {
    assert.ok(yolo !== undefined);
    const at = { ...yolo.outputs[0]?.value?.at, [4 * 84 + 3]: NaN, [0 * 84 + 7]: Infinity, [4 * 84 + 7]: 0.8 };
    const { description } = chooseModel({
      model: placed(t, { ...yolo, outputs: [{ name: 'output0', value: { dims: [1, 6, 84], at } }] }),
    });
    const { objects, unusable } = await look(description);
    assert.equal(unusable, 2);
    assert.deepEqual(
      objects.map(({ label }) => label),
      ['person'],
    );
  });

  test('boxes in the bars around the picture are none, and no score is above 1', async (t) => {
    assert.ok(yolo !== undefined);
    // Columns of an output: centre, size, scores. The picture lies in rows 16 to 48 of 64.
    const column = (cell: number, values: readonly number[]) =>
      Object.fromEntries(values.map((value, channel) => [channel * 84 + cell, value]));
    const at = {
      ...column(3, [32, 8, 8, 8, 0.9]),
      ...column(7, [32, 56, 8, 8, 0.9]),
      ...column(9, [32, 32, 8, 8, 1.5]),
    };
    const { description } = chooseModel({
      model: placed(t, { ...yolo, outputs: [{ name: 'output0', value: { dims: [1, 6, 84], at } }] }),
    });
    const { objects } = await look(description);
    assert.deepEqual(
      objects.map(({ score, box }) => [score, box.x, box.y]),
      [[1, 28 / 64, 12 / 32]],
    );
  });

  test('points of the body in an upright picture', async (t) => {
    const posed = familyModels.find(({ name }) => name === 'YOLOv8 for poses');
    assert.ok(posed !== undefined);
    const upright = { ...picture, width: 100, height: 200 };
    const { objects } = await look(chooseModel({ model: placed(t, posed) }).description, 0.3, upright);
    assert.deepEqual(objects[0]?.keypoints?.[0], { x: 0, y: 0.25, score: 0.5 });
  });

  test('points of the body that are no numbers are left out, not the body', async (t) => {
    const posed = familyModels.find(({ keypoints, family }) => keypoints !== undefined && family === 'detectron2');
    assert.ok(posed !== undefined);
    const outputs = posed.outputs.map((output) => {
      const { dims = [], at = {} } = output.value ?? {};
      return dims.at(-1) === 3 ? { ...output, value: { dims, at: { ...at, 4: NaN } } } : output;
    });
    const { objects, unusable } = await look(chooseModel({ model: placed(t, { ...posed, outputs }) }).description);
    assert.deepEqual([objects.length, objects[0]?.keypoints, unusable], [1, undefined, 1]);
  });

  test('nothing but noise at a threshold of 0 takes bounded time and memory, and gives boxes in the picture', async (t) => {
    const count = 25_200;
    const at = Object.fromEntries(
      Array.from({ length: count * 6 }, (_, index) => [index, ((index * 7919) % 640) / (index % 6 > 3 ? 640 : 1)]),
    );
    const model = placed(t, {
      inputs: [{ name: 'images', shape: [1, 3, 640, 640] }],
      outputs: [{ name: 'output', value: { dims: [1, count, 6], at } }],
    });
    const { objects } = await look(chooseModel({ model }).description, 0);
    assert.ok(objects.length <= 10_000);
    for (const { box } of objects)
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1 + 1e-9 && box.y + box.height <= 1 + 1e-9);
  });
});
