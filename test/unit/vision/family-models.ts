import type { DetectionFamily } from '../../../src/inference/model-description.ts';
import type { Sparse, WrittenModel } from './written-model.ts';

/**
 * For each family a model in the shape that its exporters publish. Whatever it is shown, it sees the same object: class
 * "person" with a score of about 0.9, in a picture of 200 x 100 from 0.25 to 0.5 across and from 0.25 to 0.75 down. All
 * numbers follow from the published conventions, worked out by hand: on a letterboxed canvas of 64 x 64 the picture takes
 * 64 x 32, at the top left that is y 0 to 32, centred y 16 to 48.
 */
export interface FamilyModel extends WrittenModel {
  name: string;
  family: DetectionFamily;
  /** What the file itself must be taken to be named, besides. */
  labels?: readonly [string, ...string[]];
  /** How many labels are recognised. */
  classes: number;
  keypoints?: { x: number; y: number; score: number }[];
}

const picture = { name: 'images', shape: [1, 3, 64, 64] };
const names = { names: "{0: 'person', 1: \"dog's bone\"}", task: 'detect' };
const big = 20;

function row(width: number, index: number, values: Readonly<Record<number, number>>): Record<number, number> {
  return Object.fromEntries(Object.entries(values).map(([column, value]) => [index * width + Number(column), value]));
}

/** Values of channels of a tensor [1, channels, cells] at one cell. */
function column(cells: number, cell: number, values: readonly number[]): Record<number, number> {
  return Object.fromEntries(values.map((value, channel) => [channel * cells + cell, value]));
}

/** Logits of 0 are a score of a half: all but those given are far below. */
function logits(dims: readonly number[], at: Readonly<Record<number, number>>): Sparse {
  const count = dims.reduce((product, size) => product * size, 1);
  return { dims, at: { ...Object.fromEntries(Array.from({ length: count }, (_, index) => [index, -20])), ...at } };
}

/** ln 9: the sigmoid of it is 0.9. */
const nine = Math.log(9);

/** Distances to the left, top, right and bottom, in strides, as distributions whose means they are. */
function sides(start: number, bins: number, distances: readonly number[]): Record<number, number> {
  const entries = distances.flatMap((distance, side) => {
    const bin = Math.floor(distance);
    const share = distance - bin;
    const place = start + side * bins + bin;
    return [
      [place, big + Math.log(1 - share)],
      [place + 1, share === 0 ? 0 : big + Math.log(share)],
    ] as const;
  });
  return Object.fromEntries(entries);
}
/** In column 3 and row 4 of the stride 8. */
const cell = 4 * 8 + 3;

const seventeen = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [index, index % 3 === 2 ? 0.5 : 16]));
/** On a canvas of 1333 x 667: the longer side is as long as it may be. */
const onCanvas = [333.25, 166.75, 666.5, 500.25];

const blazeRow = (7 * 16 + 5) * 2 + 1;
/** Centre and points beside the middle of an anchor, and a size of 16 x 16. */
function blazeBox(x: number, y: number, points: number): number[] {
  return [x, y, 16, 16, ...Array.from({ length: 12 }, () => points)];
}

function instances(boxes: readonly number[], first: number): Record<'boxes' | 'classes' | 'scores', Sparse> {
  return {
    boxes: {
      dims: [2, 4],
      at: { ...Object.fromEntries(boxes.entries()), ...row(4, 1, Object.fromEntries(boxes.entries())) },
    },
    classes: { dims: [2], at: { 0: first, 1: first + 1 } },
    scores: { dims: [2], at: { 0: 0.9, 1: 0.02 } },
  };
}
const rcnn = instances(onCanvas, 0);
const rcnnFromOne = instances(onCanvas, 1);

export const familyModels: readonly FamilyModel[] = [
  {
    name: 'YOLOv8 to v12',
    family: 'yolov8',
    classes: 2,
    inputs: [picture],
    outputs: [
      {
        name: 'output0',
        // The same object twice, a little apart: only one may stay.
        value: {
          dims: [1, 6, 84],
          at: { ...column(84, 30, [24, 32, 16, 16, 0.9]), ...column(84, 31, [24.5, 32, 16, 16, 0.8]) },
        },
      },
    ],
    metadata: names,
  },
  {
    name: 'YOLOv8 of any size, that says its size in its metadata',
    family: 'yolov8',
    classes: 2,
    inputs: [{ name: 'images', shape: ['batch', 3, 'height', 'width'] }],
    outputs: [
      {
        name: 'output0',
        shape: ['batch', 6, 'anchors'],
        value: { dims: [1, 6, 84], at: column(84, 30, [24, 32, 16, 16, 0.9]) },
      },
    ],
    metadata: { ...names, imgsz: '[64, 64]' },
  },
  {
    name: 'YOLOv8 for segmentation',
    family: 'yolov8',
    classes: 2,
    inputs: [picture],
    outputs: [
      { name: 'output0', value: { dims: [1, 38, 84], at: column(84, 30, [24, 32, 16, 16, 0.9]) } },
      { name: 'output1', value: { dims: [1, 32, 16, 16], at: {} } },
    ],
    metadata: { ...names, task: 'segment' },
  },
  {
    name: 'YOLOv8 for poses',
    family: 'yolov8',
    classes: 1,
    inputs: [picture],
    outputs: [
      {
        name: 'output0',
        value: {
          dims: [1, 56, 84],
          at: { ...column(84, 30, [24, 32, 16, 16, 0.9, ...Object.values(seventeen)]) },
        },
      },
    ],
    metadata: { names: "{0: 'person'}", task: 'pose' },
    keypoints: Array.from({ length: 17 }, () => ({ x: 0.25, y: 0, score: 0.5 })),
  },
  {
    name: 'YOLOv10 and YOLO26, end to end',
    family: 'yolo-end2end',
    classes: 80,
    inputs: [picture],
    outputs: [
      {
        name: 'output0',
        value: {
          dims: [1, 300, 6],
          at: { ...row(6, 0, [16, 24, 32, 40, 0.9, 0]), ...row(6, 7, [1, 1, 2, 2, 0.02, 1]) },
        },
      },
    ],
  },
  {
    name: 'YOLOv5 and YOLOv7',
    family: 'yolov5',
    classes: 2,
    inputs: [picture],
    outputs: [{ name: 'output', value: { dims: [1, 252, 7], at: row(7, 100, [24, 32, 16, 16, 0.95, 0.95]) } }],
  },
  {
    name: 'YOLOX as it comes',
    family: 'yolox',
    classes: 2,
    inputs: [picture],
    outputs: [
      {
        name: 'output',
        // One cell to the right of and below that in column 2 and row 1 of the stride 8: 24, 16.
        value: { dims: [1, 84, 7], at: row(7, 1 * 8 + 2, [1, 1, Math.log(2), Math.log(2), 0.95, 0.95]) },
      },
    ],
  },
  {
    name: 'YOLOX with its decoding',
    family: 'yolox',
    classes: 2,
    inputs: [picture],
    outputs: [
      {
        name: 'output',
        value: {
          dims: [1, 84, 7],
          at: { ...row(7, 10, [24, 16, 16, 16, 0.95, 0.95]), ...row(7, 83, [48, 48, 32, 32, 0.01, 0.01]) },
        },
      },
    ],
  },
  {
    name: 'RT-DETR and D-FINE',
    family: 'rt-detr',
    classes: 80,
    inputs: [
      { name: 'images', shape: ['N', 3, 64, 128] },
      { name: 'orig_target_sizes', type: 'int64', shape: ['N', 2] },
    ],
    outputs: [
      { name: 'labels', type: 'int64', shape: ['N', 300], value: { dims: [1, 300], at: { 1: 1 } } },
      { name: 'boxes', shape: ['N', 300, 4] },
      { name: 'scores', shape: ['N', 300], value: { dims: [1, 300], at: { 0: 0.9 } } },
    ],
    // Its boxes are in the unit of the sizes that it is given.
    weights: { shares: { type: 'float32', value: { dims: [1, 300, 4], at: { 0: 0.25, 1: 0.25, 2: 0.5, 3: 0.75 } } } },
    nodes: [
      {
        operator: 'Concat',
        inputs: ['orig_target_sizes', 'orig_target_sizes'],
        output: 'twice',
        integers: { axis: 1 },
      },
      { operator: 'Cast', inputs: ['twice'], output: 'sizes', integers: { to: 1 } },
      { operator: 'Mul', inputs: ['shares', 'sizes'], output: 'boxes' },
    ],
  },
  {
    name: 'RT-DETR of Ultralytics',
    family: 'rt-detr-ultralytics',
    classes: 2,
    inputs: [picture],
    outputs: [{ name: 'output0', value: { dims: [1, 300, 6], at: row(6, 9, [0.375, 0.5, 0.25, 0.5, 0.9]) } }],
    metadata: { ...names, description: 'Ultralytics RTDETR-l model' },
  },
  {
    name: 'RT-DETR and D-FINE of Optimum',
    family: 'rt-detr-transformers',
    classes: 80,
    inputs: [{ name: 'pixel_values', shape: ['batch_size', 'num_channels', 'height', 'width'] }],
    outputs: [
      { name: 'logits', shape: ['batch_size', 5, 80], value: logits([1, 5, 80], { 80: nine }) },
      {
        name: 'pred_boxes',
        shape: ['batch_size', 5, 4],
        value: { dims: [1, 5, 4], at: row(4, 1, [0.375, 0.5, 0.25, 0.5]) },
      },
    ],
  },
  {
    name: 'DETR of Optimum',
    family: 'detr',
    classes: 90,
    inputs: [
      { name: 'pixel_values', shape: ['batch_size', 3, 'height', 'width'] },
      { name: 'pixel_mask', type: 'int64', shape: ['batch_size', 'height', 'width'] },
    ],
    outputs: [
      // The last slot is none: what is not given belongs there.
      {
        name: 'logits',
        shape: ['batch_size', 3, 92],
        value: logits([1, 3, 92], { 91: nine, 93: nine, 183: 0, 275: nine }),
      },
      {
        name: 'pred_boxes',
        shape: ['batch_size', 3, 4],
        value: { dims: [1, 3, 4], at: row(4, 1, [0.375, 0.5, 0.25, 0.5]) },
      },
    ],
  },
  {
    name: 'RF-DETR for COCO',
    family: 'rf-detr',
    classes: 90,
    inputs: [{ name: 'input', shape: [1, 3, 56, 56] }],
    outputs: [
      { name: 'dets', value: { dims: [1, 4, 4], at: row(4, 2, [0.375, 0.5, 0.25, 0.5]) } },
      { name: 'labels', value: logits([1, 4, 91], { [2 * 91 + 1]: nine }) },
    ],
  },
  {
    name: 'RF-DETR for classes of its own',
    family: 'rf-detr',
    labels: ['person', 'fox'],
    classes: 2,
    inputs: [{ name: 'input', shape: [1, 3, 56, 56] }],
    outputs: [
      { name: 'dets', value: { dims: [1, 4, 4], at: row(4, 2, [0.375, 0.5, 0.25, 0.5]) } },
      { name: 'labels', value: logits([1, 4, 3], { [2 * 3]: nine, 2: nine }) },
    ],
  },
  {
    name: 'Detectron2, Faster R-CNN',
    family: 'detectron2',
    classes: 80,
    inputs: [{ name: 'x.1', shape: [3, 'height', 'width'] }],
    outputs: [
      { name: '2210', shape: ['n', 4], value: rcnn.boxes },
      { name: '2211', type: 'int64', shape: ['n'], value: rcnn.classes },
      { name: '2212', shape: ['n'], value: rcnn.scores },
      { name: '2213', type: 'int64', value: { dims: [2], at: { 0: 667, 1: 1333 } } },
    ],
  },
  {
    name: 'Detectron2, Mask R-CNN of a fixed size',
    family: 'detectron2',
    classes: 80,
    inputs: [{ name: 'x', shape: [3, 64, 64] }],
    outputs: [
      { name: '1', shape: ['n', 4], value: instances([16, 8, 32, 24], 0).boxes },
      { name: '2', type: 'int64', shape: ['n'], value: rcnn.classes },
      { name: '3', shape: ['n', 1, 28, 28], value: { dims: [2, 1, 28, 28], at: {} } },
      { name: '4', shape: ['n'], value: rcnn.scores },
      { name: '5', type: 'int64', value: { dims: [2], at: { 0: 64, 1: 64 } } },
    ],
  },
  {
    name: 'Detectron2, Keypoint R-CNN',
    family: 'detectron2',
    labels: ['person', 'other'],
    classes: 2,
    inputs: [{ name: 'x', shape: [3, 64, 64] }],
    outputs: [
      { name: '1', shape: ['n', 4], value: instances([16, 8, 32, 24], 0).boxes },
      { name: '2', type: 'int64', shape: ['n'], value: rcnn.classes },
      { name: '3', shape: ['n', 2, 56, 56], value: { dims: [2, 2, 56, 56], at: {} } },
      { name: '4', shape: ['n', 2, 3], value: { dims: [2, 2, 3], at: { 0: 16, 1: 8, 2: 0.7, 3: 32, 4: 24, 5: 0.6 } } },
      { name: '5', shape: ['n'], value: rcnn.scores },
      { name: '6', type: 'int64', value: { dims: [2], at: { 0: 64, 1: 64 } } },
    ],
    keypoints: [
      { x: 0.25, y: 0.25, score: 0.7 },
      { x: 0.5, y: 0.75, score: 0.6 },
    ],
  },
  {
    name: 'torchvision',
    family: 'torchvision',
    classes: 90,
    inputs: [{ name: 'image', shape: [1, 3, 'height', 'width'] }],
    outputs: [
      { name: 'boxes', shape: ['n', 4], value: rcnnFromOne.boxes },
      { name: 'labels', type: 'int64', shape: ['n'], value: rcnnFromOne.classes },
      { name: 'scores', shape: ['n'], value: rcnnFromOne.scores },
    ],
  },
  {
    name: 'FasterRCNN-12 of the ONNX model zoo',
    family: 'rcnn-zoo',
    classes: 80,
    inputs: [{ name: 'image', shape: [3, 'height', 'width'] }],
    outputs: [
      { name: '6379', shape: ['nbox', 4], value: rcnnFromOne.boxes },
      { name: '6381', type: 'int64', shape: ['nbox'], value: rcnnFromOne.classes },
      { name: '6383', shape: ['nbox'], value: rcnnFromOne.scores },
    ],
  },
  {
    name: 'MaskRCNN-12 of the ONNX model zoo',
    family: 'rcnn-zoo',
    classes: 80,
    inputs: [{ name: 'image', shape: [3, 'height', 'width'] }],
    outputs: [
      { name: '6568', shape: ['nbox', 4], value: rcnnFromOne.boxes },
      { name: '6570', type: 'int64', shape: ['nbox'], value: rcnnFromOne.classes },
      { name: '6572', shape: ['nbox'], value: rcnnFromOne.scores },
      { name: '6887', shape: ['nbox', 1, 28, 28], value: { dims: [2, 1, 28, 28], at: {} } },
    ],
  },
  {
    name: 'SSD-MobileNet of the ONNX model zoo',
    family: 'tf-detection',
    classes: 90,
    inputs: [{ name: 'inputs', type: 'uint8', shape: ['unk__1', 'unk__2', 'unk__3', 3] }],
    outputs: [
      { name: 'detection_boxes', value: { dims: [1, 2, 4], at: { 0: 0.25, 1: 0.25, 2: 0.75, 3: 0.5 } } },
      { name: 'detection_classes', value: { dims: [1, 2], at: { 0: 1, 1: 18 } } },
      { name: 'detection_scores', value: { dims: [1, 2], at: { 0: 0.9, 1: 0.02 } } },
      { name: 'num_detections', value: { dims: [1], at: { 0: 2 } } },
    ],
  },
  {
    name: 'BlazeFace with an output for each grid',
    family: 'blazeface',
    labels: ['person'],
    classes: 1,
    inputs: [{ name: 'input', shape: [1, 64, 64, 3] }],
    // Second anchor in column 5 and row 7 of the 16 x 16: its middle is 22, 30. Points are 2 less, so 20, 28.
    outputs: [
      { name: 'a', value: { dims: [1, 384, 16], at: {} } },
      { name: 'b', value: logits([1, 512, 1], { [blazeRow]: nine }) },
      { name: 'c', value: logits([1, 384, 1], {}) },
      { name: 'd', value: { dims: [1, 512, 16], at: row(16, blazeRow, blazeBox(2, 2, -2)) } },
    ],
    keypoints: Array.from({ length: 6 }, () => ({ x: 20 / 64, y: 12 / 32, score: 0.9 })),
  },
  {
    name: 'BlazeFace with all anchors in one output, as MediaPipe has it',
    family: 'blazeface',
    labels: ['person'],
    classes: 1,
    inputs: [{ name: 'input', shape: [1, 3, 64, 64] }],
    // Fourth anchor in column 2 and row 3 of the 8 x 8, which follow the 512 of the finer grid: 20, 28.
    outputs: [
      { name: 'regressors', value: { dims: [1, 896, 16], at: row(16, 512 + (3 * 8 + 2) * 6 + 3, blazeBox(4, 4, 0)) } },
      { name: 'classificators', value: logits([1, 896, 1], { [512 + (3 * 8 + 2) * 6 + 3]: nine }) },
    ],
    keypoints: Array.from({ length: 6 }, () => ({ x: 20 / 64, y: 12 / 32, score: 0.9 })),
  },
  {
    name: 'UltraFace RFB of the ONNX model zoo',
    family: 'ultraface',
    labels: ['person'],
    classes: 1,
    inputs: [{ name: 'input', shape: [1, 3, 64, 64] }],
    // 8 x 8 x 3 and 4 x 4 x 2 and 2 x 2 x 2 and 3.
    outputs: [
      { name: 'scores', value: { dims: [1, 235, 2], at: row(2, 100, { 0: 0.1, 1: 0.9 }) } },
      { name: 'boxes', value: { dims: [1, 235, 4], at: row(4, 100, [0.25, 0.25, 0.5, 0.75]) } },
    ],
  },
  {
    name: 'NanoDet-Plus',
    family: 'nanodet-plus',
    classes: 2,
    inputs: [{ name: 'data', shape: [1, 3, 64, 64] }],
    // Its prior is the corner of the cell: 24, 32.
    outputs: [
      {
        name: 'output',
        value: { dims: [1, 85, 34], at: { [cell * 34]: 0.9, ...sides(cell * 34 + 2, 8, [1, 2, 1, 2]) } },
      },
    ],
  },
  {
    name: 'NanoDet-Plus of the OpenCV zoo',
    family: 'nanodet-plus',
    classes: 2,
    inputs: [{ name: 'input.1', shape: [1, 3, 64, 64] }],
    // Half a stride less half a pixel further: 27.5, 35.5.
    outputs: [
      ...gridOutputs([64, 16, 4, 1], 2, { [cell * 2]: 0.9 }),
      ...gridOutputs([64, 16, 4, 1], 32, sides(cell * 32, 8, [11.5 / 8, 19.5 / 8, 4.5 / 8, 12.5 / 8])),
    ],
  },
  {
    name: 'NanoDet-g',
    family: 'nanodet-g',
    classes: 2,
    inputs: [{ name: 'input_1', shape: [1, 3, 64, 64] }],
    // The middle of the cell in column 2 and row 3: 20, 28.
    outputs: [
      ...gridOutputs([64, 16, 4], 44, sides(26 * 44, 11, [0.5, 0.5, 1.5, 1.5])),
      ...gridOutputs([64, 16, 4], 2, { [26 * 2]: 0.9 }),
    ],
  },
];

/** One output for each grid; the numbers given are those of the finest. */
function gridOutputs(cells: readonly number[], width: number, finest: Readonly<Record<number, number>>) {
  return cells.map((count, level) => {
    return { name: `grid${count}x${width}`, value: { dims: [1, count, width], at: level === 0 ? finest : {} } };
  });
}
