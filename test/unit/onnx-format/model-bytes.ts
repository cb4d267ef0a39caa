import { ProtobufWriter } from '../../../src/onnx-format/protobuf-writer.ts';
import {
  attributeFields,
  dimensionFields,
  entryFields,
  graphFields,
  modelFields,
  nodeFields,
  opsetFields,
  shapeFields,
  tensorFields,
  tensorTypeFields,
  typeFields,
  valueFields,
} from '../../../src/onnx-format/schema.ts';

const message = () => new ProtobufWriter();

/** A tensor of two float32 numbers; `external` puts it into another file. */
export function tensor(name: string, external = false): ProtobufWriter {
  const written = message()
    .integer(tensorFields.dimension, 2)
    .integer(tensorFields.type, 1)
    .text(tensorFields.name, name);
  if (!external) return written.bytes(tensorFields.raw, new Uint8Array(8));
  return written.message(
    tensorFields.externalData,
    message().text(entryFields.key, 'location').text(entryFields.value, '../../etc/passwd'),
  );
}

export function node(operator: string, domain = '', attribute?: ProtobufWriter): ProtobufWriter {
  const written = message()
    .text(nodeFields.input, 'x')
    .text(nodeFields.output, 'y')
    .text(nodeFields.operator, operator);
  if (domain !== '') written.text(nodeFields.domain, domain);
  return attribute === undefined ? written : written.message(nodeFields.attribute, attribute);
}

export function attribute(field: keyof typeof attributeFields, value: ProtobufWriter): ProtobufWriter {
  return message().text(attributeFields.name, 'a').message(attributeFields[field], value);
}

export function value(name: string, shape: readonly (number | string)[]): ProtobufWriter {
  const dimensions = message();
  for (const size of shape) {
    const dimension = message();
    if (typeof size === 'number') dimension.integer(dimensionFields.value, size);
    else if (size !== '?') dimension.text(dimensionFields.name, size);
    dimensions.message(shapeFields.dimension, dimension);
  }
  const type = message().integer(tensorTypeFields.element, 1).message(tensorTypeFields.shape, dimensions);
  return message().text(valueFields.name, name).message(valueFields.type, message().message(typeFields.tensor, type));
}

/** A graph x -> y with the given nodes and weights. */
export function graph(nodes: readonly ProtobufWriter[], weights: readonly ProtobufWriter[] = []): ProtobufWriter {
  const written = message();
  for (const one of nodes) written.message(graphFields.node, one);
  for (const one of weights) written.message(graphFields.initializer, one);
  return written.message(graphFields.input, value('x', ['n', 2, '?'])).message(graphFields.output, value('y', [-1, 2]));
}

/** A whole model around a graph; `extend` adds fields behind the usual ones. */
export function model(
  content: ProtobufWriter,
  extend: (model: ProtobufWriter) => unknown = () => undefined,
): Uint8Array {
  const written = message()
    .integer(modelFields.irVersion, 8)
    .text(modelFields.producer, 'test')
    .message(modelFields.graph, content)
    .message(modelFields.opset, message().text(opsetFields.domain, '').integer(opsetFields.version, 17));
  extend(written);
  return written.finish();
}
