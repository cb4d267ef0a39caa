import { cellCount } from './anchor-free.ts';
import type { DetectorFamily, View } from './family.ts';
import { centred, corners, scaled, shaped, sigmoid } from './outputs.ts';
import { around127Rgb, halvesRgb } from './recipes.ts';

const labels = ['face'];

/** Grids of so many cells across and down, with so many anchors in the middle of each cell, one grid after the other. */
const blazeGrids = [
  { cells: 16, anchors: 2, count: 512 },
  { cells: 8, anchors: 6, count: 384 },
] as const;
const blazeAnchors = 896;
/** Centre and size in pixels of the canvas, then the points. */
const blazeColumns = 16;
/** Right and left eye, nose, mouth, right and left ear. */
const blazePoints = 6;

/**
 * BlazeFace of https://github.com/google/mediapipe for 128 x 128 ("short range", "front") and for 256 x 256 ("back"):
 * logits and boxes of 896 anchors, each in one output, or in one for each grid. They are told apart by shape.
 */
export const blazeFace: DetectorFamily = {
  recipe: { ...halvesRgb, resize: 'letterbox', bars: 0 },
  input: { width: 256, height: 256 },
  overlap: 0.3,
  fits({ outputs }) {
    const shapes = outputs.map(({ shape }) => shape.slice(1).join(' x ')).sort();
    const shapesOf = (counts: readonly number[]) =>
      counts.flatMap((count) => [`${count} x 1`, `${count} x ${blazeColumns}`]).sort();
    const apart = blazeGrids.map(({ count }) => count);
    if (![apart, [blazeAnchors]].some((counts) => shapesOf(counts).join() === shapes.join())) return undefined;
    return { because: `${blazeAnchors} anchors with a logit, a box and ${blazePoints} points.`, classes: 1, labels };
  },
  decode(outputs, view) {
    const joined = Object.keys(outputs).length === 2;
    let before = 0;
    for (const { cells, anchors, count } of blazeGrids) {
      const rows = joined ? blazeAnchors : count;
      const [logits, boxes] = [shaped(outputs, 1, rows, 1).data, shaped(outputs, 1, rows, blazeColumns).data];
      for (let anchor = 0; anchor < count; anchor++) {
        const cell = Math.floor(anchor / anchors);
        const centre = { x: ((cell % cells) + 0.5) / cells, y: (Math.floor(cell / cells) + 0.5) / cells };
        decodeBlaze(logits, boxes, before + anchor, centre, view);
      }
      if (joined) before += count;
    }
  },
};

/** What one anchor shows. @param centre in 0..1 of the canvas */
function decodeBlaze(
  logits: Float32Array,
  boxes: Float32Array,
  row: number,
  centre: { x: number; y: number },
  { canvas, wanted, sieve }: View,
): void {
  const score = sigmoid(logits[row] ?? NaN);
  if (!wanted.includes(0) || !sieve.passes(score)) return;
  const { x, y } = { x: centre.x * canvas.width, y: centre.y * canvas.height };
  const start = row * blazeColumns;
  const box = centred(boxes, start);
  const keypoints = Array.from({ length: blazePoints }, (_, point) => {
    const at = start + 4 + 2 * point;
    return { x: x + (boxes[at] ?? NaN), y: y + (boxes[at + 1] ?? NaN), score };
  });
  sieve.add({ classIndex: 0, score, box: { ...box, x: x + box.x, y: y + box.y }, keypoints });
}

/** Anchors a cell of the strides 8, 16, 32 and 64. */
const ultraStrides = [
  { stride: 8, anchors: 3 },
  { stride: 16, anchors: 2 },
  { stride: 32, anchors: 2 },
  { stride: 64, anchors: 3 },
] as const;

/**
 * Ultra-Light-Fast-Generic-Face-Detector of the ONNX model zoo (RFB-320, RFB-640): scores of no face and of a face, and
 * corners in 0..1 of the canvas, decoded already.
 */
export const ultraFace: DetectorFamily = {
  recipe: { ...around127Rgb, resize: 'stretch', bars: 127 },
  input: { width: 320, height: 240 },
  overlap: 0.5,
  fits({ outputs, size }) {
    const rows = ultraRows(size ?? { width: 320, height: 240 });
    const widths = outputs.map(({ shape }) => (shape.length === 3 && shape[1] === rows ? shape[2] : undefined));
    if (widths.length !== 2 || !widths.includes(2) || !widths.includes(4)) return undefined;
    return { because: `${rows} anchors with scores of a face and of none, and boxes.`, classes: 1, labels };
  },
  decode(outputs, { canvas, wanted, sieve }) {
    const rows = ultraRows(canvas);
    const [scores, boxes] = [shaped(outputs, 1, rows, 2).data, shaped(outputs, 1, rows, 4).data];
    if (!wanted.includes(0)) return;
    for (let row = 0; row < rows; row++) {
      const score = scores[2 * row + 1] ?? NaN;
      if (sieve.passes(score)) sieve.add({ classIndex: 0, score, box: scaled(corners(boxes, 4 * row), canvas) });
    }
  },
};

function ultraRows(canvas: { width: number; height: number }): number {
  return ultraStrides.reduce((sum, { stride, anchors }) => sum + anchors * cellCount(canvas, [stride]), 0);
}
