import type { Box } from '../../contracts/messages.ts';
import { cellCount, expectation } from './anchor-free.ts';
import type { DetectorFamily, Outputs, View } from './family.ts';
import { misfit, shaped } from './outputs.ts';
import { imagenetBgr } from './recipes.ts';

/** One stride's class scores (sigmoid done), and the box sides as distributions: left, top, right, bottom. */
interface Level {
  stride: number;
  /** Position of a cell's centre in cells, from its upper left corner. */
  centre: number;
  bins: number;
  scores: Slice;
  sides: Slice;
}

/** Rows of a tensor: where the first starts, and how far apart they are. */
interface Slice {
  data: Float32Array;
  start: number;
  step: number;
}

const strides = [8, 16, 32];
const plusStrides = [8, 16, 32, 64];
const bins = 11;
const plusBins = 8;
/** IoU of its own post-processing. */
const overlap = 0.5;

/**
 * NanoDet-g as in https://github.com/RangiLyu/nanodet, config/legacy_v0.x_configs/nanodet-g.yml: six outputs, per stride
 * class scores [1, cells, classes] and sides [1, cells, 4 x 11]. Their names and order are arbitrary after conversion, so
 * they are told apart by shape.
 */
export const nanodetG: DetectorFamily = {
  recipe: { ...imagenetBgr, resize: 'letterbox', bars: 0 },
  input: { width: 416, height: 416 },
  overlap,
  fits({ outputs, size }) {
    if (outputs.length !== 6) return undefined;
    const finest = outputs.filter(({ shape }) => shape[1] === cellCount(size ?? { width: 0, height: 0 }, [8]));
    const classes = finest.map(({ shape }) => shape[2]).find((width) => width !== 4 * bins);
    if (finest.length !== 2 || typeof classes !== 'number') return undefined;
    return { because: 'Six outputs: for each of the strides 8, 16 and 32 classes, and sides of 4 x 11 bins.', classes };
  },
  decode(outputs, view) {
    for (const stride of strides) {
      const cells = cellCount(view.canvas, [stride]);
      const scores = { data: shaped(outputs, 1, cells, view.classes).data, start: 0, step: view.classes };
      const sides = { data: shaped(outputs, 1, cells, 4 * bins).data, start: 0, step: 4 * bins };
      decodeLevel({ stride, centre: 0.5, bins, scores, sides }, view);
    }
  },
};

/**
 * NanoDet-Plus as its own export gives it, one output [1, cells, classes + 4 x 8]; or that of the OpenCV zoo, eight
 * outputs of one kind each, whose cells are centred otherwise.
 */
export const nanodetPlus: DetectorFamily = {
  recipe: { ...imagenetBgr, resize: 'stretch', bars: 0 },
  input: { width: 416, height: 416 },
  overlap,
  fits({ outputs, size }) {
    const cells = cellCount(size ?? { width: 416, height: 416 }, plusStrides);
    const [{ shape } = { shape: [] }] = outputs;
    const width = shape[2];
    if (outputs.length === 1 && shape[1] === cells && typeof width === 'number' && width > 4 * plusBins) {
      const classes = width - 4 * plusBins;
      return { because: `One output with ${cells} cells of the strides 8 to 64, classes and 4 x 8 bins.`, classes };
    }
    if (outputs.length !== 8) return undefined;
    const widths = outputs.map((output) => output.shape.at(-1));
    const sides = widths.filter((one) => one === 4 * plusBins).length;
    const classes = widths.find((one) => one !== 4 * plusBins);
    if (sides !== 4 || typeof classes !== 'number') return undefined;
    return { because: 'Eight outputs: classes and sides of 4 x 8 bins for each of the strides 8 to 64.', classes };
  },
  decode(outputs, view) {
    for (const level of Object.keys(outputs).length === 1 ? joined(outputs, view) : apart(outputs, view)) {
      decodeLevel(level, view);
    }
  },
};

function joined(outputs: Outputs, { canvas, classes }: View): Level[] {
  const step = classes + 4 * plusBins;
  const { data } = shaped(outputs, 1, cellCount(canvas, plusStrides), step);
  let first = 0;
  return plusStrides.map((stride) => {
    const scores = { data, start: first * step, step };
    const sides = { data, start: first * step + classes, step };
    first += cellCount(canvas, [stride]);
    return { stride, centre: 0, bins: plusBins, scores, sides };
  });
}

/** With or without a leading 1 in their shapes. */
function apart(outputs: Outputs, { canvas, classes }: View): Level[] {
  return plusStrides.map((stride) => {
    const cells = cellCount(canvas, [stride]);
    const find = (width: number): Slice => {
      const fitting = Object.values(outputs).filter(({ dims }) => dims.at(-1) === width && dims.at(-2) === cells);
      const [output] = fitting;
      if (output === undefined || fitting.length > 1) throw misfit(`one output [1, ${cells}, ${width}]`, outputs);
      return { data: output.data, start: 0, step: width };
    };
    const centre = (0.5 * (stride - 1)) / stride;
    return { stride, centre, bins: plusBins, scores: find(classes), sides: find(4 * plusBins) };
  });
}

function decodeLevel(level: Level, { canvas, wanted, sieve }: View): void {
  const { stride, scores } = level;
  const columns = Math.ceil(canvas.width / stride);
  const cells = columns * Math.ceil(canvas.height / stride);
  for (let cell = 0; cell < cells; cell++) {
    const row = scores.start + cell * scores.step;
    for (const classIndex of wanted) {
      const score = scores.data[row + classIndex] ?? NaN;
      if (sieve.passes(score)) sieve.add({ classIndex, score, box: boxOf(level, cell, columns) });
    }
  }
}

/** The cell's centre, less and plus its distances to the four sides. */
function boxOf({ stride, centre, bins: count, sides }: Level, cell: number, columns: number): Box {
  const centreX = ((cell % columns) + centre) * stride;
  const centreY = (Math.floor(cell / columns) + centre) * stride;
  const start = sides.start + cell * sides.step;
  const distance = (side: number) => expectation(sides.data, start + side * count, count) * stride;
  const left = distance(0);
  const top = distance(1);
  return { x: centreX - left, y: centreY - top, width: left + distance(2), height: top + distance(3) };
}
