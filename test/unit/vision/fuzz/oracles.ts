import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DetectedObject } from '../../../../src/contracts/messages.ts';
import { assertMatches } from '../../../../src/contracts/guards.ts';
import { SentinelError, type ErrorName } from '../../../../src/contracts/errors.ts';
import { placements } from '../../../../src/geometry/placement.ts';
import { readHeader } from '../../../../src/onnx-format/header-file.ts';
import { inspectModel } from '../../../../src/onnx-format/inspect.ts';
import { snapshotRenderer } from '../../../../src/vision/annotate.ts';
import { chooseModel } from '../../../../src/vision/detection-model.ts';
import { decodeForCanvas } from '../../../../src/vision/encoded-picture.ts';
import { pictureInput } from '../../../../src/vision/picture-input.ts';
import { readPicture } from '../../../../src/vision/picture.ts';
import { readOutputs } from '../../../../src/vision/read-outputs.ts';
import { mutatedModel } from './mutated-model.ts';
import { mutatedOutputs } from './mutated-outputs.ts';
import { mutatedPicture } from './mutated-picture.ts';

/** What became of one mutation. */
export type Verdict = 'accepted' | 'refused';

/** One kind of hostile input: the product's own way with it, and what must hold whatever comes. */
export interface Oracle {
  /** @throws anything but a SentinelError that is allowed here: a finding. */
  judge(seed: number, index: number): Promise<Verdict>;
  /** What is done with this number. */
  tell(seed: number, index: number): string;
}

const canvas = { width: 416, height: 416 };
const frame = { width: 640, height: 480 };

const models: Oracle = {
  async judge(seed, index) {
    const { bytes } = mutatedModel(seed, index);
    const file = join(scratch(), 'mutated.onnx');
    writeFileSync(file, bytes);
    const header = refusable(['ES_MODEL_INVALID'], () => inspectModel(bytes));
    const faults: string[] = [];
    const piecewise = refusable(
      ['ES_MODEL_INVALID'],
      () => readHeader(file),
      ({ message }) => {
        faults.push(message);
      },
    );
    if (header !== undefined) {
      // Only what it costs to read a header on the main thread may come between them.
      if (!faults.some((fault) => fault.includes('too intricate'))) assert.deepEqual(piecewise, header);
      for (const { shape } of [...header.inputs, ...header.outputs])
        assert.ok(shape.every((size) => typeof size === 'string' || Number.isInteger(size)));
    }
    const chosen = refusable(['ES_MODEL_INVALID'], () => chooseModel({ model: file }));
    if (header === undefined || chosen === undefined) return await Promise.resolve('refused');
    const { description } = chosen;
    const input = refusable(['ES_MODEL_INVALID'], () => pictureInput(description, header));
    if (input === undefined) return 'refused';
    const { width, height } = input.place(frame).canvas;
    assert.ok(
      [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= 4096),
      `${width} ${height}`,
    );
    return 'accepted';
  },
  tell: (seed, index) => mutatedModel(seed, index).told,
};

const pictures: Oracle = {
  async judge(seed, index) {
    const { bytes } = mutatedPicture(seed, index);
    try {
      const picture = await readPicture(Buffer.from(bytes));
      assert.ok(
        Number.isInteger(picture.width) && picture.width > 0 && Number.isInteger(picture.height) && picture.height > 0,
      );
      const { pixels, placement } = await decodeForCanvas(picture.bytes, (size) => placements.letterbox(size, canvas));
      assert.equal(pixels.rgb.length, placement.picture.width * placement.picture.height * 3);
      if (index % 20 === 0) await snapshotRenderer.jpeg(picture, []);
      return 'accepted';
    } catch (error) {
      assertAllowed(error, ['ES_IMAGE_INVALID']);
      return 'refused';
    }
  },
  tell: (seed, index) => mutatedPicture(seed, index).told,
};

const outputs: Oracle = {
  async judge(seed, index) {
    const { model, outputs: given } = mutatedOutputs(seed, index);
    const placement = placements.letterbox(frame, model.input);
    const wanted = [...model.labels.keys()];
    const threshold = index % 4 === 0 ? 0 : 0.3;
    const read = refusable(['ES_MODEL_INVALID'], () => readOutputs(model, given, placement, { wanted, threshold }));
    if (read === undefined) return await Promise.resolve('refused');
    assert.ok(read.objects.length <= 1000);
    for (const object of read.objects) {
      assertMatches(DetectedObject, object, 'object');
      const { box, score, keypoints = [] } = object;
      const { x, y, width, height } = box;
      const inside = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 + 1e-9 && y + height <= 1 + 1e-9;
      assert.ok(inside && score >= threshold && score <= 1, JSON.stringify(object));
      assert.ok(
        keypoints.every((point) => Number.isFinite(point.x + point.y + point.score)),
        JSON.stringify(object),
      );
    }
    return 'accepted';
  },
  tell: (seed, index) => mutatedOutputs(seed, index).told,
};

export const oracles = { models, pictures, outputs } as const;
export type MutationKind = keyof typeof oracles;

/** What it gives; nothing when it is refused by one of these names. */
function refusable<T>(
  names: readonly ErrorName[],
  work: () => T,
  heard: (error: SentinelError) => void = () => undefined,
): T | undefined {
  try {
    return work();
  } catch (error) {
    assertAllowed(error, names);
    heard(error);
    return undefined;
  }
}

function assertAllowed(error: unknown, names: readonly ErrorName[]): asserts error is SentinelError {
  if (!(error instanceof SentinelError) || !names.includes(error.name)) throw error;
  assert.ok(error.message.length <= 1000 && !error.message.includes('\0'), `a message of ${error.message.length}`);
}

let folder: string | undefined;

function scratch(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'fuzz-'));
    process.once('exit', () => {
      rmSync(made, { recursive: true, force: true });
    });
    folder = made;
  }
  return folder;
}
