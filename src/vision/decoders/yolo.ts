import type { Box } from '../../contracts/messages.ts';
import type { OutputTensor } from '../../inference/session.ts';
import { cellCount } from './anchor-free.ts';
import type { DetectorFamily, View } from './family.ts';
import { centred, corners, misfit, shaped } from './outputs.ts';
import { yoloRecipe, yoloxRecipe } from './recipes.ts';

const strides = [8, 16, 32];
const input = { width: 640, height: 640 };
/** Mask coefficients after the classes of a segmenting model, whose second output holds the prototypes. */
const maskCoefficients = 32;
/** 17 keypoints of x, y, visibility. */
const keypointValues = 51;
/** Of a whole body with its hands and its face. */
const mostKeypoints = 133;

/**
 * YOLOX (https://github.com/Megvii-BaseDetection/YOLOX): [1, cells, 5 + classes] of centre, size, objectness, classes.
 * Unless it was exported with its decoding, positions are in cells from the cell's corner, and sizes logarithms.
 */
export const yolox: DetectorFamily = {
  recipe: yoloxRecipe,
  input,
  overlap: 0.45,
  fits({ outputs, size }) {
    const [{ shape } = { shape: [] }] = outputs;
    const [, cells, width] = shape;
    if (outputs.length !== 1 || size === undefined || typeof width !== 'number' || width < 6) return undefined;
    if (cells !== cellCount(size, strides)) return undefined;
    return {
      because: `One output with ${cells} cells of the strides 8, 16 and 32, 5 + classes wide.`,
      classes: width - 5,
    };
  },
  decode(outputs, view) {
    const output = shaped(outputs, 1, cellCount(view.canvas, strides), 5 + view.classes);
    const boxes = isDecoded(output) ? centred : onGrid(view);
    decodeObjectness(output, view, boxes);
  },
};

/** YOLOv5 and YOLOv7 with their grid in the graph: [1, anchors, 5 + classes] in pixels. */
export const yolov5: DetectorFamily = {
  recipe: yoloRecipe,
  input,
  overlap: 0.45,
  fits({ outputs, size }) {
    const [{ shape } = { shape: [] }] = outputs;
    const [, anchors, width] = shape;
    if (size === undefined || typeof width !== 'number' || width < 6) return undefined;
    if (shape.length !== 3 || anchors !== 3 * cellCount(size, strides)) return undefined;
    return { because: `An output with ${anchors} boxes, three per cell, 5 + classes wide.`, classes: width - 5 };
  },
  decode(outputs, view) {
    decodeObjectness(shaped(outputs, 1, undefined, 5 + view.classes), view, centred);
  },
};

/** YOLOv8, v9, 11, 12, and v10 or 26 without their own selection: [1, 4 + classes, cells] in pixels, sigmoid done. */
export const yolov8: DetectorFamily = {
  recipe: yoloRecipe,
  input,
  overlap: 0.45,
  fits({ outputs, names, task }) {
    const [{ shape } = { shape: [] }] = outputs;
    const [, channels, cells] = shape;
    if (shape.length !== 3 || typeof channels !== 'number' || channels < 5) return undefined;
    if (typeof cells === 'number' ? cells <= channels : task === undefined) return undefined;
    const extra = task === 'segment' ? maskCoefficients : task === 'pose' ? keypointValues : 0;
    const classes = names?.length ?? channels - 4 - extra;
    return { because: `The first output has ${channels} channels: four sides, then classes.`, classes };
  },
  decode(outputs, view) {
    const { classes, wanted, sieve } = view;
    const [output] = Object.values(outputs);
    const [batch, channels = 0, cells = 0] = output?.dims ?? [];
    const extra = channels - 4 - classes;
    const known =
      extra === 0 || extra === keypointValues || (extra === maskCoefficients && Object.keys(outputs).length > 1);
    if (output?.dims.length !== 3 || batch !== 1 || !known) {
      throw misfit(`an output [1, ${4 + classes}, boxes]`, outputs);
    }
    const { data } = output;
    const keypoints = extra === keypointValues;
    for (const classIndex of wanted) {
      const row = (4 + classIndex) * cells;
      for (let cell = 0; cell < cells; cell++) {
        const score = data[row + cell] ?? NaN;
        if (!sieve.passes(score)) continue;
        const at = (channel: number) => data[channel * cells + cell] ?? NaN;
        const [width, height] = [at(2), at(3)];
        const box = { x: at(0) - width / 2, y: at(1) - height / 2, width, height };
        sieve.add({ classIndex, score, box, ...(keypoints ? { keypoints: keypointsOf(4 + classes, at) } : {}) });
      }
    }
  },
};

/** YOLOv10 and YOLO26 with their own selection: [1, 300, 6] of corners in pixels, score, class; pose and masks follow. */
export const yoloEnd2end: DetectorFamily = {
  recipe: yoloRecipe,
  input,
  fits({ outputs, metadata }) {
    const [{ shape } = { shape: [] }] = outputs;
    const [, boxes, width] = shape;
    const says = metadata.end2end === 'True';
    if (shape.length !== 3 || typeof width !== 'number' || width < 6) return undefined;
    if (!says && (width !== 6 || typeof boxes !== 'number' || boxes > 1000)) return undefined;
    return { because: `An output of ${boxes ?? 'some'} finished boxes: corners, score, class.` };
  },
  decode(outputs, view) {
    const { wanted, firstClass, sieve } = view;
    const [output] = Object.values(outputs);
    const [batch, boxes = 0, width = 0] = output?.dims ?? [];
    const more = width - 6;
    const masks = more === maskCoefficients && Object.keys(outputs).length > 1;
    const known = masks || (more >= 0 && more <= 3 * mostKeypoints && more % 3 === 0);
    if (output?.dims.length !== 3 || batch !== 1 || !known) {
      throw misfit('an output [1, boxes, 6]', outputs);
    }
    const { data } = output;
    const counting = new Set(wanted);
    for (let start = 0; start < boxes * width; start += width) {
      const score = data[start + 4] ?? NaN;
      if (!sieve.passes(score)) continue;
      const classIndex = Math.round((data[start + 5] ?? NaN) - firstClass);
      if (!counting.has(classIndex)) continue;
      const keypoints =
        width === 6 + keypointValues ? keypointsOf(6, (column) => data[start + column] ?? NaN) : undefined;
      sieve.add({ classIndex, score, box: corners(data, start), ...(keypoints === undefined ? {} : { keypoints }) });
    }
  },
};

function keypointsOf(first: number, at: (place: number) => number) {
  return Array.from({ length: keypointValues / 3 }, (_, index) => {
    const place = first + index * 3;
    return { x: at(place), y: at(place + 1), score: at(place + 2) };
  });
}

/** Score is objectness times class. */
function decodeObjectness(
  { data, dims }: OutputTensor,
  { classes, wanted, sieve }: View,
  boxOf: (data: Float32Array, at: number, row: number) => Box,
): void {
  const width = 5 + classes;
  const rows = dims[1] ?? 0;
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const objectness = data[start + 4] ?? NaN;
    if (!sieve.passes(objectness)) continue;
    for (const classIndex of wanted) {
      const score = objectness * (data[start + 5 + classIndex] ?? NaN);
      if (sieve.passes(score)) sieve.add({ classIndex, score, box: boxOf(data, start, row) });
    }
  }
}

/**
 * In cells, positions stay within a few cells around 0; in pixels those of the cells at the right edge are near the width
 * of the input.
 */
function isDecoded({ data, dims }: OutputTensor): boolean {
  const width = dims[2] ?? 1;
  for (let at = 0; at < data.length; at += width) {
    const x = data[at] ?? 0;
    if (x > 24 && x !== Infinity) return true;
  }
  return false;
}

/** Reads boxes that are relative to their cells. */
function onGrid({ canvas }: View): (data: Float32Array, at: number, row: number) => Box {
  const levels = strides.map((stride) => ({
    stride,
    columns: Math.ceil(canvas.width / stride),
    cells: cellCount(canvas, [stride]),
  }));
  return (data, at, row) => {
    let cell = row;
    const level = levels.find(({ cells }) => {
      if (cell < cells) return true;
      cell -= cells;
      return false;
    });
    const { stride, columns } = level ?? { stride: NaN, columns: 1 };
    const value = (place: number) => data[at + place] ?? NaN;
    const [width, height] = [Math.exp(value(2)) * stride, Math.exp(value(3)) * stride];
    const x = (value(0) + (cell % columns)) * stride;
    const y = (value(1) + Math.floor(cell / columns)) * stride;
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
}
