import { brokenTflite, FlatBuffer, type FlatTable } from './flatbuffer.ts';

/**
 * Field numbers of the tables that we read.
 * Source: https://github.com/tensorflow/tensorflow/blob/v2.19.0/tensorflow/compiler/mlir/lite/schema/schema.fbs
 */
const modelFields = { operatorCodes: 1, subgraphs: 2, buffers: 4 };
const codeFields = { old: 0, builtin: 3 };
const graphFields = { tensors: 0, inputs: 1, outputs: 2, operators: 3 };
const tensorFields = { shape: 0, type: 1, buffer: 2, quantization: 4 };
const quantizationFields = { scale: 2, zeroPoint: 3, axis: 6 };
const operatorFields = { code: 0, inputs: 1, outputs: 2, options: 4 };
const bufferFields = { data: 0 };

const elementTypes: readonly (string | undefined)[] = [
  ...['float32', 'float16', 'int32', 'uint8', 'int64', 'string', 'bool', 'int16', 'complex64', 'int8'],
];
const elementBytes: Readonly<Record<string, number>> = { float32: 4, int32: 4, int8: 1 };

/** Names of operators, by their number; of others only the number is known. */
const operatorNames: Readonly<Record<number, string>> = {
  ...{ 1: 'AVERAGE_POOL_2D', 3: 'CONV_2D', 4: 'DEPTHWISE_CONV_2D', 6: 'DEQUANTIZE', 9: 'FULLY_CONNECTED' },
  ...{ 14: 'LOGISTIC', 22: 'RESHAPE', 40: 'MEAN', 43: 'SQUEEZE', 70: 'EXPAND_DIMS', 114: 'QUANTIZE' },
};

const mostParts = 10_000;
const mostAxes = 8;

/** A tensor; with `data` it is a constant. */
export interface TfliteTensor {
  shape: readonly number[];
  /** In the words of ONNX; `other` for what we do not read. */
  type: string;
  data?: Uint8Array;
  /** Real number = scale * (stored number - zero point), per place along `axis`, or one for all. */
  scales: Float32Array;
  zeroPoints: readonly bigint[];
  axis: number;
}

export interface TfliteOperator {
  name: string;
  /** Numbers of tensors; -1 leaves an optional one out. */
  inputs: readonly number[];
  outputs: readonly number[];
  /** Its options, as the table of its own that they are. */
  options: FlatTable | undefined;
}

export interface TfliteModel {
  tensors: readonly TfliteTensor[];
  /** In an order in which they can run. */
  operators: readonly TfliteOperator[];
  inputs: readonly number[];
  outputs: readonly number[];
}

/**
 * Reads the first graph of a `.tflite` file.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function readTflite(bytes: Uint8Array): TfliteModel {
  if (Buffer.from(bytes.subarray(4, 8)).toString('latin1') !== 'TFL3') throw brokenTflite('its first bytes are others');
  return withoutRangeErrors(() => {
    const model = new FlatBuffer(bytes).root();
    const codes = model.tables(modelFields.operatorCodes, mostParts);
    const buffers = model.tables(modelFields.buffers, mostParts);
    const [graph] = model.tables(modelFields.subgraphs, mostParts);
    if (graph === undefined) throw brokenTflite('it has no graph');
    return {
      tensors: graph.tables(graphFields.tensors, mostParts).map((tensor) => readTensor(tensor, buffers)),
      operators: graph.tables(graphFields.operators, mostParts).map((operator) => readOperator(operator, codes)),
      inputs: graph.integers(graphFields.inputs),
      outputs: graph.integers(graphFields.outputs),
    };
  });
}

/** What reads a file that lies about its places. @throws SentinelError ES_MODEL_INVALID instead of a RangeError */
export function withoutRangeErrors<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? brokenTflite('it is cut off, or damaged', error) : error;
  }
}

function readTensor(table: FlatTable, buffers: readonly FlatTable[]): TfliteTensor {
  const shape = table.integers(tensorFields.shape);
  if (shape.length > mostAxes) throw brokenTflite('a tensor has too many axes');
  const type = elementTypes[table.byte(tensorFields.type)] ?? 'other';
  const data = buffers[table.integer(tensorFields.buffer)]?.bytes(bufferFields.data) ?? new Uint8Array();
  const quantization = table.table(tensorFields.quantization);
  const tensor = {
    ...{ shape, type },
    scales: quantization?.floats(quantizationFields.scale) ?? new Float32Array(),
    zeroPoints: quantization?.longs(quantizationFields.zeroPoint) ?? [],
    axis: quantization?.integer(quantizationFields.axis) ?? 0,
  };
  return data.length === 0 ? tensor : { ...tensor, data };
}

function readOperator(table: FlatTable, codes: readonly FlatTable[]): TfliteOperator {
  const code = codes[table.integer(operatorFields.code)];
  if (code === undefined) throw brokenTflite('an operator has no code');
  // Numbers above 127 stand in a field of their own; files from before that have only the old one.
  const number = Math.max(code.integer(codeFields.builtin), code.byte(codeFields.old));
  return {
    name: operatorNames[number] ?? `number ${number}`,
    inputs: table.integers(operatorFields.inputs),
    outputs: table.integers(operatorFields.outputs),
    options: table.table(operatorFields.options),
  };
}

/** A tensor whose numbers stand in the file. */
export type TfliteConstant = TfliteTensor & { data: Uint8Array };

/** @throws SentinelError ES_MODEL_INVALID when it is no constant, of another type, or of another size than its shape says */
export function constantOf(tensor: TfliteTensor | undefined, type: string, axes: number): TfliteConstant {
  const { data, shape = [] } = tensor ?? {};
  if (tensor === undefined || data === undefined || tensor.type !== type || shape.length !== axes) {
    throw brokenTflite(`a constant of ${axes} axes and type ${type} is missing`);
  }
  const size = shape.reduce((product, length) => product * length, elementBytes[type] ?? NaN);
  if (shape.some((length) => length <= 0) || data.length !== size) {
    throw brokenTflite('the weights do not fit their shape');
  }
  return { ...tensor, data };
}
