import {
  graphMessage,
  int64Bytes,
  modelMessage,
  nodeMessage,
  tensorMessage,
  valueMessage,
  type AttributeValue,
  type Shape,
} from '../onnx-format/model-writer.ts';
import type { ProtobufWriter } from '../onnx-format/protobuf-writer.ts';
import { brokenTflite } from './flatbuffer.ts';
import { constantOf, type TfliteTensor } from './tflite-model.ts';

/**
 * An ONNX graph that grows operator by operator out of tensors of TensorFlow Lite. Weights that have a scale per channel keep
 * their 8 bits and their scales: nothing is rounded anew.
 */
export class QuantizedGraph {
  readonly #nodes: ProtobufWriter[] = [];
  readonly #weights: ProtobufWriter[] = [];
  readonly #inputs: ProtobufWriter[] = [];
  readonly #outputs: ProtobufWriter[] = [];
  readonly #numbers = new Set<string>();

  input(name: string, shape: Shape): string {
    this.#inputs.push(valueMessage(name, 'float32', shape));
    return name;
  }

  output(name: string, shape: Shape): void {
    this.#outputs.push(valueMessage(name, 'float32', shape));
  }

  /** @returns the name of its output. */
  node(
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    this.#nodes.push(nodeMessage(operator, inputs, [output], attributes, { name: output }));
    return output;
  }

  /** A number for many operators. */
  number(value: number): string {
    const name = `number ${value}`;
    if (!this.#numbers.has(name)) {
      this.#numbers.add(name);
      this.#weights.push(tensorMessage(name, 'float32', [], floatBytes([value])));
    }
    return name;
  }

  /** Axes and the like. */
  integers(name: string, values: readonly number[]): string {
    this.#weights.push(tensorMessage(name, 'int64', [values.length], int64Bytes(values)));
    return name;
  }

  /**
   * Weights of 8 bits whose axis i is axis `axes[i]` of the tensor, which the runtime turns into real numbers. Each output
   * channel, which has to come first, has a scale of its own.
   * @throws SentinelError ES_MODEL_INVALID
   */
  weights(name: string, tensor: TfliteTensor | undefined, axes: readonly number[]): string {
    const { data, shape, ...constant } = constantOf(tensor, 'int8', axes.length);
    const turned = axes.map((from) => shape[from] ?? 0);
    const [channels = 0] = turned;
    assertSymmetric(constant, constant.scales.length === 1 ? 1 : channels);
    if (constant.scales.length > 1 && constant.axis !== axes[0]) throw brokenTflite('its scales are of another axis');
    const stored = { values: new Int8Array(transposed(data, shape, axes).buffer), scales: constant.scales };
    const { values, scales } = constant.scales.length === 1 ? perChannel(stored, channels) : stored;
    this.#weights.push(tensorMessage(`${name}:8`, 'int8', turned, new Uint8Array(values.buffer)));
    this.#weights.push(tensorMessage(`${name}:scale`, 'float32', [channels], floatBytes(scales)));
    return this.node('DequantizeLinear', [`${name}:8`, `${name}:scale`], name, { axis: 0 });
  }

  /** What is added per channel, as the 32-bit floats that scale times number gives. @throws SentinelError ES_MODEL_INVALID */
  bias(name: string, tensor: TfliteTensor | undefined): string {
    const { data, shape, ...constant } = constantOf(tensor, 'int32', 1);
    const { scales } = constant;
    assertSymmetric(constant, scales.length === 1 ? 1 : (shape[0] ?? 0));
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const values = Array.from({ length: data.length / 4 }, (_, index) => {
      return view.getInt32(4 * index, true) * (scales[scales.length === 1 ? 0 : index] ?? NaN);
    });
    this.#weights.push(tensorMessage(name, 'float32', [values.length], floatBytes(values)));
    return name;
  }

  /** The whole `.onnx` file. */
  finish(name: string, metadata: Readonly<Record<string, string>>): Uint8Array {
    const parts = { nodes: this.#nodes, weights: this.#weights, inputs: this.#inputs, outputs: this.#outputs };
    return modelMessage(graphMessage(name, parts), metadata).finish();
  }
}

function assertSymmetric({ scales, zeroPoints }: Pick<TfliteTensor, 'scales' | 'zeroPoints'>, expected: number): void {
  const usable = scales.length === expected && scales.every((scale) => scale > 0 && Number.isFinite(scale));
  if (!usable || zeroPoints.some((zero) => zero !== 0n))
    throw brokenTflite('its weights have scales that we do not know');
}

interface Stored {
  values: Int8Array;
  scales: Float32Array;
}

/**
 * One scale for all channels becomes one for each, the values rounded to it: the form in which every other layer is, and in
 * which others have published this network as ONNX, whose scores these then are.
 */
function perChannel({ values, scales: [scale = NaN] }: Stored, channels: number): Stored {
  const length = values.length / channels;
  const stored: Stored = { values: new Int8Array(values.length), scales: new Float32Array(channels) };
  for (let channel = 0; channel < channels; channel++) {
    const real = Float32Array.from(values.subarray(channel * length, (channel + 1) * length), (value) => value * scale);
    const largest = real.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    stored.scales[channel] = largest === 0 ? 1 : largest / 127;
    const step = stored.scales[channel] ?? NaN;
    real.forEach((value, index) => {
      stored.values[channel * length + index] = Math.round(value / step);
    });
  }
  return stored;
}

function floatBytes(values: ArrayLike<number>): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (let index = 0; index < values.length; index++) bytes.writeFloatLE(values[index] ?? NaN, 4 * index);
  return bytes;
}

/** Bytes of a tensor whose axis i is axis `axes[i]` of the given one. */
function transposed(data: Uint8Array, shape: readonly number[], axes: readonly number[]): Uint8Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  const result = new Uint8Array(data.length);
  let written = 0;
  const walk = (depth: number, from: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      result[written++] = data[from] ?? 0;
      return;
    }
    for (let place = 0; place < (shape[axis] ?? 0); place++) walk(depth + 1, from + place * (strides[axis] ?? 0));
  };
  walk(0, 0);
  return result;
}
