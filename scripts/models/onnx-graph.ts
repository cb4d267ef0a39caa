import { ProtobufWriter } from '../../src/onnx-format/protobuf-writer.ts';
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
} from '../../src/onnx-format/schema.ts';

const irVersion = 8;
const opset = 17;

/** A number alone is an integer attribute; floats are marked, since 1 and 1.0 differ in ONNX. */
export type AttributeValue = number | string | readonly number[] | { float: number };

/** An ONNX graph that grows node by node, in an order in which it can run. */
export class OnnxGraph {
  readonly #nodes: ProtobufWriter[] = [];
  readonly #weights: ProtobufWriter[] = [];
  readonly #inputs: ProtobufWriter[] = [];
  readonly #outputs: ProtobufWriter[] = [];

  input(name: string, shape: readonly number[]): void {
    this.#inputs.push(valueInfo(name, shape));
  }

  output(name: string, shape: readonly number[]): void {
    this.#outputs.push(valueInfo(name, shape));
  }

  /** Adds an operator; its outputs are named by the caller, an empty input name leaves an optional input out. */
  node(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    const node = new ProtobufWriter();
    for (const input of inputs) node.text(nodeFields.input, input);
    for (const output of outputs) node.text(nodeFields.output, output);
    node.text(nodeFields.name, outputs.join('|')).text(nodeFields.operator, operator);
    for (const [name, value] of Object.entries(attributes)) node.message(nodeFields.attribute, attribute(name, value));
    this.#nodes.push(node);
  }

  /** Sizes, axes and the like. */
  integers(name: string, values: readonly number[]): string {
    const raw = Buffer.alloc(8 * values.length);
    values.forEach((value, index) => raw.writeBigInt64LE(BigInt(value), 8 * index));
    this.#weights.push(tensor(name, 'int64', [values.length], raw));
    return name;
  }

  /**
   * Weights, given as the bits of 16 bit floats. They are stored so and cast when the model loads:
   * half the size, and the runtime calculates with the same 32 bit numbers.
   */
  halves(name: string, shape: readonly number[], bits: Uint16Array): string {
    const raw = Buffer.alloc(2 * bits.length);
    bits.forEach((half, index) => raw.writeUInt16LE(half, 2 * index));
    this.#weights.push(tensor(`${name}:half`, 'float16', shape, raw));
    this.node('Cast', [`${name}:half`], [name], { to: elementTypes.indexOf('float32') });
    return name;
  }

  /** The whole `.onnx` file. */
  serialise(name: string, metadata: Readonly<Record<string, string>>): Uint8Array {
    const graph = new ProtobufWriter();
    for (const node of this.#nodes) graph.message(graphFields.node, node);
    graph.text(graphFields.name, name);
    for (const weight of this.#weights) graph.message(graphFields.initializer, weight);
    for (const input of this.#inputs) graph.message(graphFields.input, input);
    for (const output of this.#outputs) graph.message(graphFields.output, output);
    const model = new ProtobufWriter()
      .integer(modelFields.irVersion, irVersion)
      .text(modelFields.producer, 'echosight-sentinel')
      .message(modelFields.graph, graph)
      .message(
        modelFields.opset,
        new ProtobufWriter().text(opsetFields.domain, '').integer(opsetFields.version, opset),
      );
    for (const [key, value] of Object.entries(metadata)) {
      const entry = new ProtobufWriter().text(entryFields.key, key).text(entryFields.value, value);
      model.message(modelFields.metadata, entry);
    }
    return model.finish();
  }
}

function tensor(name: string, type: string, shape: readonly number[], raw: Buffer): ProtobufWriter {
  const written = new ProtobufWriter();
  for (const size of shape) written.integer(tensorFields.dimension, size);
  return written
    .integer(tensorFields.type, elementTypes.indexOf(type))
    .text(tensorFields.name, name)
    .bytes(tensorFields.raw, raw);
}

function valueInfo(name: string, shape: readonly number[]): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const size of shape) {
    dimensions.message(shapeFields.dimension, new ProtobufWriter().integer(dimensionFields.value, size));
  }
  const type = new ProtobufWriter()
    .integer(tensorTypeFields.element, elementTypes.indexOf('float32'))
    .message(tensorTypeFields.shape, dimensions);
  return new ProtobufWriter()
    .text(valueFields.name, name)
    .message(valueFields.type, new ProtobufWriter().message(typeFields.tensor, type));
}

function attribute(name: string, value: AttributeValue): ProtobufWriter {
  const written = new ProtobufWriter().text(attributeFields.name, name);
  if (typeof value === 'number') {
    return written.integer(attributeFields.integer, value).integer(attributeFields.type, attributeTypes.integer);
  }
  if (typeof value === 'string') {
    return written.text(attributeFields.text, value).integer(attributeFields.type, attributeTypes.text);
  }
  if ('float' in value) {
    return written.float(attributeFields.float, value.float).integer(attributeFields.type, attributeTypes.float);
  }
  for (const item of value) written.integer(attributeFields.integers, item);
  return written.integer(attributeFields.type, attributeTypes.integers);
}
