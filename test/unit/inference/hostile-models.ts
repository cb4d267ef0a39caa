import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFor } from '../../../src/inference/model-description.ts';
import {
  graphMessage,
  int64Bytes,
  modelMessage,
  nodeMessage,
  tensorMessage,
  valueMessage,
} from '../../../src/onnx-format/model-writer.ts';
import type { ProtobufWriter } from '../../../src/onnx-format/protobuf-writer.ts';

const side = 32;

/** Models that the header check lets pass, and what is wrong with them. */
export const hostileModels = {
  /** A loop that never ends. */
  endless: () =>
    graph(
      [nodeMessage('Loop', ['for ever', '', 'x'], ['y'], { body: { graph: loopBody() } })],
      [int64('for ever', 2 ** 62)],
    ),
  /** An intermediate result of 1.2 GB: more than a trial may take in tests, and no more than every machine would give. */
  greedy: () => expanded(1e5),
  /** One of 48 GB. */
  huge: () => expanded(4e6),
  /** The same as a constant, which the runtime computes when it loads the model. */
  'huge constant': () =>
    graph(
      [nodeMessage('ConstantOfShape', ['shape'], ['wide']), nodeMessage('Add', ['x', 'wide'], ['y'])],
      [int64('shape', 4e6, 3, side, side)],
    ),
} as const;

/** Writes such a model and gives the description that a user would have put beside it. */
export function hostileModel(folder: string, which: keyof typeof hostileModels): ModelFor<'detection'> {
  const file = join(folder, `${which}.onnx`);
  writeFileSync(file, modelMessage(hostileModels[which]()).finish());
  const input = { width: side, height: side };
  return { ...description, labels: ['person'], input, id: which, file };
}

const description = {
  title: 'mine',
  license: 'none',
  task: 'detection',
  family: 'nanodet-g',
} as const;

/** A graph from x to y. */
function graph(nodes: readonly ProtobufWriter[], weights: readonly ProtobufWriter[]): ProtobufWriter {
  const inputs = [valueMessage('x', 'float32', [1, 3, side, side])];
  return graphMessage('main', { nodes, weights, inputs, outputs: [valueMessage('y', 'float32')] });
}

function expanded(times: number): ProtobufWriter {
  const nodes = [nodeMessage('Expand', ['x', 'shape'], ['wide']), nodeMessage('Relu', ['wide'], ['y'])];
  return graph(nodes, [int64('shape', times, 3, side, side)]);
}

/** Hands its state on, and says that it wants to go on. */
function loopBody(): ProtobufWriter {
  return graphMessage('body', {
    nodes: [nodeMessage('Identity', ['go on'], ['go on still']), nodeMessage('Relu', ['state'], ['next state'])],
    inputs: [valueMessage('turn', 'int64', []), valueMessage('go on', 'bool', []), valueMessage('state', 'float32')],
    outputs: [valueMessage('go on still', 'bool', []), valueMessage('next state', 'float32')],
  });
}

function int64(name: string, ...values: number[]): ProtobufWriter {
  return tensorMessage(name, 'int64', values.length > 1 ? [values.length] : [], int64Bytes(values));
}
