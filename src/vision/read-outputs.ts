import type { Box, DetectedObject } from '../contracts/messages.ts';
import type { Letterbox } from '../geometry/letterbox.ts';
import type { Placement } from '../geometry/placement.ts';
import type { ModelFor } from '../inference/model-description.ts';
import type { Outputs } from './decoders/family.ts';
import { Sieve } from './decoders/sieve.ts';
import { detectors } from './decoders/table.ts';
import { bestOf, suppressOverlaps, type Candidate } from './nms.ts';

/** Objects of a picture, as a message holds. */
export const mostObjects = 1000;

/**
 * The objects that a model's outputs show, best first, inside the picture; and how many scores and boxes were no numbers.
 * @param wanted Indices of the labels that count.
 * @throws SentinelError ES_MODEL_INVALID when the outputs are not the ones of the model's family.
 */
export function readOutputs(
  model: Pick<ModelFor<'detection'>, 'family' | 'labels' | 'firstClass'>,
  outputs: Outputs,
  { canvas, picture }: Placement,
  { wanted, threshold }: { wanted: readonly number[]; threshold: number },
): { objects: DetectedObject[]; unusable: number } {
  const { labels } = model;
  const { decode, overlap, firstClass: usual = 0 } = detectors[model.family];
  const sieve = new Sieve(threshold);
  decode(outputs, { canvas, classes: labels.length, firstClass: model.firstClass ?? usual, wanted, sieve });
  const { candidates, unusable } = sieve;
  const best = overlap === undefined ? bestOf(candidates) : suppressOverlaps(candidates, overlap);
  return { unusable, objects: best.flatMap((one) => toObject(one, picture, labels)).slice(0, mostObjects) };
}

/** Nothing for a candidate that lies beside the picture, in the bars. */
function toObject(
  { classIndex, score, box, keypoints }: Candidate,
  letterbox: Letterbox,
  labels: readonly string[],
): DetectedObject[] {
  const inPicture = toPicture(box, letterbox);
  if (inPicture.width <= 0 || inPicture.height <= 0) return [];
  const object = { label: labels[classIndex] ?? '', score: Math.min(1, score), box: inPicture };
  if (keypoints === undefined) return [object];
  const points = keypoints.map(({ x, y, ...point }) => ({
    ...point,
    x: (x - letterbox.padX) / letterbox.width,
    y: (y - letterbox.padY) / letterbox.height,
  }));
  return [{ ...object, keypoints: points }];
}

/** A box from pixels of the canvas to 0..1 of the picture that was drawn on it, clipped to the picture. */
export function toPicture(box: Box, letterbox: Letterbox): Box {
  const share = (position: number, pad: number, length: number) => Math.min(1, Math.max(0, (position - pad) / length));
  const x = share(box.x, letterbox.padX, letterbox.width);
  const y = share(box.y, letterbox.padY, letterbox.height);
  return {
    x,
    y,
    width: share(box.x + box.width, letterbox.padX, letterbox.width) - x,
    height: share(box.y + box.height, letterbox.padY, letterbox.height) - y,
  };
}
