import { brokenTflite } from './flatbuffer.ts';
import { QuantizedGraph } from './quantized-graph.ts';
import {
  readTflite,
  withoutRangeErrors,
  type TfliteModel,
  type TfliteOperator,
  type TfliteTensor,
} from './tflite-model.ts';

/** Field numbers of the options. Source: as in tflite-model.ts */
const convolutionFields = { padding: 0, strideWidth: 1, strideHeight: 2, activation: 3, dilations: [4, 5] };
const depthwiseFields = { padding: 0, strideWidth: 1, strideHeight: 2, activation: 4, dilations: [5, 6] };
const samePadding = 0;
const relu6 = 3;

/** The network's own log-mel patch: 96 rows of 64 bands. */
const patchShape = [96, 64] as const;

const notice = {
  license: 'Apache-2.0',
  author: 'The TensorFlow Authors',
  source: 'https://www.kaggle.com/models/google/yamnet/tfLite/classification-tflite/1',
  changes: 'Rewritten from TensorFlow Lite to ONNX without its front end; the last layer has a scale per class.',
};

/**
 * Rewrites YAMNet's network as ONNX: `log_mel` [n, 96, 64] to `scores` [n, 521] and `embedding` [n, 1024]. What stands before the
 * first convolution (sound to log-mel) is left out, numbers between the operators are not rounded to 8 bits.
 * The same file always gives the same bytes.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function yamnetFromTflite(bytes: Uint8Array): Uint8Array {
  const model = readTflite(bytes);
  return withoutRangeErrors(() => rewrite(model));
}

function rewrite({ tensors, operators, outputs: [result] }: TfliteModel): Uint8Array {
  const first = operators.findIndex(({ name }) => name === 'CONV_2D');
  const network = operators.slice(first < 0 ? operators.length : first);
  const graph = new QuantizedGraph();
  const patch = graph.input('log_mel', ['n', ...patchShape]);
  let name = graph.node('Unsqueeze', [patch, graph.integers('axes', [1])], 'picture');
  let previous = network[0]?.inputs[0];
  if (String(shapeOf(tensors, previous)) !== String([1, ...patchShape, 1]))
    throw notYamnet('no patch of 96 x 64 goes in');
  network.forEach((operator, place) => {
    if (operator.inputs[0] !== previous) throw notYamnet('its operators are no chain');
    const write = writers[operator.name];
    if (write === undefined) throw notYamnet(`it uses the operator ${operator.name}`);
    name = write({ graph, operator, tensors, name, place });
    previous = operator.outputs[0];
  });
  if (previous !== result || name !== 'scores') throw notYamnet('it does not end in scores');
  graph.output('scores', ['n', shapeOf(tensors, result)[1] ?? 0]);
  const embedding = network.find((operator) => operator.name === 'MEAN')?.outputs[0];
  graph.output('embedding', ['n', shapeOf(tensors, embedding)[3] ?? 0]);
  return graph.finish('yamnet', notice);
}

interface Step {
  graph: QuantizedGraph;
  operator: TfliteOperator;
  tensors: readonly TfliteTensor[];
  /** Of the value that goes in. */
  name: string;
  place: number;
}

/** Writes one operator and says what its output is called. */
const writers: Readonly<Record<string, ((step: Step) => string) | undefined>> = {
  CONV_2D: (step) => convolution(step, convolutionFields, [0, 3, 1, 2]),
  DEPTHWISE_CONV_2D: (step) => convolution(step, depthwiseFields, [3, 0, 1, 2]),
  MEAN: average,
  FULLY_CONNECTED: dense,
  LOGISTIC: ({ graph, name }) => graph.node('Sigmoid', [name], 'scores'),
  // Behind the last operator: ours never were 8 bits.
  DEQUANTIZE: ({ name }) => name,
};

/** @param axes From the order of the weights to ONNX's: out, in, rows, columns. */
function convolution(
  { graph, operator, tensors, name, place }: Step,
  fields: typeof convolutionFields,
  axes: readonly number[],
): string {
  const { options, inputs } = operator;
  const strides = [options?.integer(fields.strideHeight) ?? 0, options?.integer(fields.strideWidth) ?? 0];
  const usual =
    options?.byte(fields.padding) === samePadding &&
    options.byte(fields.activation) === relu6 &&
    fields.dilations.every((field) => options.integer(field, 1) === 1) &&
    strides.every((stride) => stride === 1 || stride === 2);
  if (!usual) throw notYamnet('a convolution has other options');
  const kernel = tensorAt(tensors, inputs[1]);
  const [, rows = 0, columns = 0, channels = 0] = shapeOf(tensors, inputs[0]);
  const size = kernel.shape.slice(1, 3);
  const pads = [rows, columns].map((length, axis) => paddingOf(length, size[axis] ?? 0, strides[axis] ?? 0));
  const weights = graph.weights(`weights ${place}`, kernel, axes);
  const bias = graph.bias(`bias ${place}`, tensorAt(tensors, inputs[2]));
  const isDepthwise = axes[0] === 3;
  const output = graph.node('Conv', [name, weights, bias], `convolution ${place}`, {
    ...{ kernel_shape: size, strides, pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)] },
    ...(isDepthwise && { group: channels }),
  });
  return graph.node('Clip', [output, graph.number(0), graph.number(6)], `value ${place}`);
}

/** TensorFlow's SAME: as many results as steps fit, what is missing added evenly, an odd one at the end. */
function paddingOf(length: number, kernel: number, stride: number): [before: number, after: number] {
  const missing = Math.max(0, (Math.ceil(length / stride) - 1) * stride + kernel - length);
  return [Math.floor(missing / 2), Math.ceil(missing / 2)];
}

function average({ graph, name }: Step): string {
  const mean = graph.node('GlobalAveragePool', [name], 'mean');
  return graph.node('Flatten', [mean], 'embedding');
}

function dense({ graph, operator: { inputs }, tensors, name, place }: Step): string {
  const weights = graph.weights(`weights ${place}`, tensorAt(tensors, inputs[1]), [0, 1]);
  const bias = graph.bias(`bias ${place}`, tensorAt(tensors, inputs[2]));
  return graph.node('Gemm', [name, weights, bias], `value ${place}`, { transB: 1 });
}

function tensorAt(tensors: readonly TfliteTensor[], place: number | undefined): TfliteTensor {
  const tensor = tensors[place ?? -1];
  if (tensor === undefined) throw brokenTflite('an operator asks for a tensor that is not there');
  return tensor;
}

function shapeOf(tensors: readonly TfliteTensor[], place: number | undefined): readonly number[] {
  return tensorAt(tensors, place).shape;
}

function notYamnet(why: string): Error {
  return brokenTflite(`it is not YAMNet's network: ${why}`);
}
