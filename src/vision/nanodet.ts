import { SentinelError } from '../contracts/errors.ts';
import type { Box } from '../contracts/messages.ts';
import type { Size } from '../geometry/letterbox.ts';
import type { FloatTensor } from '../inference/session.ts';
import type { Plane } from './model-canvas.ts';
import type { Candidate } from './nms.ts';

/**
 * NanoDet-g as in https://github.com/RangiLyu/nanodet, config/legacy_v0.x_configs/nanodet-g.yml:
 * BGR input with this mean and deviation, three strides, distances as distributions over 0..10 (reg_max 10).
 */
export const nanodetPlanes: readonly Plane[] = [
  { channel: 2, mean: 103.53, std: 57.375 },
  { channel: 1, mean: 116.28, std: 57.12 },
  { channel: 0, mean: 123.675, std: 58.395 },
];
const strides = [8, 16, 32];
const bins = 11;
/** IoU of its own post-processing. */
export const nanodetOverlap = 0.5;

/**
 * Reads the six outputs, per stride class scores [1, cells, classes] (sigmoid done) and box sides [1, cells, 4 x bins].
 * Their names and order are arbitrary after conversion, so they are told apart by shape.
 * @param classes How many classes the model has.
 * @param wanted Indices of the classes that count.
 * @throws SentinelError ES_MODEL_INVALID when the outputs are not the ones of this family.
 */
export function decodeNanodet(
  outputs: readonly FloatTensor[],
  canvas: Size,
  classes: number,
  wanted: readonly number[],
  threshold: number,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const stride of strides) {
    const columns = Math.ceil(canvas.width / stride);
    const cells = columns * Math.ceil(canvas.height / stride);
    const scores = outputOf(outputs, cells, classes);
    const sides = outputOf(outputs, cells, 4 * bins);
    for (let cell = 0; cell < cells; cell++) {
      for (const classIndex of wanted) {
        const score = scores[cell * classes + classIndex] ?? 0;
        if (score >= threshold) candidates.push({ classIndex, score, box: boxOf(sides, cell, columns, stride) });
      }
    }
  }
  return candidates;
}

function outputOf(outputs: readonly FloatTensor[], cells: number, width: number): Float32Array {
  const fitting = outputs.filter(({ dims }) => dims.length === 3 && dims[1] === cells && dims[2] === width);
  const [output] = fitting;
  if (output !== undefined && fitting.length === 1) return output.data;
  throw new SentinelError(
    'ES_MODEL_INVALID',
    `A NanoDet-g model must have one output of the shape [1, ${cells}, ${width}]; this one has ${fitting.length}.`,
    { hint: 'The description of the model must give its true input size and all its labels.' },
  );
}

/** The cell's centre, less and plus its distances to the four sides. */
function boxOf(sides: Float32Array, cell: number, columns: number, stride: number): Box {
  const centreX = ((cell % columns) + 0.5) * stride;
  const centreY = (Math.floor(cell / columns) + 0.5) * stride;
  const distance = (side: number) => expectation(sides, (cell * 4 + side) * bins) * stride;
  const left = distance(0);
  const top = distance(1);
  return { x: centreX - left, y: centreY - top, width: left + distance(2), height: top + distance(3) };
}

/** Softmax over the bins, then the mean bin: the distance in strides. */
function expectation(logits: Float32Array, start: number): number {
  let highest = -Infinity;
  for (let bin = 0; bin < bins; bin++) highest = Math.max(highest, logits[start + bin] ?? 0);
  let total = 0;
  let weighted = 0;
  for (let bin = 0; bin < bins; bin++) {
    const weight = Math.exp((logits[start + bin] ?? 0) - highest);
    total += weight;
    weighted += weight * bin;
  }
  return weighted / total;
}
