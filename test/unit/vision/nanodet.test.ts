import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Size } from '../../../src/geometry/letterbox.ts';
import type { OutputTensor } from '../../../src/inference/session.ts';
import { nanodetG } from '../../../src/vision/decoders/nanodet.ts';
import { Sieve } from '../../../src/vision/decoders/sieve.ts';
import { suppressOverlaps, type Candidate } from '../../../src/vision/nms.ts';

const canvas = { width: 64, height: 32 };
const cellsPerStride = [32, 8, 2];

/** All outputs of a network with two classes that sees nothing, in an order that says nothing. */
function outputs(): OutputTensor[] {
  const empty = (cells: number, width: number) => ({
    data: new Float32Array(cells * width),
    dims: [1, cells, width],
    type: 'float32',
  });
  return [
    ...cellsPerStride.map((cells) => empty(cells, 44)),
    ...cellsPerStride.map((cells) => empty(cells, 2)),
  ].reverse();
}

function decodeNanodet(all: OutputTensor[], size: Size, classes: number, wanted: number[], threshold: number) {
  const sieve = new Sieve(threshold);
  const outputs = Object.fromEntries(all.map((output, index) => [`Identity_${index}`, output]));
  nanodetG.decode(outputs, { canvas: size, classes, firstClass: 0, wanted, sieve });
  return [...sieve.candidates];
}

function candidate(classIndex: number, score: number, x: number): Candidate {
  return { classIndex, score, box: { x, y: 0, width: 10, height: 10 } };
}

describe('NanoDet-g decoder', () => {
  test('a cell becomes a box: its centre, and the mean of each side distribution in strides', () => {
    const all = outputs();
    const scores = all.find(({ dims }) => dims[1] === 8 && dims[2] === 2);
    const sides = all.find(({ dims }) => dims[1] === 8 && dims[2] === 44);
    assert.ok(scores !== undefined && sides !== undefined);
    const cell = 6;
    scores.data[cell * 2 + 1] = 0.75;
    // Left and right are certain of 1 and 2 strides, top is torn between 0 and 1, bottom has no idea: the mean of 0..10.
    const logit = (side: number, bin: number) => (cell * 4 + side) * 11 + bin;
    sides.data.set([1000], logit(0, 1));
    sides.data.set([1000, 1000], logit(1, 0));
    sides.data.set([1000], logit(2, 2));
    assert.deepEqual(decodeNanodet(all, canvas, 2, [0, 1], 0.5), [
      { classIndex: 1, score: 0.75, box: { x: 40 - 16, y: 24 - 8, width: 16 + 32, height: 8 + 80 } },
    ]);
  });

  test('classes that nobody wants and scores below the threshold are left out', () => {
    const all = outputs();
    all.find(({ dims }) => dims[1] === 2 && dims[2] === 2)?.data.set([0.5, 0.9]);
    const found = (wanted: number[], threshold: number) =>
      decodeNanodet(all, canvas, 2, wanted, threshold).map(({ score }) => Math.round(score * 10));
    assert.deepEqual(found([0, 1], 0.5), [5, 9]);
    assert.deepEqual(found([0, 1], 0.6), [9]);
    assert.deepEqual(found([0], 0.6), []);
  });

  test('outputs of another shape are not a NanoDet-g', () => {
    assert.throws(() => decodeNanodet(outputs(), canvas, 3, [0], 0.5), { name: 'ES_MODEL_INVALID' });
    assert.throws(() => decodeNanodet(outputs(), { width: 416, height: 416 }, 2, [0], 0.5), {
      name: 'ES_MODEL_INVALID',
    });
  });
});

describe('non-maximum suppression', () => {
  test('of boxes of one class that overlap by more than the limit, the best stays', () => {
    const best = candidate(0, 0.9, 0);
    // Shifted by 3 of 10: IoU 7 / 13, above one half; by 4: 6 / 14, below.
    const repeated = candidate(0, 0.8, 3);
    const apart = candidate(0, 0.7, -4);
    const otherClass = candidate(1, 0.6, 0);
    assert.deepEqual(suppressOverlaps([otherClass, repeated, apart, best], 0.5), [best, apart, otherClass]);
  });

  test('a suppressed box suppresses nothing itself', () => {
    const chain = [candidate(0, 0.9, 0), candidate(0, 0.8, 3), candidate(0, 0.7, 6)];
    assert.deepEqual(suppressOverlaps(chain, 0.5), [chain[0], chain[2]]);
  });

  test('a quarter of a million candidates take no quarter of a minute', () => {
    const many = Array.from({ length: 280_000 }, (_, index) =>
      candidate(index % 80, (index % 997) / 1000, index % 400),
    );
    const started = performance.now();
    assert.ok(suppressOverlaps(many, 0.5).length > 80);
    assert.ok(performance.now() - started < 5000);
  });
});
