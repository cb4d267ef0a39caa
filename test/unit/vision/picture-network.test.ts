import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { ModelFor } from '../../../src/inference/model-description.ts';
import type { InputTensor } from '../../../src/inference/session.ts';
import { inspectModel } from '../../../src/onnx-format/inspect.ts';
import { openDetection } from '../../../src/vision/detection.ts';
import { pictureInput } from '../../../src/vision/picture-input.ts';
import { PictureNetwork, type Look } from '../../../src/vision/picture-network.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeModel, type WrittenModel } from './written-model.ts';

const side = 64;
const rows = (3 * side * side) / 6;

/**
 * Takes any number of pictures, and finds in each what its first pixels say in red: left, top, right, bottom, where 255 is all
 * of the canvas, and the score.
 */
const readsPixels: WrittenModel = {
  inputs: [{ name: 'images', shape: ['batch', 3, side, side] }],
  outputs: [{ name: 'output0', shape: ['batch', rows, 6] }],
  weights: {
    shape: { type: 'int64', value: { dims: [3], at: { 0: 0, 1: rows, 2: 6 } } },
    units: { type: 'float32', value: { dims: [6], at: { 0: side, 1: side, 2: side, 3: side, 4: 1 } } },
  },
  nodes: [
    { operator: 'Reshape', inputs: ['images', 'shape'], output: 'rows' },
    { operator: 'Mul', inputs: ['rows', 'units'], output: 'output0' },
  ],
};

/** Its header promises any number of pictures, and it is made for one. */
const promisesMore: WrittenModel = {
  ...readsPixels,
  weights: { ...readsPixels.weights, shape: { type: 'int64', value: { dims: [3], at: { 0: 1, 1: rows, 2: 6 } } } },
};

function descriptionOf(t: TestContext, written: WrittenModel): ModelFor<'detection'> {
  const file = join(temporaryFolder(t), 'model.onnx');
  writeFileSync(file, writeModel(written));
  const rest = { id: 'written', title: '', license: '', labels: ['thing'], input: { width: side, height: side } };
  return { ...rest, file, task: 'detection', family: 'yolo-end2end' };
}

/** A picture in which the model sees one thing, further to the right with every number. */
function pictureOf(number: number, width = side) {
  const bytes = new Uint8Array(width * side * 3);
  for (const [pixel, red] of [20 + 10 * number, 40, 60 + 10 * number, 120, 250 - number].entries())
    bytes[3 * pixel] = red;
  return { bytes, encoding: 'rgb24', width, height: side } as const;
}

async function askedTogether(model: ModelFor<'detection'>, most: number) {
  const service = await openDetection(model, 'cpu', most);
  const answers = await Promise.all(
    [1, 2, 3, 4, 5].map((number) => service.answer({ picture: pictureOf(number), threshold: 0.5, labels: new Set() })),
  );
  await service.release();
  return { atOnce: service.atOnce, objects: answers.map(({ objects }) => objects) };
}

describe('a network that looks at several pictures in one run', () => {
  test('sees in each of them what it sees in it alone', async (t) => {
    const model = descriptionOf(t, readsPixels);
    const [together, alone] = [await askedTogether(model, 3), await askedTogether(model, 1)];
    assert.deepEqual([together.atOnce, alone.atOnce], [3, 1]);
    assert.deepEqual(together.objects, alone.objects);
    const [left, width] = [30 / 255, 40 / 255];
    for (const [index, objects] of together.objects.entries()) {
      assert.equal(objects.length, 1);
      assert.ok(Math.abs((objects[0]?.box.x ?? NaN) - (left + (10 / 255) * index)) < 1e-5);
      assert.ok(Math.abs((objects[0]?.box.width ?? NaN) - width) < 1e-5);
    }
  });

  test('a picture that is none costs the others nothing', async (t) => {
    const service = await openDetection(descriptionOf(t, readsPixels), 'cpu', 3);
    t.after(() => service.release());
    const ask = (picture: ReturnType<typeof pictureOf>) =>
      service.answer({ picture, threshold: 0.5, labels: new Set() });
    const [good, bad, other] = await Promise.allSettled([
      ask(pictureOf(1)),
      ask({ ...pictureOf(2), width: 63 }),
      ask(pictureOf(3)),
    ]);
    assert.deepEqual([good.status, bad.status, other.status], ['fulfilled', 'rejected', 'fulfilled']);
    assert.equal(bad.status === 'rejected' && (bad.reason as Error).name, 'ES_IMAGE_INVALID');
  });

  test('one that only promises it goes on with one at a time, and so does one that does not say it', async (t) => {
    const fixed = { ...readsPixels, inputs: [{ name: 'images', shape: [1, 3, side, side] }] };
    const alone = await askedTogether(descriptionOf(t, readsPixels), 1);
    for (const written of [promisesMore, fixed]) {
      assert.deepEqual(await askedTogether(descriptionOf(t, written), 3), alone);
    }
  });

  test('the CPU gets one at a time unless it is told otherwise: several at once take as long there', async (t) => {
    const service = await openDetection(descriptionOf(t, readsPixels));
    t.after(() => service.release());
    assert.equal(service.atOnce, 1);
  });

  test('looks of one size are one run, in order; what comes during a run waits for the next; side inputs are for each', async (t) => {
    const written: WrittenModel = {
      inputs: [
        { name: 'images', shape: ['N', 3, 'height', 'width'] },
        { name: 'orig_target_sizes', type: 'int64', shape: ['N', 2] },
      ],
      outputs: [{ name: 'boxes', shape: ['N', 1] }],
    };
    const file = descriptionOf(t, written);
    const header = inspectModel(writeModel(written));
    const input = pictureInput({ ...file, family: 'rt-detr' }, header);
    const runs: Record<string, InputTensor>[] = [];
    // It sees the first number of each picture.
    const session = {
      run(inputs: Record<string, InputTensor>) {
        runs.push(inputs);
        const { data, dims } = inputs.images ?? { data: new Float32Array(), dims: [0] };
        const [count = 0] = dims;
        const seen = Float32Array.from({ length: count }, (_, index) => Number(data[(index * data.length) / count]));
        return Promise.resolve({ boxes: { data: seen, dims: [count, 1], type: 'float32' } });
      },
    };
    const size = { width: 8, height: 8 };
    const network = await PictureNetwork.open({ session, header, input, size, most: 4 }, () => undefined);
    assert.deepEqual(
      runs.splice(0).map(({ images }) => images?.dims[0]),
      [4, 1],
      'opening proves that it can',
    );
    const look = (red: number, width = 8): Look => {
      const pixels = { rgb: new Uint8Array(width * 8 * 3).fill(red), width, height: 8 };
      const canvas = { width, height: 8 };
      return { pixels, placement: { canvas, picture: { ...canvas, padX: 0, padY: 0 } } };
    };
    const first = [51, 102, 153, 204, 255].map((red) => network.look(look(red)));
    const wide = network.look(look(255, 16));
    const seen = await Promise.all([...first, wide]);
    const found = seen.map(({ outputs }) => Math.round(10 * (outputs.boxes?.data[0] ?? NaN)));
    assert.deepEqual(found, [2, 4, 6, 8, 10, 10]);
    assert.deepEqual(
      runs.map(({ images, orig_target_sizes: sizes }) => [
        images?.dims,
        sizes?.dims,
        [...(sizes?.data ?? [])].map(Number),
      ]),
      [
        [
          [4, 3, 8, 8],
          [4, 2],
          [8, 8, 8, 8, 8, 8, 8, 8],
        ],
        [
          [1, 3, 8, 8],
          [1, 2],
          [8, 8],
        ],
        [
          [1, 3, 8, 16],
          [1, 2],
          [16, 8],
        ],
      ],
    );
  });
});
