import type { Size } from '../../geometry/letterbox.ts';
import { isFixed } from '../../inference/model-file.ts';
import type { ModelHeader, ModelValue } from '../../onnx-format/inspect.ts';
import { classNamesIn } from './class-names.ts';

/** Inputs beside the picture that some family knows how to fill. */
const sideInputs: ReadonlySet<string> = new Set(['orig_target_sizes', 'pixel_mask']);

/** What a model's header says to whoever wants to know its family. */
export interface ModelFacts {
  /** The picture; undefined when no input looks like one. */
  input: ModelValue | undefined;
  /** Of the picture's tensor: 3 without a batch, 4 with one. */
  rank: number;
  layout: 'planes' | 'pixels';
  /** Of the picture, when it is fixed. */
  size: Size | undefined;
  /** Names of the inputs besides. */
  otherInputs: readonly string[];
  outputs: readonly ModelValue[];
  output(name: string): ModelValue | undefined;
  metadata: Readonly<Record<string, string>>;
  /** Class names of the metadata. */
  names: readonly string[] | undefined;
  /** What Ultralytics' exporter calls the task. */
  task: string | undefined;
}

export function factsOf({ inputs, outputs, metadata }: ModelHeader): ModelFacts {
  const input = inputs.find(({ name, shape }) => !sideInputs.has(name) && (shape.length === 3 || shape.length === 4));
  const shape = input?.shape ?? [];
  const [first, , last] = shape.slice(-3);
  const layout = last === 3 && first !== 3 ? 'pixels' : 'planes';
  const [height, width] = layout === 'pixels' ? shape.slice(-3, -1) : shape.slice(-2);
  return {
    input,
    rank: shape.length,
    layout,
    size: isFixed(width) && isFixed(height) ? { width, height } : undefined,
    otherInputs: inputs.flatMap((one) => (one === input ? [] : [one.name])),
    outputs,
    output: (name) => outputs.find((output) => output.name === name),
    metadata,
    names: classNamesIn(metadata),
    task: metadata.task,
  };
}
