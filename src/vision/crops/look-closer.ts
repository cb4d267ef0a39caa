import type { Box, DetectedObject } from '../../contracts/messages.ts';
import type { Size } from '../../geometry/letterbox.ts';
import { iou, sharedArea } from '../../geometry/boxes.ts';
import type { RgbPixels } from '../model-canvas.ts';
import { cropAround, cutOut, fromCrop, isCutOff, pointFromCrop, type Crop } from './crop.ts';

/** Objects of one label that overlap by more (IoU) are one. */
const sameOverlap = 0.45;
/** So much of a box inside another one of its label is a part of that, such as a head. */
const partShare = 0.7;

/** At least so much of an object moves. */
const movingShare = 0.15;

/** An object, and the look that showed it: 0 is the one at the whole picture. */
interface Seen {
  object: DetectedObject;
  look: number;
}

export interface CloserLookOptions {
  /** What the whole picture showed. */
  objects: readonly DetectedObject[];
  /** Boxes of what moves or was lost, 0..1 of the picture, the most urgent first. */
  regions: readonly Box[];
  /** Crops at most. */
  most: number;
  /** Crops that are looked at together. */
  atOnce: number;
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
  { objects: whole, regions, most, atOnce, waiting, threshold, look }: CloserLookOptions,
): Promise<{ objects: DetectedObject[]; crops: number }> {
  let found: Seen[] = whole.map((object) => ({ object, look: 0 }));
  let crops = 0;
  const rest = [...regions];
  for (;;) {
    const next = nextCrops(rest, Math.min(atOnce, most - crops));
    if (next.length === 0 || Atomics.load(waiting, 0) > 0) return { objects: found.map(({ object }) => object), crops };
    const seen = await Promise.all(
      next.map(async ({ crop, region }, index) => {
        const objects = fromLook(await look(cutOut(picture, crop)), crop, region);
        return objects.map((object) => ({ object, look: crops + index + 1 }));
      }),
    );
    crops += next.length;
    found = merge([...found, ...seen.flat()]);
  }

  /** Takes the most urgent regions that nothing explains, as crops. */
  function nextCrops(from: Box[], count: number): { crop: Crop; region: Box }[] {
    const next: { crop: Crop; region: Box }[] = [];
    while (next.length < count) {
      const region = from.shift();
      if (region === undefined) break;
      if (found.some(({ object: { score, box } }) => score >= threshold && explains(box, region))) continue;
      const crop = cropAround(region, picture);
      if (crop !== undefined) next.push({ crop, region });
    }
    return next;
  }

  /** What a crop cuts off is larger than what moves: the whole picture shows it, or it is a trick of the cut. */
  function fromLook(seen: readonly DetectedObject[], crop: Crop, region: Box): DetectedObject[] {
    return seen
      .filter(({ box }) => !isCutOff(box, crop, picture))
      .map((object) => objectFromCrop(object, crop, picture))
      .filter(({ box }) => moves(box, region));
  }
}

function objectFromCrop(object: DetectedObject, crop: Crop, picture: Size): DetectedObject {
  const { box, keypoints } = object;
  const moved = { ...object, box: fromCrop(box, crop, picture) };
  if (keypoints === undefined) return moved;
  const points = keypoints.map(({ x, y, score }) => {
    return { ...pointFromCrop({ x, y }, crop, picture), score };
  });
  return { ...moved, keypoints: points };
}

/** Most of what moves lies in a box that was found. */
function explains(box: Box, region: Box): boolean {
  return sharedArea(box, region) > 0.5 * region.width * region.height;
}

/** What does not move was seen, or not seen, by the look at the whole: it must not come and go with the crops. */
function moves(box: Box, region: Box): boolean {
  return sharedArea(box, region) > movingShare * box.width * box.height;
}

/** Of doubles the better one stays. What one look shows are none: in a crowd, people stand in front of each other. */
function merge(all: readonly Seen[]): Seen[] {
  const kept: Seen[] = [];
  for (const one of all.toSorted((a, b) => b.object.score - a.object.score)) {
    if (!kept.some((other) => other.look !== one.look && isSame(other.object, one.object))) kept.push(one);
  }
  return kept;
}

function isSame({ label, box: a }: DetectedObject, { label: other, box: b }: DetectedObject): boolean {
  if (label !== other) return false;
  const smaller = Math.min(a.width * a.height, b.width * b.height);
  return iou(a, b) > sameOverlap || sharedArea(a, b) > partShare * smaller;
}
