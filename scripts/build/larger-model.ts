import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fieldsOf, lengthFrom, wireType, type Field } from '../../src/onnx-format/protobuf-reader.ts';
import { ProtobufWriter } from '../../src/onnx-format/protobuf-writer.ts';
import {
  dimensionFields,
  graphFields,
  modelFields,
  nodeFields,
  shapeFields,
  tensorFields,
  tensorTypeFields,
  typeFields,
  valueFields,
} from '../../src/onnx-format/schema.ts';
import { catalogEntries, fileOf } from '../../src/inference/catalog.ts';
import { modelFile } from '../../src/process/package-files.ts';

const strides = [8, 16, 32];
const smaller = { id: 'nanodet-g-416', side: 416 };
const larger = { id: 'nanodet-g-640', side: 640 };
const decoder = new TextDecoder();

/**
 * Writes NanoDet-g for pictures of 640 x 640: the same weights as the file of 416 x 416 in other bounds, so the repository
 * need not hold them twice.
 * @throws Error when it is not the file that the catalogue describes.
 */
export async function buildLargerModel(): Promise<void> {
  const entry = catalogEntries().find(({ id }) => id === larger.id);
  if (entry === undefined) throw new Error(`the catalogue has no ${larger.id}`);
  const bytes = resized(await readFile(modelFile(`${smaller.id}.onnx`)), smaller.side, larger.side);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== entry.sha256) throw new Error(`${larger.id} has the SHA-256 ${digest}, the catalogue another one`);
  const file = fileOf(entry);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, bytes);
}

/** The network for square pictures of another size: only upsampling, flattening, inputs and outputs name sizes. */
export function resized(model: Uint8Array, from: number, to: number): Uint8Array {
  const sides = new Map(strides.map((stride) => [from / stride, to / stride]));
  const cells = new Map(strides.map((stride) => [(from / stride) ** 2, (to / stride) ** 2]));
  const shape = new Map([...cells, [from, to]]);
  return rewritten(model, ({ number, payload: graph }) => {
    if (number !== modelFields.graph) return undefined;
    const sizes = namesOfSizes(graph);
    return rewritten(graph, ({ number: part, payload }) => {
      if (part === graphFields.input || part === graphFields.output) return withShape(payload, shape);
      if (part !== graphFields.initializer) return undefined;
      const operator = sizes.get(nameIn(payload, tensorFields.name));
      if (operator === undefined) return undefined;
      return withNumbers(payload, operator === 'Resize' ? sides : cells);
    });
  });
}

/** Weights that are sizes, and the operator that takes them. */
function namesOfSizes(graph: Uint8Array): Map<string, string> {
  const places: Readonly<Record<string, number>> = { Resize: 3, Reshape: 1 };
  const found = new Map<string, string>();
  for (const { number, payload } of fieldsOf(graph)) {
    if (number !== graphFields.node) continue;
    const operator = nameIn(payload, nodeFields.operator);
    const inputs = [...fieldsOf(payload)].flatMap((field) =>
      field.number === nodeFields.input ? [decoder.decode(field.payload)] : [],
    );
    const name = inputs[places[operator] ?? -1];
    if (name !== undefined) found.set(name, operator);
  }
  return found;
}

/** int64 numbers that stand for a size become those of the other one. */
function withNumbers(tensor: Uint8Array, sizes: ReadonlyMap<number, number>): Uint8Array {
  return rewritten(tensor, ({ number, payload }) => {
    if (number !== tensorFields.raw) return undefined;
    const raw = Buffer.from(payload);
    for (let at = 0; at < raw.length; at += 8) {
      const size = sizes.get(Number(raw.readBigInt64LE(at)));
      if (size !== undefined) raw.writeBigInt64LE(BigInt(size), at);
    }
    return raw;
  });
}

function withShape(value: Uint8Array, sizes: ReadonlyMap<number, number>): Uint8Array {
  const within = (message: Uint8Array, [field, ...deeper]: readonly number[]): Uint8Array =>
    rewritten(message, ({ number, payload }) => {
      if (number !== field) return undefined;
      return deeper.length === 0 ? sizes.get(lengthFrom(payload)) : within(payload, deeper);
    });
  return within(value, [
    valueFields.type,
    typeFields.tensor,
    tensorTypeFields.shape,
    shapeFields.dimension,
    dimensionFields.value,
  ]);
}

/** A message with some of its fields changed; undefined leaves one as it is. */
function rewritten(message: Uint8Array, change: (field: Field) => Uint8Array | number | undefined): Uint8Array {
  const writer = new ProtobufWriter();
  for (const field of fieldsOf(message)) {
    const changed = change(field);
    if (field.wire === wireType.varint) {
      writer.integer(field.number, typeof changed === 'number' ? changed : lengthFrom(field.payload));
    } else if (field.wire === wireType.bytes) {
      writer.bytes(field.number, changed instanceof Uint8Array ? changed : field.payload);
    } else throw new Error(`the field ${field.number} cannot be copied`);
  }
  return writer.finish();
}

function nameIn(message: Uint8Array, number: number): string {
  for (const field of fieldsOf(message)) if (field.number === number) return decoder.decode(field.payload);
  return '';
}
