import { SentinelError } from '../../contracts/errors.ts';
import {
  graphMessage,
  modelMessage,
  nodeMessage,
  tensorMessage,
  valueMessage,
} from '../../onnx-format/model-writer.ts';
import { fieldsOf, integerOf, messageOf, textOf } from '../../onnx-format/protobuf-reader.ts';
import { graphFields, modelFields, tensorFields } from '../../onnx-format/schema.ts';
import { shared, type TrainedHead } from './head.ts';

/** What the file itself holds; labels and thresholds stand in the JSON beside it, and labels in its notes as well. */
export type HeadNumbers = Pick<TrainedHead, 'weights' | 'bias'>;

/**
 * A head as an ONNX file that any runtime runs: `embedding` [n, size] -> `probabilities` [n, classes].
 * @param notes What else to note in it, such as the hash of the model that it belongs to.
 */
export function encodeHead(
  { labels, weights, bias }: { labels: readonly string[]; weights: Float32Array; bias: Float32Array },
  notes: Readonly<Record<string, string>>,
): Uint8Array {
  const classes = labels.length;
  const size = weights.length / classes;
  const graph = graphMessage('head', {
    nodes: [
      nodeMessage('Gemm', ['embedding', 'weights', 'bias'], ['scores']),
      nodeMessage('Softmax', ['scores'], ['probabilities'], { axis: 1 }),
    ],
    weights: [
      tensorMessage('weights', 'float32', [size, classes], bytesOf(weights)),
      tensorMessage('bias', 'float32', [classes], bytesOf(bias)),
    ],
    inputs: [valueMessage('embedding', 'float32', ['n', size])],
    outputs: [valueMessage('probabilities', 'float32', ['n', classes])],
  });
  return modelMessage(graph, { ...notes, labels: JSON.stringify(labels) }).finish();
}

/**
 * The numbers of a head that `encodeHead` wrote.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function decodeHead(file: Uint8Array, classes: number): HeadNumbers {
  const tensors = new Map<string, Float32Array<SharedArrayBuffer>>();
  for (const field of fieldsOf(file)) {
    if (field.number !== modelFields.graph) continue;
    for (const part of fieldsOf(messageOf(field))) {
      if (part.number === graphFields.initializer) readTensor(messageOf(part), tensors);
    }
  }
  const [weights, bias] = [tensors.get('weights'), tensors.get('bias')];
  const fits = weights !== undefined && bias?.length === classes && weights.length % classes === 0;
  if (fits && weights.length > 0 && allFinite(weights) && allFinite(bias)) return { weights, bias };
  throw new SentinelError('ES_MODEL_INVALID', 'The file of a trained sound classifier does not hold what it should.');
}

function readTensor(tensor: Uint8Array, into: Map<string, Float32Array<SharedArrayBuffer>>): void {
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  for (const field of fieldsOf(tensor)) {
    if (field.number === tensorFields.name) name = textOf(field);
    if (field.number === tensorFields.type) type = integerOf(field);
    if (field.number === tensorFields.raw) raw = messageOf(field);
  }
  const isFloat = type === 1;
  if (!isFloat || raw === undefined || raw.length % 4 !== 0) return;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  into.set(name, shared(Array.from({ length: raw.length / 4 }, (_, index) => view.getFloat32(4 * index, true))));
}

function allFinite(values: Float32Array): boolean {
  return values.every((value) => Number.isFinite(value));
}

function bytesOf(values: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeFloatLE(value, 4 * index));
  return bytes;
}
