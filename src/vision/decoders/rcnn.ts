import type { OutputTensor } from '../../inference/session.ts';
import { coco80, coco90 } from './coco.ts';
import type { DetectorFamily, Outputs, View } from './family.ts';
import type { ModelFacts } from './model-facts.ts';
import { corners, misfit, scaled } from './outputs.ts';
import { bytesBgr, bytesRgb, unitRgb } from './recipes.ts';

/** Shorter and longer side that most R-CNNs are trained and tested with. */
const input = { width: 1333, height: 800 };
/** Mean of the zoo's models, B, G, R. */
const zooMean = [102.9801, 115.9465, 122.7717];
/** Detectron2 subtracts it in the graph: bars of this grey do least harm. */
const detectronGrey = 114;

/**
 * Detectron2, exported by tracing (`tools/deploy/export_model.py --export-method tracing --format onnx`): one picture
 * without a batch, bytes as floats, B, G, R; the graph normalises. Outputs have numbers for names; they are the fields of its
 * Instances in the order of the alphabet (pred_boxes, pred_classes, pred_keypoint_heatmaps, pred_keypoints, pred_masks,
 * scores), then the size of the picture. Boxes are in pixels of the input, suppression is done.
 */
export const detectron2: DetectorFamily = {
  recipe: { ...bytesBgr, resize: 'shortest-edge', bars: detectronGrey },
  input,
  fits(model) {
    const { classes: integers, sized } = instanceShapes(model);
    if (model.rank !== 3 || integers === undefined || !sized) return undefined;
    return { because: 'A picture without a batch, and boxes, classes, scores and the size of the picture as outputs.' };
  },
  decode: decodeInstances,
};

/** torchvision's R-CNN, RetinaNet, SSD and FCOS: the graph normalises and suppresses; 0 is the background. */
export const torchvision: DetectorFamily = {
  recipe: { ...unitRgb, resize: 'shortest-edge', bars: 0 },
  input,
  firstClass: 1,
  fits(model) {
    const { classes, sized } = instanceShapes(model);
    if (classes === undefined || sized) return undefined;
    return { because: 'Outputs of boxes, classes and scores, one row per object.', firstClass: 1, labels: coco90 };
  },
  decode: decodeInstances,
};

/** FasterRCNN and MaskRCNN of the ONNX model zoo (versions 10 and 12): B, G, R less their mean, sides of multiples of 32. */
export const rcnnZoo: DetectorFamily = {
  recipe: { colours: 'bgr', mean: zooMean, std: [1, 1, 1], resize: 'shortest-edge-32', bars: 'mean' },
  input,
  firstClass: 1,
  fits(model) {
    const { classes, sized } = instanceShapes(model);
    if (classes === undefined || sized || model.rank !== 3 || model.input?.name !== 'image') return undefined;
    const because =
      'An input "image" without a batch, and boxes, classes and scores as outputs, as in the ONNX model zoo.';
    return { because, firstClass: 1, labels: coco80 };
  },
  decode: decodeInstances,
};

/** TensorFlow's object detection API, such as SSD-MobileNet of the ONNX model zoo: bytes, any size, boxes in 0..1. */
export const tfDetection: DetectorFamily = {
  recipe: { ...bytesRgb, resize: 'stretch', bars: 0 },
  input: { width: 300, height: 300 },
  firstClass: 1,
  fits(model) {
    const boxes = outputLike(model, 'detection_boxes');
    if (boxes === undefined || outputLike(model, 'detection_scores') === undefined) return undefined;
    return { because: 'Outputs detection_boxes and detection_scores.', firstClass: 1, labels: coco90 };
  },
  decode(outputs, { canvas, firstClass, wanted, sieve }) {
    const find = (name: string): OutputTensor => {
      const [, output] = Object.entries(outputs).find(([full]) => baseName(full) === name) ?? [];
      if (output === undefined) throw misfit(`an output "${name}"`, outputs);
      return output;
    };
    const [boxes, classes, scores] = [find('detection_boxes'), find('detection_classes'), find('detection_scores')];
    const counting = new Set(wanted);
    scores.data.forEach((score, index) => {
      const classIndex = Math.round((classes.data[index] ?? NaN) - firstClass);
      if (!sieve.passes(score) || !counting.has(classIndex)) return;
      const [top = NaN, left = NaN, bottom = NaN, right = NaN] = boxes.data.subarray(index * 4, index * 4 + 4);
      const box = { x: left, y: top, width: right - left, height: bottom - top };
      sieve.add({ classIndex, score, box: scaled(box, canvas) });
    });
  },
};

/** What TensorFlow puts behind a name does not count. */
function baseName(name: string): string {
  return name.replace(/:\d+$/, '');
}

function outputLike({ outputs }: ModelFacts, name: string) {
  return outputs.find((output) => baseName(output.name) === name);
}

/** Boxes, classes and scores by their types and shapes alone; `sized`: the size of the picture follows. */
function instanceShapes({ outputs }: ModelFacts) {
  const integers = outputs.filter(({ type, shape }) => type === 'int64' && shape.length === 1);
  const boxes = outputs.some(({ type, shape }) => type === 'float32' && shape.length === 2 && shape[1] === 4);
  const scores = outputs.some(({ type, shape }) => type === 'float32' && shape.length === 1);
  const last = outputs.at(-1);
  const sized = integers.length === 2 && last?.type === 'int64' && last.shape.length === 1;
  return { classes: boxes && scores ? integers[0] : undefined, sized };
}

function decodeInstances(outputs: Outputs, { firstClass, wanted, sieve }: View): void {
  const all = Object.values(outputs);
  const flat = all.filter(({ dims }) => dims.length === 1);
  const boxes = all.find(({ dims }) => dims.length === 2 && dims[1] === 4);
  const classes = flat.find(({ type }) => type !== 'float32');
  const scores = flat.find(({ type }) => type === 'float32');
  const count = scores?.data.length ?? 0;
  if (boxes === undefined || scores === undefined || classes?.data.length !== count || boxes.dims[0] !== count) {
    throw misfit('boxes [n, 4], classes [n] and scores [n]', outputs);
  }
  const points = all.find(({ dims }) => dims.length === 3 && dims[0] === count && dims[2] === 3);
  const counting = new Set(wanted);
  for (let index = 0; index < count; index++) {
    const score = scores.data[index] ?? NaN;
    const classIndex = (classes.data[index] ?? NaN) - firstClass;
    if (!sieve.passes(score) || !counting.has(classIndex)) continue;
    const keypoints = points === undefined ? undefined : keypointsOf(points, index);
    const box = corners(boxes.data, index * 4);
    sieve.add({ classIndex, score, box, ...(keypoints === undefined ? {} : { keypoints }) });
  }
}

function keypointsOf({ data, dims }: OutputTensor, index: number) {
  const count = dims[1] ?? 0;
  return Array.from({ length: count }, (_, point) => {
    const at = (index * count + point) * 3;
    return { x: data[at] ?? NaN, y: data[at + 1] ?? NaN, score: data[at + 2] ?? NaN };
  });
}
