import {
  graphMessage,
  int64Bytes,
  modelMessage,
  nodeMessage,
  tensorMessage,
  valueMessage,
  type AttributeValue,
} from '../../src/onnx-format/model-writer.ts';
import type { ProtobufWriter } from '../../src/onnx-format/protobuf-writer.ts';
import { elementTypes } from '../../src/onnx-format/schema.ts';

/** An ONNX graph that grows node by node, in an order in which it can run. */
export class OnnxGraph {
  readonly #nodes: ProtobufWriter[] = [];
  readonly #weights: ProtobufWriter[] = [];
  readonly #inputs: ProtobufWriter[] = [];
  readonly #outputs: ProtobufWriter[] = [];

  input(name: string, shape: readonly number[]): void {
    this.#inputs.push(valueMessage(name, 'float32', shape));
  }

  output(name: string, shape: readonly number[]): void {
    this.#outputs.push(valueMessage(name, 'float32', shape));
  }

  /** Adds an operator; its outputs are named by the caller, an empty input name leaves an optional input out. */
  node(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    this.#nodes.push(nodeMessage(operator, inputs, outputs, attributes, { name: outputs.join('|') }));
  }

  /** Sizes, axes and the like. */
  integers(name: string, values: readonly number[]): string {
    this.#weights.push(tensorMessage(name, 'int64', [values.length], int64Bytes(values)));
    return name;
  }

  /**
   * Weights, given as the bits of 16 bit floats. They are stored so and cast when the model loads:
   * half the size, and the runtime calculates with the same 32 bit numbers.
   */
  halves(name: string, shape: readonly number[], bits: Uint16Array): string {
    const raw = Buffer.alloc(2 * bits.length);
    bits.forEach((half, index) => raw.writeUInt16LE(half, 2 * index));
    this.#weights.push(tensorMessage(`${name}:half`, 'float16', shape, raw));
    this.node('Cast', [`${name}:half`], [name], { to: elementTypes.indexOf('float32') });
    return name;
  }

  /** The whole `.onnx` file. */
  serialise(name: string, metadata: Readonly<Record<string, string>>): Uint8Array {
    const parts = { nodes: this.#nodes, weights: this.#weights, inputs: this.#inputs, outputs: this.#outputs };
    return modelMessage(graphMessage(name, parts), metadata).finish();
  }
}
