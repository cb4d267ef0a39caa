import { seededRandom } from '../../../scripts/demo/seeded-random.ts';

/** A field of a FlatBuffers table. */
type Field =
  | { byte: number }
  | { integer: number }
  | { bytes: Uint8Array }
  | { integers: readonly number[] }
  | { floats: readonly number[] }
  | { longs: readonly number[] }
  | { table: Table }
  | { tables: readonly Table[] };
type Table = Readonly<Record<number, Field>>;

/** Writes tables one behind the other; what they refer to comes after them. */
class FlatWriter {
  #bytes = Buffer.alloc(1 << 20);
  #end = 8;

  finish(root: Table, identifier: string): Buffer {
    this.#bytes.write(identifier, 4, 'latin1');
    this.#refer(0, this.#table(root));
    return Buffer.from(this.#bytes.subarray(0, this.#end));
  }

  #table(table: Table): number {
    const numbers = Object.keys(table).map(Number);
    const count = Math.max(-1, ...numbers) + 1;
    const fields = this.#take(4 + 2 * count + ((4 + 2 * count) % 4));
    const start = this.#take(4 + 4 * count);
    this.#bytes.writeUInt16LE(4 + 2 * count, fields);
    this.#bytes.writeUInt16LE(4 + 4 * count, fields + 2);
    this.#bytes.writeInt32LE(start - fields, start);
    for (const number of numbers) {
      const field = table[number];
      if (field === undefined) continue;
      this.#bytes.writeUInt16LE(4 + 4 * number, fields + 4 + 2 * number);
      this.#field(start + 4 + 4 * number, field);
    }
    return start;
  }

  #field(place: number, field: Field): void {
    if ('byte' in field) this.#bytes.writeInt8(field.byte, place);
    else if ('integer' in field) this.#bytes.writeInt32LE(field.integer, place);
    else if ('table' in field) this.#refer(place, this.#table(field.table));
    else this.#refer(place, this.#vector(field));
  }

  #vector(field: Exclude<Field, { byte: number } | { integer: number } | { table: Table }>): number {
    const [items, width] =
      'bytes' in field
        ? [[...field.bytes], 1]
        : 'integers' in field
          ? [field.integers, 4]
          : 'floats' in field
            ? [field.floats, 4]
            : 'longs' in field
              ? [field.longs, 8]
              : [field.tables, 4];
    const start = this.#take(4 + width * items.length);
    // A table that stands in a list several times is written once.
    const written = new Map<Table, number>();
    const place = (table: Table): number => {
      const known = written.get(table) ?? this.#table(table);
      written.set(table, known);
      return known;
    };
    this.#bytes.writeUInt32LE(items.length, start);
    items.forEach((item, index) => {
      const slot = start + 4 + width * index;
      if (typeof item !== 'number') this.#refer(slot, place(item));
      else if ('bytes' in field) this.#bytes.writeUInt8(item, slot);
      else if ('floats' in field) this.#bytes.writeFloatLE(item, slot);
      else if ('longs' in field) this.#bytes.writeBigInt64LE(BigInt(item), slot);
      else this.#bytes.writeInt32LE(item, slot);
    });
    return start;
  }

  #refer(place: number, target: number): void {
    this.#bytes.writeUInt32LE(target - place, place);
  }

  #take(bytes: number): number {
    this.#end += (4 - (this.#end % 4)) % 4;
    const start = this.#end;
    this.#end += bytes;
    return start;
  }
}

/** Of the small network: channels of its two convolutions, and its classes. */
export const small = { channels: 3, classes: 5 } as const;

export interface SmallWeights {
  /** In the order of TensorFlow Lite. */
  convolution: Int8Array;
  depthwise: Int8Array;
  dense: Int8Array;
  biases: readonly Int32Array[];
}

export const smallScales = { convolution: [0.02, 0.03, 0.01], depthwise: [0.05, 0.01, 0.02], dense: 0.04, bias: 0.001 };

/** The same every time. */
export function smallWeights(): SmallWeights {
  const random = seededRandom(3);
  const draw = (count: number) => Int8Array.from({ length: count }, () => Math.round(254 * random() - 127));
  const bias = (count: number) => Int32Array.from({ length: count }, () => Math.round(400 * random() - 200));
  return {
    ...{ convolution: draw(9 * small.channels), depthwise: draw(9 * small.channels) },
    dense: draw(small.channels * small.classes),
    biases: [bias(small.channels), bias(small.channels), bias(small.classes)],
  };
}

/**
 * A `.tflite` file in the manner of YAMNet's, tiny: patch, convolution with stride 2, depthwise convolution, mean, classes.
 * @param change Puts another network together.
 */
export function writeSmallTflite(
  change: (network: { operators: Table[]; tensors: Table[] }) => void = () => undefined,
): Buffer {
  const { convolution, depthwise, dense, biases } = smallWeights();
  const { channels, classes } = small;
  const buffers: Uint8Array[] = [new Uint8Array()];
  const tensors: Table[] = [];
  const value = (...shape: number[]): number => tensors.push({ 0: { integers: shape }, 1: { byte: 9 } }) - 1;
  const constant = (data: Int8Array | Int32Array, shape: number[], scales: readonly number[], axis = 0): number => {
    const buffer = buffers.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) - 1;
    const quantization = { 2: { floats: scales }, 3: { longs: scales.map(() => 0) }, 6: { integer: axis } };
    return (
      tensors.push({
        ...{ 0: { integers: shape }, 1: { byte: data instanceof Int8Array ? 9 : 2 } },
        ...{ 2: { integer: buffer }, 4: { table: quantization } },
      }) - 1
    );
  };
  const bias = (place: number, count: number) =>
    constant(biases[place] ?? new Int32Array(), [count], Array<number>(count).fill(smallScales.bias));
  const patch = value(1, 96, 64, 1);
  const first = value(1, 48, 32, channels);
  const second = value(1, 48, 32, channels);
  const mean = value(1, 1, 1, channels);
  const [logits, scores, result] = [value(1, classes), value(1, classes), value(1, classes)];
  const kernels = [
    constant(convolution, [channels, 3, 3, 1], smallScales.convolution),
    constant(depthwise, [1, 3, 3, channels], smallScales.depthwise, 3),
    constant(dense, [classes, channels], [smallScales.dense]),
  ] as const;
  const codes = [114, 3, 4, 40, 9, 14, 6];
  const operator = (code: number, inputs: number[], output: number, options?: Table): Table => ({
    ...{ 0: { integer: codes.indexOf(code) }, 1: { integers: inputs }, 2: { integers: [output] } },
    ...(options === undefined ? {} : { 4: { table: options } }),
  });
  const operators = [
    operator(114, [patch], patch),
    operator(3, [patch, kernels[0], bias(0, channels)], first, {
      1: { integer: 2 },
      2: { integer: 2 },
      3: { byte: 3 },
    }),
    operator(4, [first, kernels[1], bias(1, channels)], second, {
      1: { integer: 1 },
      2: { integer: 1 },
      4: { byte: 3 },
    }),
    operator(40, [second], mean),
    operator(9, [mean, kernels[2], bias(2, classes)], logits),
    operator(14, [logits], scores),
    operator(6, [scores], result),
  ];
  change({ operators, tensors });
  const graph: Table = {
    ...{ 0: { tables: tensors }, 1: { integers: [patch] }, 2: { integers: [result] }, 3: { tables: operators } },
  };
  const model: Table = {
    ...{ 0: { integer: 3 }, 1: { tables: codes.map((code) => ({ 3: { integer: code } })) } },
    ...{ 2: { tables: [graph] }, 4: { tables: buffers.map((data): Table => ({ 0: { bytes: data } })) } },
  };
  return new FlatWriter().finish(model, 'TFL3');
}
