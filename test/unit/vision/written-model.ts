import {
  graphMessage,
  modelMessage,
  nodeMessage,
  tensorMessage,
  valueMessage,
  type Shape,
} from '../../../src/onnx-format/model-writer.ts';
import type { ProtobufWriter } from '../../../src/onnx-format/protobuf-writer.ts';

type ElementType = 'float32' | 'int64' | 'uint8';

/** A tensor whose numbers are given at the places that are not 0. */
export interface Sparse {
  dims: readonly number[];
  at: Readonly<Record<number, number>>;
}

export interface WrittenModel {
  inputs: readonly { name: string; type?: ElementType; shape: Shape }[];
  outputs: readonly {
    name: string;
    type?: ElementType;
    /** As the header gives it; the tensor's own when absent. */
    shape?: Shape;
    /** What it gives for every picture; absent when one of the nodes gives it. */
    value?: Sparse;
  }[];
  weights?: Readonly<Record<string, { type: ElementType; value: Sparse }>>;
  nodes?: readonly {
    operator: string;
    inputs: readonly string[];
    output: string;
    integers?: Readonly<Record<string, number>>;
  }[];
  metadata?: Readonly<Record<string, string>>;
}

/** An `.onnx` file with these inputs that gives these outputs, as ONNX Runtime can run it. */
export function writeModel({ inputs, outputs, weights = {}, nodes = [], metadata = {} }: WrittenModel): Uint8Array {
  const given = outputs.flatMap(({ name, type = 'float32', value }) =>
    value === undefined ? [] : [{ name, type, value }],
  );
  const graph = graphMessage('written', {
    nodes: [
      ...nodes.map(({ operator, inputs: from, output, integers }) => nodeMessage(operator, from, [output], integers)),
      ...given.map(({ name }) => nodeMessage('Identity', [`${name}:value`], [name])),
    ],
    weights: [
      ...Object.entries(weights).map(([name, { type, value }]) => tensor(name, type, value)),
      ...given.map(({ name, type, value }) => tensor(`${name}:value`, type, value)),
    ],
    inputs: inputs.map(({ name, type = 'float32', shape }) => valueMessage(name, type, shape)),
    outputs: outputs.map(({ name, type = 'float32', shape, value }) =>
      valueMessage(name, type, shape ?? value?.dims ?? []),
    ),
  });
  return modelMessage(graph, metadata).finish();
}

function tensor(name: string, type: ElementType, { dims, at }: Sparse): ProtobufWriter {
  const count = dims.reduce((product, size) => product * size, 1);
  const raw = { float32: new Float32Array(count), int64: new BigInt64Array(count), uint8: new Uint8Array(count) }[type];
  for (const [place, value] of Object.entries(at))
    raw[Number(place)] = raw instanceof BigInt64Array ? BigInt(value) : value;
  return tensorMessage(name, type, dims, new Uint8Array(raw.buffer));
}
