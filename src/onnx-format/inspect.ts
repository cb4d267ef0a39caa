import { otherFormat } from './other-formats.ts';
import { broken, fieldsOf, integerOf, messageOf, textOf, type Field } from './protobuf-reader.ts';
import {
  dimensionFields,
  elementTypes,
  entryFields,
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
  /** What the exporter noted, such as class names. Text by key. */
  metadata: Record<string, string>;
}

/**
 * Reads the header of an ONNX file and makes sure that the file is whole and stands for itself:
 * no weights in other files, no operators of foreign libraries.
 * Time and memory are bounded by the size of the file, whatever is in it.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function inspectModel(bytes: Uint8Array): ModelHeader {
  try {
    return headerOf(bytes);
  } catch (error) {
    const other = otherFormat(bytes);
    throw other === undefined ? error : broken(other);
  }
}

function headerOf(bytes: Uint8Array): ModelHeader {
  assertSelfContained(bytes);
  const reading = new HeaderReading();
  for (const field of fieldsOf(bytes)) {
    reading.ofModel(field);
    if (field.number !== modelFields.graph) continue;
    for (const part of fieldsOf(messageOf(field))) {
      reading.ofGraph(part);
      if (part.number !== graphFields.initializer) continue;
      for (const of of fieldsOf(messageOf(part))) reading.ofWeight(of);
    }
  }
  return reading.finish();
}

/** Inputs, outputs, weights, operator sets and notes together: the largest models have some thousands. */
const mostParts = 20_000;
/** Tensors of the runtime have a dozen at most. */
const mostDimensions = 64;

/** Gathers a header from the fields of a file, whether that lies in memory or is read in pieces. */
export class HeaderReading {
  readonly #header: ModelHeader = { irVersion: 0, opsets: [], inputs: [], outputs: [], metadata: {} };
  readonly #weights = new Set<string>();
  readonly #step: () => void;
  #parts = 0;

  /** @param step Told of every field of the parts; where it throws, the reading ends. */
  constructor(step: () => void = () => undefined) {
    this.#step = step;
  }

  /** How many were told, weights among them. */
  get inputs(): number {
    return this.#header.inputs.length;
  }

  ofModel(field: Field): void {
    if (field.number === modelFields.opset || field.number === modelFields.metadata) this.#countPart();
    if (field.number === modelFields.irVersion) this.#header.irVersion = integerOf(field);
    if (field.number === modelFields.opset) this.#header.opsets.push(this.#opset(messageOf(field)));
    if (field.number === modelFields.metadata) this.#entry(messageOf(field), this.#header.metadata);
  }

  ofGraph(field: Field): void {
    if (field.number === graphFields.input || field.number === graphFields.output) this.#countPart();
    if (field.number === graphFields.input) this.#header.inputs.push(this.#value(messageOf(field)));
    if (field.number === graphFields.output) this.#header.outputs.push(this.#value(messageOf(field)));
  }

  ofWeight(field: Field): void {
    if (field.number !== tensorFields.name) return;
    this.#countPart();
    this.#weights.add(textOf(field));
  }

  /** @throws SentinelError ES_MODEL_INVALID */
  finish(): ModelHeader {
    const header = this.#header;
    // Before IR version 4 every weight also had to be listed as an input.
    header.inputs = header.inputs.filter((input) => !this.#weights.has(input.name));
    if (header.irVersion < 1) throw broken('it has no version');
    if (header.opsets.length === 0) throw broken('it names no operator set');
    if (header.inputs.length === 0 || header.outputs.length === 0) throw broken('it has no inputs or no outputs');
    return header;
  }

  /** What a file of a gigabyte could name would take many of memory. */
  #countPart(): void {
    if (++this.#parts > mostParts) throw broken(`it names more than ${mostParts} inputs, outputs and weights`);
  }

  #entry(message: Uint8Array, metadata: Record<string, string>): void {
    let [key, value] = ['', ''];
    for (const field of this.#fields(message)) {
      if (field.number === entryFields.key) key = textOf(field);
      if (field.number === entryFields.value) value = textOf(field);
    }
    // Whatever a hostile file calls its keys, it gets no further than this object.
    if (key !== '__proto__') metadata[key] = value;
  }

  #opset(message: Uint8Array): { domain: string; version: number } {
    const opset = { domain: '', version: 0 };
    for (const field of this.#fields(message)) {
      if (field.number === opsetFields.domain) opset.domain = textOf(field);
      if (field.number === opsetFields.version) opset.version = integerOf(field);
    }
    return opset;
  }

  #value(message: Uint8Array): ModelValue {
    const value: ModelValue = { name: '', type: 'other', shape: [] };
    for (const field of this.#fields(message)) {
      if (field.number === valueFields.name) value.name = textOf(field);
      if (field.number !== valueFields.type) continue;
      for (const part of this.#fields(messageOf(field))) {
        if (part.number === typeFields.tensor) this.#tensorType(messageOf(part), value);
      }
    }
    if (value.name === '') throw broken('an input or output has no name');
    return value;
  }

  #tensorType(message: Uint8Array, value: ModelValue): void {
    for (const field of this.#fields(message)) {
      if (field.number === tensorTypeFields.element) value.type = elementTypes[integerOf(field)] ?? 'other';
      if (field.number !== tensorTypeFields.shape) continue;
      for (const part of this.#fields(messageOf(field))) {
        if (part.number !== shapeFields.dimension) continue;
        if (value.shape.length === mostDimensions) throw broken('a shape has too many sizes');
        value.shape.push(this.#dimension(messageOf(part)));
      }
    }
  }

  #dimension(message: Uint8Array): number | string {
    for (const field of this.#fields(message)) {
      if (field.number === dimensionFields.value) return integerOf(field);
      if (field.number === dimensionFields.name) return textOf(field);
    }
    return '?';
  }

  *#fields(message: Uint8Array): Generator<Field> {
    for (const field of fieldsOf(message)) {
      this.#step();
      yield field;
    }
  }
}
