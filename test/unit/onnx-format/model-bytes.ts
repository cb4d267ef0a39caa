import {
  graphMessage,
  modelMessage,
  nodeMessage,
  tensorHead,
  tensorMessage,
  valueMessage,
  type Shape,
} from '../../../src/onnx-format/model-writer.ts';
import { ProtobufWriter } from '../../../src/onnx-format/protobuf-writer.ts';
import { attributeFields, entryFields, nodeFields, tensorFields } from '../../../src/onnx-format/schema.ts';

/** A tensor of two float32 numbers; `external` puts it into another file. */
export function tensor(name: string, external = false): ProtobufWriter {
  if (!external) return tensorMessage(name, 'float32', [2], new Uint8Array(8));
  const place = new ProtobufWriter().text(entryFields.key, 'location').text(entryFields.value, '../../etc/passwd');
  return tensorHead(name, 'float32', [2]).message(tensorFields.externalData, place);
}

export function node(operator: string, domain = '', attribute?: ProtobufWriter): ProtobufWriter {
  const written = nodeMessage(operator, ['x'], ['y'], {}, { domain });
  return attribute === undefined ? written : written.message(nodeFields.attribute, attribute);
}

export function attribute(field: keyof typeof attributeFields, value: ProtobufWriter): ProtobufWriter {
  return new ProtobufWriter().text(attributeFields.name, 'a').message(attributeFields[field], value);
}

export function value(name: string, shape: Shape): ProtobufWriter {
  return valueMessage(name, 'float32', shape);
}

/** A graph x -> y with the given nodes and weights. */
export function graph(nodes: readonly ProtobufWriter[], weights: readonly ProtobufWriter[] = []): ProtobufWriter {
  return graphMessage('test', { nodes, weights, inputs: [value('x', ['n', 2, '?'])], outputs: [value('y', [-1, 2])] });
}

/** A whole model around a graph; `extend` adds fields behind the usual ones. */
export function model(
  content: ProtobufWriter,
  extend: (model: ProtobufWriter) => unknown = () => undefined,
): Uint8Array {
  const written = modelMessage(content);
  extend(written);
  return written.finish();
}
