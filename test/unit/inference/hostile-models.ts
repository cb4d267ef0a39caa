import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFor } from '../../../src/inference/model-description.ts';
import { ProtobufWriter } from '../../../src/onnx-format/protobuf-writer.ts';
import {
  attributeFields,
  elementTypes,
  graphFields,
  modelFields,
  nodeFields,
  opsetFields,
  shapeFields,
  dimensionFields,
  tensorFields,
  tensorTypeFields,
  typeFields,
  valueFields,
} from '../../../src/onnx-format/schema.ts';

const side = 32;
const message = () => new ProtobufWriter();

/** Models that the header check lets pass, and what is wrong with them. */
export const hostileModels = {
  /** A loop that never ends. */
  endless: () => graph([node('Loop', ['for ever', '', 'x'], ['y'], loopBody())], [int64('for ever', 2 ** 62)]),
  /** An intermediate result of 1.2 GB: more than a trial may take in tests, and no more than every machine would give. */
  greedy: () => expanded(1e5),
  /** One of 48 GB. */
  huge: () => expanded(4e6),
  /** The same as a constant, which the runtime computes when it loads the model. */
  'huge constant': () =>
    graph(
      [node('ConstantOfShape', ['shape'], ['wide']), node('Add', ['x', 'wide'], ['y'])],
      [int64('shape', 4e6, 3, side, side)],
    ),
} as const;

/** Writes such a model and gives the description that a user would have put beside it. */
export function hostileModel(folder: string, which: keyof typeof hostileModels): ModelFor<'detection'> {
  const file = join(folder, `${which}.onnx`);
  writeFileSync(file, modelAround(hostileModels[which]()));
  const input = { width: side, height: side };
  return { ...description, labels: ['person'], input, id: which, file };
}

const description = {
  title: 'mine',
  license: 'none',
  task: 'detection',
  family: 'nanodet-g',
} as const;

function modelAround(content: ProtobufWriter): Uint8Array {
  return message()
    .integer(modelFields.irVersion, 8)
    .message(modelFields.graph, content)
    .message(modelFields.opset, message().text(opsetFields.domain, '').integer(opsetFields.version, 17))
    .finish();
}

/** A graph from x to y. */
function graph(nodes: readonly ProtobufWriter[], weights: readonly ProtobufWriter[]): ProtobufWriter {
  const written = message();
  for (const one of nodes) written.message(graphFields.node, one);
  written.text(graphFields.name, 'main');
  for (const one of weights) written.message(graphFields.initializer, one);
  return written
    .message(graphFields.input, value('x', 'float32', [1, 3, side, side]))
    .message(graphFields.output, value('y', 'float32'));
}

function expanded(times: number): ProtobufWriter {
  const nodes = [node('Expand', ['x', 'shape'], ['wide']), node('Relu', ['wide'], ['y'])];
  return graph(nodes, [int64('shape', times, 3, side, side)]);
}

/** Hands its state on, and says that it wants to go on. */
function loopBody(): ProtobufWriter {
  const body = message()
    .message(graphFields.node, node('Identity', ['go on'], ['go on still']))
    .message(graphFields.node, node('Relu', ['state'], ['next state']))
    .text(graphFields.name, 'body')
    .message(graphFields.input, value('turn', 'int64', []))
    .message(graphFields.input, value('go on', 'bool', []))
    .message(graphFields.input, value('state', 'float32'))
    .message(graphFields.output, value('go on still', 'bool', []))
    .message(graphFields.output, value('next state', 'float32'));
  const graphAttribute = 5;
  return message()
    .text(attributeFields.name, 'body')
    .message(attributeFields.graph, body)
    .integer(attributeFields.type, graphAttribute);
}

function node(operator: string, inputs: string[], outputs: string[], attribute?: ProtobufWriter): ProtobufWriter {
  const written = message();
  for (const input of inputs) written.text(nodeFields.input, input);
  for (const output of outputs) written.text(nodeFields.output, output);
  written.text(nodeFields.operator, operator);
  return attribute === undefined ? written : written.message(nodeFields.attribute, attribute);
}

function int64(name: string, ...values: number[]): ProtobufWriter {
  const raw = Buffer.alloc(8 * values.length);
  values.forEach((one, index) => raw.writeBigInt64LE(BigInt(one), 8 * index));
  const written = message();
  if (values.length > 1) written.integer(tensorFields.dimension, values.length);
  return written
    .integer(tensorFields.type, elementTypes.indexOf('int64'))
    .text(tensorFields.name, name)
    .bytes(tensorFields.raw, raw);
}

/** Without a shape: any. */
function value(name: string, type: string, shape?: readonly number[]): ProtobufWriter {
  const tensorType = message().integer(tensorTypeFields.element, elementTypes.indexOf(type));
  if (shape !== undefined) {
    const dimensions = message();
    for (const size of shape) {
      dimensions.message(shapeFields.dimension, message().integer(dimensionFields.value, size));
    }
    tensorType.message(tensorTypeFields.shape, dimensions);
  }
  return message()
    .text(valueFields.name, name)
    .message(valueFields.type, message().message(typeFields.tensor, tensorType));
}
