import type { Box, DetectedObject } from '../../contracts/messages.ts';
import { iou, sharedArea } from '../../geometry/boxes.ts';
import type { RgbPixels } from '../model-canvas.ts';
import { cropAround, cutOut, fromCrop, isCutOff } from './crop.ts';

/** Objects of one label that overlap by more (IoU) are one. */
const sameOverlap = 0.45;
/** So much of a box inside another one of its label is a part of that, such as a head. */
const partShare = 0.7;

export interface CloserLookOptions {
  /** What the whole picture showed. */
  objects: readonly DetectedObject[];
  /** Boxes of what moves or was lost, 0..1 of the picture, the most urgent first. */
  regions: readonly Box[];
  /** Crops at most. */
  most: number;
  /** While pictures wait, nobody is kept waiting by a crop. */
  waiting: Int32Array;
  /** Score from which an object explains why something moves. */
  threshold: number;
  /** Finds objects in pixels: boxes in 0..1 of them. */
  look: (pixels: RgbPixels) => Promise<readonly DetectedObject[]>;
}

/**
 * Looks again, closely, at the parts of a picture where something moves that the whole picture did not explain.
 * @returns what the whole picture showed and what the crops added to it, and how many crops were looked at.
 */
export async function lookCloser(
  picture: RgbPixels,
  { objects: whole, regions, most, waiting, threshold, look }: CloserLookOptions,
): Promise<{ objects: DetectedObject[]; crops: number }> {
  let objects = [...whole];
  let crops = 0;
  for (const region of regions) {
    if (crops === most) break;
    if (objects.some(({ score, box }) => score >= threshold && explains(box, region))) continue;
    const crop = cropAround(region, picture);
    if (crop === undefined) continue;
    if (Atomics.load(waiting, 0) > 0) break;
    crops += 1;
    const seen = (await look(cutOut(picture, crop))).map((object) => ({
      object: { ...object, box: fromCrop(object.box, crop, picture) },
      cutOff: isCutOff(object.box, crop, picture),
    }));
    // What does not move was seen, or not seen, by the look at the whole: it must not come and go with the crops.
    objects = merge(
      objects,
      seen.filter(({ object }) => sharedArea(object.box, region) > 0),
    );
  }
  return { objects, crops };
}

/** Most of what moves lies in a box that was found. */
function explains(box: Box, region: Box): boolean {
  return sharedArea(box, region) > 0.5 * region.width * region.height;
}

/** Of doubles the better one stays; one that a crop has cut off gives way to any that is whole. */
function merge(
  known: readonly DetectedObject[],
  seen: readonly { object: DetectedObject; cutOff: boolean }[],
): DetectedObject[] {
  const candidates = [...known.map((object) => ({ object, cutOff: false })), ...seen];
  const bestFirst = candidates.sort((a, b) => Number(a.cutOff) - Number(b.cutOff) || b.object.score - a.object.score);
  const kept: DetectedObject[] = [];
  for (const { object } of bestFirst) {
    if (!kept.some(({ label, box }) => label === object.label && isSame(box, object.box))) kept.push(object);
  }
  return kept;
}

function isSame(a: Box, b: Box): boolean {
  const smaller = Math.min(a.width * a.height, b.width * b.height);
  return iou(a, b) > sameOverlap || sharedArea(a, b) > partShare * smaller;
}
