import { SentinelError } from '../contracts/errors.ts';

/**
 * A file in the format of FlatBuffers. Whatever is in it, nothing is read beyond its end, and no more in all than twice its
 * size, though tables may name the same list again and again.
 * Source: https://flatbuffers.dev/internals/
 */
export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #elementsLeft: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#elementsLeft = bytes.length / 2;
  }

  /** The table that everything hangs on. */
  root(): FlatTable {
    return new FlatTable(this, this.#target(0));
  }

  /** Where the reference at a place leads. */
  #target(place: number): number {
    return place + this.view.getUint32(place, true);
  }

  /** @internal The elements of a vector: where the first is, and how many. */
  vectorAt(place: number, elementBytes: number): { start: number; length: number } {
    const vector = this.#target(place);
    const length = this.view.getUint32(vector, true);
    const start = vector + 4;
    if (length > (this.bytes.length - start) / elementBytes) throw brokenTflite('a list in it is longer than the file');
    // Bytes are handed on and not read.
    if (elementBytes > 1) this.#elementsLeft -= length;
    if (this.#elementsLeft < 0) throw brokenTflite('it names the same lists again and again');
    return { start, length };
  }

  /** @internal */
  tableAt(place: number): FlatTable {
    return new FlatTable(this, this.#target(place));
  }
}

/** One table of a file: fields by their number, absent ones with their default. Reading beyond the file throws a RangeError. */
export class FlatTable {
  readonly #file: FlatBuffer;
  readonly #start: number;
  readonly #fields: number;
  readonly #fieldsBytes: number;

  constructor(file: FlatBuffer, start: number) {
    this.#file = file;
    this.#start = start;
    this.#fields = start - file.view.getInt32(start, true);
    this.#fieldsBytes = file.view.getUint16(this.#fields, true);
  }

  byte(field: number, absent = 0): number {
    const place = this.#place(field);
    return place === undefined ? absent : this.#file.view.getInt8(place);
  }

  integer(field: number, absent = 0): number {
    const place = this.#place(field);
    return place === undefined ? absent : this.#file.view.getInt32(place, true);
  }

  table(field: number): FlatTable | undefined {
    const place = this.#place(field);
    return place === undefined ? undefined : this.#file.tableAt(place);
  }

  /** @param most More are refused: a short file can name one table a million times. */
  tables(field: number, most: number): FlatTable[] {
    const { start, length } = this.#vector(field, 4);
    if (length > most) throw brokenTflite('it has too many parts');
    return Array.from({ length }, (_, index) => this.#file.tableAt(start + 4 * index));
  }

  /** The bytes themselves, not a copy. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.#vector(field, 1);
    return this.#file.bytes.subarray(start, start + length);
  }

  integers(field: number): number[] {
    const { start, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, index) => this.#file.view.getInt32(start + 4 * index, true));
  }

  floats(field: number): Float32Array {
    const { start, length } = this.#vector(field, 4);
    return Float32Array.from({ length }, (_, index) => this.#file.view.getFloat32(start + 4 * index, true));
  }

  longs(field: number): bigint[] {
    const { start, length } = this.#vector(field, 8);
    return Array.from({ length }, (_, index) => this.#file.view.getBigInt64(start + 8 * index, true));
  }

  #vector(field: number, elementBytes: number): { start: number; length: number } {
    const place = this.#place(field);
    return place === undefined ? { start: 0, length: 0 } : this.#file.vectorAt(place, elementBytes);
  }

  #place(field: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#fieldsBytes) return undefined;
    const offset = this.#file.view.getUint16(this.#fields + entry, true);
    return offset === 0 ? undefined : this.#start + offset;
  }
}

/** Our error for a file that is no model of TensorFlow Lite, or a damaged one. */
export function brokenTflite(why: string, cause?: unknown): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', `The file is no usable model of TensorFlow Lite: ${why}.`, { cause });
}
