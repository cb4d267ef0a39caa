import { broken, fieldsOf, integerOf, messageOf, textOf } from './protobuf-reader.ts';
import {
  dimensionFields,
  elementTypes,
  graphFields,
  modelFields,
  opsetFields,
  shapeFields,
  tensorFields,
  tensorTypeFields,
  typeFields,
  valueFields,
} from './schema.ts';
import { assertSelfContained } from './self-contained.ts';

/** An input or output of a model. */
export interface ModelValue {
  name: string;
  /** Element type such as `float32`; `other` for sequences, maps and optionals. */
  type: string;
  /** Sizes; a text is the name of a free dimension, `?` one without name. */
  shape: (number | string)[];
}

/** What the header of an ONNX file says. */
export interface ModelHeader {
  irVersion: number;
  opsets: { domain: string; version: number }[];
  inputs: ModelValue[];
  outputs: ModelValue[];
}

/**
 * Reads the header of an ONNX file and makes sure that the file is whole and stands for itself:
 * no weights in other files, no operators of foreign libraries.
 * Time and memory are bounded by the size of the file, whatever is in it.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function inspectModel(bytes: Uint8Array): ModelHeader {
  assertSelfContained(bytes);
  const header: ModelHeader = { irVersion: 0, opsets: [], inputs: [], outputs: [] };
  const weights = new Set<string>();
  for (const field of fieldsOf(bytes)) {
    if (field.number === modelFields.irVersion) header.irVersion = integerOf(field);
    if (field.number === modelFields.opset) header.opsets.push(readOpset(messageOf(field)));
    if (field.number === modelFields.graph) readGraph(messageOf(field), header, weights);
  }
  // Before IR version 4 every weight also had to be listed as an input.
  header.inputs = header.inputs.filter((input) => !weights.has(input.name));
  if (header.irVersion < 1) throw broken('it has no version');
  if (header.opsets.length === 0) throw broken('it names no operator set');
  if (header.inputs.length === 0 || header.outputs.length === 0) throw broken('it has no inputs or no outputs');
  return header;
}

function readOpset(message: Uint8Array): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  for (const field of fieldsOf(message)) {
    if (field.number === opsetFields.domain) opset.domain = textOf(field);
    if (field.number === opsetFields.version) opset.version = integerOf(field);
  }
  return opset;
}

function readGraph(message: Uint8Array, header: ModelHeader, weights: Set<string>): void {
  for (const field of fieldsOf(message)) {
    if (field.number === graphFields.input) header.inputs.push(readValue(messageOf(field)));
    if (field.number === graphFields.output) header.outputs.push(readValue(messageOf(field)));
    if (field.number === graphFields.initializer) {
      for (const part of fieldsOf(messageOf(field))) {
        if (part.number === tensorFields.name) weights.add(textOf(part));
      }
    }
  }
}

function readValue(message: Uint8Array): ModelValue {
  const value: ModelValue = { name: '', type: 'other', shape: [] };
  for (const field of fieldsOf(message)) {
    if (field.number === valueFields.name) value.name = textOf(field);
    if (field.number !== valueFields.type) continue;
    for (const part of fieldsOf(messageOf(field))) {
      if (part.number === typeFields.tensor) readTensorType(messageOf(part), value);
    }
  }
  if (value.name === '') throw broken('an input or output has no name');
  return value;
}

function readTensorType(message: Uint8Array, value: ModelValue): void {
  for (const field of fieldsOf(message)) {
    if (field.number === tensorTypeFields.element) value.type = elementTypes[integerOf(field)] ?? 'other';
    if (field.number !== tensorTypeFields.shape) continue;
    for (const part of fieldsOf(messageOf(field))) {
      if (part.number === shapeFields.dimension) value.shape.push(readDimension(messageOf(part)));
    }
  }
}

function readDimension(message: Uint8Array): number | string {
  for (const field of fieldsOf(message)) {
    if (field.number === dimensionFields.value) return integerOf(field);
    if (field.number === dimensionFields.name) return textOf(field);
  }
  return '?';
}
