import { Type, type Static, type TSchema } from 'typebox';

const labels = Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 10_000 });
const pixels = Type.Integer({ minimum: 32, maximum: 4096 });
export const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Hex SHA-256 of the model file.' });

/** What every description says, whatever the family. */
const common = {
  title: Type.String({ minLength: 1 }),
  license: Type.String({ minLength: 1, description: 'SPDX identifier, or words.' }),
  sha256: Type.Optional(sha256),
  labels: { ...labels, description: "Class names in the order of the model's outputs." },
};

/**
 * What a description must say, per family. The family says how inputs are made and outputs read; it fixes the task,
 * which says what node may use the model.
 */
export const families = {
  'nanodet-g': Type.Object({
    ...common,
    task: Type.Literal('detection'),
    family: Type.Literal('nanodet-g'),
    input: Type.Object({ width: pixels, height: pixels }),
  }),
  'echosight-audio': Type.Object({
    ...common,
    task: Type.Literal('sound'),
    family: Type.Literal('echosight-audio'),
    calibration: Type.Record(Type.String(), Type.Number({ minimum: -20, maximum: 20 }), {
      description: "Shift of each class's logit that makes the shipped thresholds mean the same for every model.",
    }),
    tags: { ...labels, description: 'Names of the raw outputs from which the class scores are mapped.' },
  }),
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
};

/** What a model is for: which node may use it. */
export type ModelTask = ModelDescription['task'];

/** A model for one task. */
export type ModelFor<Task extends ModelTask> = Extract<ModelDescription, { task: Task }>;
