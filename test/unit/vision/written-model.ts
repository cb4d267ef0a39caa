import { ProtobufWriter } from '../../../src/onnx-format/protobuf-writer.ts';
import {
  attributeFields,
  attributeTypes,
  dimensionFields,
  elementTypes,
  entryFields,
  graphFields,
  modelFields,
  nodeFields,
  opsetFields,
  shapeFields,
  tensorFields,
  tensorTypeFields,
  typeFields,
  valueFields,
} from '../../../src/onnx-format/schema.ts';

const message = () => new ProtobufWriter();

export type ElementType = 'float32' | 'int64' | 'uint8';
export type Shape = readonly (number | string)[];

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
  const graph = message();
  for (const { operator, inputs: from, output, integers = {} } of nodes)
    graph.message(graphFields.node, node(operator, from, output, integers));
  for (const { name, value } of outputs) {
    if (value !== undefined) graph.message(graphFields.node, node('Identity', [`${name}:value`], name));
  }
  graph.text(graphFields.name, 'written');
  for (const [name, { type, value }] of Object.entries(weights))
    graph.message(graphFields.initializer, tensor(name, type, value));
  for (const { name, type = 'float32', value } of outputs) {
    if (value !== undefined) graph.message(graphFields.initializer, tensor(`${name}:value`, type, value));
  }
  for (const { name, type = 'float32', shape } of inputs)
    graph.message(graphFields.input, valueInfo(name, type, shape));
  for (const { name, type = 'float32', shape, value } of outputs) {
    graph.message(graphFields.output, valueInfo(name, type, shape ?? value?.dims ?? []));
  }
  const model = message()
    .integer(modelFields.irVersion, 8)
    .message(modelFields.graph, graph)
    .message(modelFields.opset, message().text(opsetFields.domain, '').integer(opsetFields.version, 17));
  for (const [key, text] of Object.entries(metadata)) {
    model.message(modelFields.metadata, message().text(entryFields.key, key).text(entryFields.value, text));
  }
  return model.finish();
}

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  integers: Readonly<Record<string, number>> = {},
): ProtobufWriter {
  const written = message();
  for (const input of inputs) written.text(nodeFields.input, input);
  written.text(nodeFields.output, output).text(nodeFields.operator, operator);
  for (const [name, value] of Object.entries(integers)) {
    const attribute = message().text(attributeFields.name, name).integer(attributeFields.integer, value);
    written.message(nodeFields.attribute, attribute.integer(attributeFields.type, attributeTypes.integer));
  }
  return written;
}

function tensor(name: string, type: ElementType, { dims, at }: Sparse): ProtobufWriter {
  const count = dims.reduce((product, size) => product * size, 1);
  const raw = { float32: new Float32Array(count), int64: new BigInt64Array(count), uint8: new Uint8Array(count) }[type];
  for (const [place, value] of Object.entries(at))
    raw[Number(place)] = raw instanceof BigInt64Array ? BigInt(value) : value;
  const written = message();
  for (const size of dims) written.integer(tensorFields.dimension, size);
  return written
    .integer(tensorFields.type, elementTypes.indexOf(type))
    .text(tensorFields.name, name)
    .bytes(tensorFields.raw, new Uint8Array(raw.buffer));
}

function valueInfo(name: string, type: ElementType, shape: Shape): ProtobufWriter {
  const dimensions = message();
  for (const size of shape) {
    const dimension = message();
    if (typeof size === 'number') dimension.integer(dimensionFields.value, size);
    else dimension.text(dimensionFields.name, size);
    dimensions.message(shapeFields.dimension, dimension);
  }
  const tensorType = message().integer(tensorTypeFields.element, elementTypes.indexOf(type));
  const described = message().message(typeFields.tensor, tensorType.message(tensorTypeFields.shape, dimensions));
  return message().text(valueFields.name, name).message(valueFields.type, described);
}
