import { ProtobufWriter } from './protobuf-writer.ts';
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
} from './schema.ts';

// Messages of an `.onnx` file, for what makes one: the conversion of models, and tests.

const irVersion = 8;
const opset = 17;

/** A number alone is an integer attribute; floats are marked, since 1 and 1.0 differ in ONNX. */
export type AttributeValue = number | string | readonly number[] | { float: number } | { graph: ProtobufWriter };

/** Sizes, and names of those that are open. */
export type Shape = readonly (number | string)[];

const message = () => new ProtobufWriter();

/** An operator. An empty name among its inputs leaves an optional one out. */
export function nodeMessage(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  { name = '', domain = '' } = {},
): ProtobufWriter {
  const node = message();
  for (const input of inputs) node.text(nodeFields.input, input);
  for (const output of outputs) node.text(nodeFields.output, output);
  if (name !== '') node.text(nodeFields.name, name);
  node.text(nodeFields.operator, operator);
  for (const [key, value] of Object.entries(attributes)) {
    node.message(nodeFields.attribute, attributeMessage(key, value));
  }
  return domain === '' ? node : node.text(nodeFields.domain, domain);
}

function attributeMessage(name: string, value: AttributeValue): ProtobufWriter {
  const attribute = message().text(attributeFields.name, name);
  const of = (type: keyof typeof attributeTypes) => attribute.integer(attributeFields.type, attributeTypes[type]);
  if (typeof value === 'number') {
    attribute.integer(attributeFields.integer, value);
    return of('integer');
  }
  if (typeof value === 'string') {
    attribute.text(attributeFields.text, value);
    return of('text');
  }
  if ('float' in value) {
    attribute.float(attributeFields.float, value.float);
    return of('float');
  }
  if ('graph' in value) {
    attribute.message(attributeFields.graph, value.graph);
    return of('graph');
  }
  for (const item of value) attribute.integer(attributeFields.integers, item);
  return of('integers');
}

/** Weights. @param raw little-endian, as many as the dimensions say */
export function tensorMessage(name: string, type: string, dims: readonly number[], raw: Uint8Array): ProtobufWriter {
  return tensorHead(name, type, dims).bytes(tensorFields.raw, raw);
}

/** Weights without their numbers, which stand elsewhere. */
export function tensorHead(name: string, type: string, dims: readonly number[]): ProtobufWriter {
  const tensor = message();
  for (const size of dims) tensor.integer(tensorFields.dimension, size);
  return tensor.integer(tensorFields.type, elementTypes.indexOf(type)).text(tensorFields.name, name);
}

/** Whole numbers as the 64 bits of which sizes and axes are. */
export function int64Bytes(values: readonly number[]): Uint8Array {
  const raw = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => raw.writeBigInt64LE(BigInt(value), 8 * index));
  return raw;
}

/** An input or output. Without a shape it has any; a size named `?` has no name. */
export function valueMessage(name: string, type: string, shape?: Shape): ProtobufWriter {
  const tensor = message().integer(tensorTypeFields.element, elementTypes.indexOf(type));
  if (shape !== undefined) {
    const dimensions = message();
    for (const size of shape) {
      const dimension = message();
      if (typeof size === 'number') dimension.integer(dimensionFields.value, size);
      else if (size !== '?') dimension.text(dimensionFields.name, size);
      dimensions.message(shapeFields.dimension, dimension);
    }
    tensor.message(tensorTypeFields.shape, dimensions);
  }
  return message().text(valueFields.name, name).message(valueFields.type, message().message(typeFields.tensor, tensor));
}

/** What a graph holds, its nodes in an order in which they can run. */
export interface GraphParts {
  nodes: readonly ProtobufWriter[];
  weights?: readonly ProtobufWriter[];
  inputs: readonly ProtobufWriter[];
  outputs: readonly ProtobufWriter[];
}

export function graphMessage(name: string, { nodes, weights = [], inputs, outputs }: GraphParts): ProtobufWriter {
  const graph = message();
  for (const node of nodes) graph.message(graphFields.node, node);
  graph.text(graphFields.name, name);
  for (const weight of weights) graph.message(graphFields.initializer, weight);
  for (const input of inputs) graph.message(graphFields.input, input);
  for (const output of outputs) graph.message(graphFields.output, output);
  return graph;
}

/** A whole file around a graph. */
export function modelMessage(graph: ProtobufWriter, metadata: Readonly<Record<string, string>> = {}): ProtobufWriter {
  const model = message()
    .integer(modelFields.irVersion, irVersion)
    .text(modelFields.producer, 'echosight-sentinel')
    .message(modelFields.graph, graph)
    .message(modelFields.opset, message().text(opsetFields.domain, '').integer(opsetFields.version, opset));
  for (const [key, value] of Object.entries(metadata)) {
    model.message(modelFields.metadata, message().text(entryFields.key, key).text(entryFields.value, value));
  }
  return model;
}
