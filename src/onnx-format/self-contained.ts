import { SentinelError } from '../contracts/errors.ts';
import { broken, fieldsOf, integerOf, messageOf, textOf, type Field } from './protobuf-reader.ts';
import {
  attributeFields,
  functionFields,
  graphFields,
  modelFields,
  nodeFields,
  sparseTensorFields,
  tensorFields,
  trainingFields,
} from './schema.ts';
import { shown } from './shown.ts';

/**
 * Which fields of a message hold which messages: all the ways from the model to a tensor or a node,
 * through subgraphs, functions, training graphs and attributes.
 */
const contents = {
  model: {
    [modelFields.graph]: 'graph',
    [modelFields.training]: 'training',
    [modelFields.function]: 'function',
  },
  graph: {
    [graphFields.node]: 'node',
    [graphFields.initializer]: 'tensor',
    [graphFields.sparseInitializer]: 'sparseTensor',
  },
  node: { [nodeFields.attribute]: 'attribute' },
  attribute: {
    [attributeFields.tensor]: 'tensor',
    [attributeFields.tensors]: 'tensor',
    [attributeFields.graph]: 'graph',
    [attributeFields.graphs]: 'graph',
    [attributeFields.sparseTensor]: 'sparseTensor',
    [attributeFields.sparseTensors]: 'sparseTensor',
  },
  sparseTensor: { [sparseTensorFields.values]: 'tensor', [sparseTensorFields.indices]: 'tensor' },
  function: { [functionFields.node]: 'node', [functionFields.attribute]: 'attribute' },
  training: { [trainingFields.initialization]: 'graph', [trainingFields.algorithm]: 'graph' },
  tensor: {},
} as const satisfies Record<string, Record<number, string>>;
type MessageKind = keyof typeof contents;

/** Subgraphs nest a few levels in real models; every level is three messages. Protobuf itself stops at 100. */
const deepest = 100;

const mostDomains = 10_000;

/** Operator sets that the ONNX runtime has built in. Others need a native library of somebody else. */
const builtInDomains: ReadonlySet<string> = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);

/**
 * Walks through the whole model and refuses one that would make the runtime open other files or
 * need foreign code. Functions that the model defines itself are fine.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function assertSelfContained(model: Uint8Array): void {
  const used = new Set<string>();
  const defined = new Set<string>();

  const walk = (kind: MessageKind, message: Uint8Array, depth: number): void => {
    if (depth > deepest) throw broken('its graphs are nested too deeply');
    const children: Readonly<Record<number, MessageKind>> = contents[kind];
    for (const field of fieldsOf(message)) {
      if (kind === 'tensor') assertStoredInside(field);
      if (kind === 'node' && field.number === nodeFields.domain) used.add(textOf(field));
      if (kind === 'function' && field.number === functionFields.domain) defined.add(textOf(field));
      if (used.size + defined.size > mostDomains) throw broken('it names too many domains of operators');
      const child = children[field.number];
      if (child !== undefined) walk(child, messageOf(field), depth + 1);
    }
  };
  walk('model', model, 0);

  const foreign = [...used].find((domain) => !builtInDomains.has(domain) && !defined.has(domain));
  if (foreign === undefined) return;
  throw new SentinelError('ES_MODEL_INVALID', `The model uses operators of the foreign domain "${shown(foreign)}".`, {
    hint: 'Export it with standard ONNX operators only.',
  });
}

function assertStoredInside(field: Field): void {
  const external =
    field.number === tensorFields.externalData ||
    (field.number === tensorFields.dataLocation && integerOf(field) !== 0);
  if (!external) return;
  throw new SentinelError('ES_MODEL_INVALID', 'The model keeps weights in other files (external data).', {
    hint: 'Save it as one .onnx file.',
  });
}
