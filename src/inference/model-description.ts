import { Type, type Static, type TSchema } from 'typebox';
import { labelLimit } from '../contracts/messages.ts';
import { placements, type Resize } from '../geometry/placement.ts';

const labels = Type.Array(Type.String({ minLength: 1, maxLength: labelLimit }), { minItems: 1, maxItems: 10_000 });
const pixels = Type.Integer({ minimum: 32, maximum: 4096 });
export const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Hex SHA-256 of the model file.' });

/** What every description says, whatever the family. */
const common = {
  title: Type.String({ minLength: 1 }),
  license: Type.String({ minLength: 1, description: 'SPDX identifier, or words.' }),
  sha256: Type.Optional(sha256),
  labels: { ...labels, description: "Class names in the order of the model's outputs." },
};

const triple = Type.Array(Type.Number(), { minItems: 3, maxItems: 3 });

/** What a detector's description may say otherwise than its family does. */
const Preprocessing = Type.Object(
  {
    resize: Type.Optional(
      Type.Enum(Object.keys(placements) as Resize[], { description: 'How a picture gets the size of the input.' }),
    ),
    colours: Type.Optional(Type.Enum(['rgb', 'bgr'])),
    mean: Type.Optional({ ...triple, description: 'Of bytes, in the order of the planes: (byte - mean) / std.' }),
    std: Type.Optional({ ...triple, description: 'Likewise.' }),
    bars: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, description: 'Grey around the picture.' })),
  },
  { additionalProperties: false },
);
export type Preprocessing = Static<typeof Preprocessing>;

function detection<Family extends string>(family: Family) {
  return Type.Object({
    ...common,
    task: Type.Literal('detection'),
    family: Type.Literal(family),
    input: Type.Object(
      { width: pixels, height: pixels },
      { description: 'Size of the input. Of a model that takes any size: how far pictures are scaled.' },
    ),
    preprocessing: Type.Optional(Preprocessing),
    firstClass: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1, description: 'Number that the model gives the first label.' }),
    ),
  });
}

/** A classifier of faces: no node runs one yet. */
function faceClassifier<Family extends string>(family: Family) {
  return Type.Object({
    ...common,
    task: Type.Literal('classify-face'),
    family: Type.Literal(family),
    input: Type.Object({ width: pixels, height: pixels }, { description: 'Size of the crop of a face.' }),
  });
}

const probability = Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 });

/** How raw scores of one class become scores for which the shipped thresholds are right. */
const Calibration = Type.Union(
  [
    Type.Number({ minimum: -20, maximum: 20 }),
    Type.Array(Type.Tuple([probability, probability]), { minItems: 1, maxItems: 64 }),
  ],
  { description: 'A shift of the logit; or points [raw, calibrated] of a rising curve.' },
);
export type Calibration = Static<typeof Calibration>;

/** What every model of sounds may say. */
const sound = {
  task: Type.Literal('sound'),
  calibration: Type.Record(Type.String(), Calibration, {
    description: 'Per class; the shipped thresholds then mean the same for every model.',
  }),
  mapping: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'What of models/sound-mapping.json is otherwise for this model.',
    }),
  ),
};

/**
 * What a description must say, per family. The family says how inputs are made and outputs read; it fixes the task,
 * which says what node may use the model.
 */
export const families = {
  'nanodet-g': detection('nanodet-g'),
  'nanodet-plus': detection('nanodet-plus'),
  yolox: detection('yolox'),
  yolov5: detection('yolov5'),
  yolov8: detection('yolov8'),
  'yolo-end2end': detection('yolo-end2end'),
  'rt-detr': detection('rt-detr'),
  'rt-detr-ultralytics': detection('rt-detr-ultralytics'),
  'rt-detr-transformers': detection('rt-detr-transformers'),
  detr: detection('detr'),
  'rf-detr': detection('rf-detr'),
  detectron2: detection('detectron2'),
  torchvision: detection('torchvision'),
  'rcnn-zoo': detection('rcnn-zoo'),
  'tf-detection': detection('tf-detection'),
  blazeface: detection('blazeface'),
  ultraface: detection('ultraface'),
  'face-emotion': faceClassifier('face-emotion'),
  'fer-plus': faceClassifier('fer-plus'),
  movenet: Type.Object({
    ...common,
    task: Type.Literal('pose'),
    family: Type.Literal('movenet'),
    input: Type.Object({ width: pixels, height: pixels }, { description: 'Size of the input: a square.' }),
  }),
  'echosight-audio': Type.Object({
    ...common,
    ...sound,
    family: Type.Literal('echosight-audio'),
    tags: { ...labels, description: 'Names of the raw outputs from which the class scores are mapped.' },
  }),
  yamnet: Type.Object({ ...common, ...sound, family: Type.Literal('yamnet') }),
} as const satisfies Record<string, TSchema>;

/** How a model's inputs are made and its outputs read. One decoder per family. */
export type ModelFamily = keyof typeof families;

/** The JSON beside a user's own `.onnx` file; the id and the file follow from its name. */
export type StoredDescription = Static<(typeof families)[ModelFamily]>;

/**
 * One model as the catalogue, or the `.json` beside a user's own `.onnx` file, describes it.
 * Plain data: it crosses the worker boundary as it is.
 */
export type ModelDescription = StoredDescription & {
  /** Stands in messages and metrics. */
  id: string;
  /** Absolute path of the `.onnx` file. */
  file: string;
  /** The user's own when absent. */
  origin?: ModelOrigin;
};

/** Where a model's file is from, which says where its hash stands. `tried`: the user's own, as it was when it was tried. */
export type ModelOrigin = 'embedded' | 'pulled' | 'own' | 'tried';

/** What a model is for: which node may use it. */
export type ModelTask = ModelDescription['task'];

/** A model for one task. */
export type ModelFor<Task extends ModelTask> = Extract<ModelDescription, { task: Task }>;

/** The families of detectors. */
export type DetectionFamily = ModelFor<'detection'>['family'];
