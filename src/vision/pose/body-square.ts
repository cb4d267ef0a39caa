import type { Box } from '../../contracts/messages.ts';
import type { Letterbox, Size } from '../../geometry/letterbox.ts';
import { centreOf } from '../../geometry/boxes.ts';
import type { Crop } from '../crops/crop.ts';

/** A square in whole pixels of a picture; parts of it may lie outside. */
export interface Square {
  left: number;
  top: number;
  side: number;
}

/** The part of a square that the picture covers, and where it lies on the canvas that shows the whole square. */
export interface SquareView {
  crop: Crop;
  /** The size of the canvas, a square too. */
  side: number;
  placed: Letterbox;
}

/** How much larger the square is than the longer side of the box: limbs reach beyond it. */
const margin = 1.25;

/**
 * The square around the box of a person (0..1 of the picture). Also where a body was seen a moment ago: what MoveNet's
 * authors do then, a square by its points, is for looking without a detector; beside fresh boxes it measured worse.
 */
export function squareAround(box: Box, { width, height }: Size): Square {
  const side = Math.max(1, Math.round(Math.max(box.width * width, box.height * height) * margin));
  const { x, y } = centreOf(box);
  return { left: Math.round(x * width - side / 2), top: Math.round(y * height - side / 2), side };
}

/**
 * Where the part of a square that is in the picture lies on a canvas; the rest of the canvas stays black.
 * @returns undefined when no pixel of the picture is in the square.
 */
export function viewOf(square: Square, picture: Size, side: number): SquareView | undefined {
  const across = spanOf(square.left, square.side, picture.width, side);
  const down = spanOf(square.top, square.side, picture.height, side);
  if (across === undefined || down === undefined) return undefined;
  return {
    side,
    crop: { left: across.from, top: down.from, width: across.length, height: down.length },
    placed: { padX: across.pad, padY: down.pad, width: across.shown, height: down.shown },
  };
}

function spanOf(start: number, length: number, available: number, canvas: number) {
  const from = Math.max(0, start);
  const to = Math.min(available, start + length);
  if (to <= from) return undefined;
  const onCanvas = (position: number): number => Math.round(((position - start) * canvas) / length);
  const pad = Math.min(canvas - 1, onCanvas(from));
  return { from, length: to - from, pad, shown: Math.max(1, onCanvas(to) - pad) };
}

/** A point from 0..1 of the canvas to 0..1 of the picture: the exact inverse of how the crop was drawn. */
export function toPicturePoint(
  { x, y }: { x: number; y: number },
  { crop, placed, side }: SquareView,
  { width, height }: Size,
): { x: number; y: number } {
  return {
    x: (crop.left + ((x * side - placed.padX) / placed.width) * crop.width) / width,
    y: (crop.top + ((y * side - placed.padY) / placed.height) * crop.height) / height,
  };
}
