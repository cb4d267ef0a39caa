import type { Box } from '../../contracts/messages.ts';
import type { Size } from '../../geometry/letterbox.ts';
import type { RgbPixels } from '../model-canvas.ts';

/** A crop shows this many times what it is about: enough of the surroundings for a model to make sense of it. */
const surroundings = 3;
/** Shares of the picture's longer side. Below, pixels are only blown up; above, a crop shows little more than the whole. */
const smallest = 0.16;
const largest = 0.5;

/** A part of a picture, in whole pixels. */
export interface Crop extends Size {
  left: number;
  top: number;
}

/**
 * The square around a box (0..1 of the picture), shifted into the picture.
 * @returns undefined when the box is so large that the whole picture shows it as well.
 */
export function cropAround(box: Box, { width, height }: Size): Crop | undefined {
  const longer = Math.max(width, height);
  const wanted = Math.max(box.width * width, box.height * height) * surroundings;
  if (wanted > longer * largest) return undefined;
  const side = Math.round(Math.max(wanted, longer * smallest));
  const across = spanAround((box.x + box.width / 2) * width, side, width);
  const down = spanAround((box.y + box.height / 2) * height, side, height);
  return { left: across.from, top: down.from, width: across.length, height: down.length };
}

function spanAround(centre: number, side: number, length: number): { from: number; length: number } {
  const taken = Math.min(side, length);
  return { from: Math.round(Math.min(length - taken, Math.max(0, centre - taken / 2))), length: taken };
}

/** The pixels of a crop, copied. */
export function cutOut({ rgb, width: whole }: RgbPixels, { left, top, width, height }: Crop): RgbPixels {
  const row = width * 3;
  const cut = new Uint8Array(row * height);
  for (let y = 0; y < height; y += 1) {
    const start = ((top + y) * whole + left) * 3;
    cut.set(rgb.subarray(start, start + row), y * row);
  }
  return { rgb: cut, width, height };
}

/** A box from 0..1 of a crop to 0..1 of the picture. */
export function fromCrop(box: Box, crop: Crop, { width, height }: Size): Box {
  return {
    ...pointFromCrop(box, crop, { width, height }),
    width: (box.width * crop.width) / width,
    height: (box.height * crop.height) / height,
  };
}

/** A point likewise. */
export function pointFromCrop({ x, y }: { x: number; y: number }, crop: Crop, { width, height }: Size) {
  return { x: (crop.left + x * crop.width) / width, y: (crop.top + y * crop.height) / height };
}

/** How close to the border of a crop a box is cut off, in shares of the crop. */
const border = 0.02;

/** Whether a box (0..1 of the crop) ends where the crop does and the picture does not: more of it may lie outside. */
export function isCutOff({ x, y, width, height }: Box, crop: Crop, picture: Size): boolean {
  return (
    (x < border && crop.left > 0) ||
    (y < border && crop.top > 0) ||
    (x + width > 1 - border && crop.left + crop.width < picture.width) ||
    (y + height > 1 - border && crop.top + crop.height < picture.height)
  );
}
