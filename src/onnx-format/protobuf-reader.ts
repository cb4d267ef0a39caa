import { SentinelError } from '../contracts/errors.ts';

/**
 * The part of the Protocol Buffers wire format that ONNX files use, read without copying.
 * Every length is checked against the bytes at hand before it is used, so that a hostile file can
 * neither loop nor make us allocate more than its own size.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

/** Wire types. Groups (3, 4) are obsolete, ONNX never had them. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One field of a message; `payload` is a view of the encoded value, for strings and messages without its length. */
export interface Field {
  readonly number: number;
  readonly wire: number;
  readonly payload: Uint8Array;
}

/** A 64 bit number takes at most 10 bytes of 7 bits. */
export const longestVarint = 10;
const lowestFieldBits = 3;
const utf8 = new TextDecoder();
/** Names take a few dozen bytes, what exporters note a few hundred kilobytes. */
const longestText = 16 * 1024 * 1024;

/**
 * The fields of a message, in file order.
 * @throws SentinelError ES_MODEL_INVALID as soon as the bytes are no message.
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < message.length) {
    const tagEnd = endOfVarint(message, at);
    const tag = lengthFrom(message.subarray(at, tagEnd));
    const number = Math.floor(tag / 2 ** lowestFieldBits);
    const wire = tag % 2 ** lowestFieldBits;
    if (number === 0) throw broken('a field has the number 0');
    const [start, end] = payloadRange(message, tagEnd, wire);
    yield { number, wire, payload: message.subarray(start, end) };
    at = end;
  }
}

/** Where the payload of a field lies whose tag ends at `at`. */
function payloadRange(message: Uint8Array, at: number, wire: number): [start: number, end: number] {
  switch (wire) {
    case wireType.varint:
      return [at, endOfVarint(message, at)];
    case wireType.fixed64:
      return inside(message, at, 8);
    case wireType.fixed32:
      return inside(message, at, 4);
    case wireType.bytes: {
      const lengthEnd = endOfVarint(message, at);
      return inside(message, lengthEnd, lengthFrom(message.subarray(at, lengthEnd)));
    }
    default:
      throw broken(`a field has the unknown wire type ${wire}`);
  }
}

function inside(message: Uint8Array, start: number, length: number): [start: number, end: number] {
  if (length > message.length - start) throw broken('a field is longer than the file');
  return [start, start + length];
}

/** Where a number that starts at `start` ends. */
function endOfVarint(message: Uint8Array, start: number): number {
  for (let at = start; at < start + longestVarint; at++) {
    const byte = message[at];
    if (byte === undefined) throw broken('it ends in the middle of a number');
    if (byte < 0x80) return at + 1;
  }
  throw broken('a number is longer than 64 bits');
}

/** A tag or a length. What exceeds 2^53 loses digits, but is refused as too long anyway. */
export function lengthFrom(varint: Uint8Array): number {
  let value = 0;
  let scale = 1;
  for (const byte of varint) {
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
  }
  return value;
}

/** The value of an int64, int32 or enum field. */
export function integerOf(field: Field): number {
  expectWire(field, wireType.varint);
  let value = 0n;
  let shift = 0n;
  for (const byte of field.payload) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
  }
  return Number(BigInt.asIntN(64, value));
}

/** The text of a string field; bytes that are no UTF-8 become replacement characters. */
export function textOf(field: Field): string {
  const bytes = messageOf(field);
  if (bytes.length > longestText) throw broken('a text is longer than any that makes sense');
  return utf8.decode(bytes);
}

/** The bytes of a field that must hold a message, string or byte string. */
export function messageOf(field: Field): Uint8Array {
  expectWire(field, wireType.bytes);
  return field.payload;
}

function expectWire(field: Field, wire: number): void {
  if (field.wire !== wire) throw broken(`field ${field.number} has another type than in ONNX`);
}

/** Our error for a file that is no ONNX model; `why` completes the sentence "The model file is damaged: ...". */
export function broken(why: string): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', `The model file is damaged or no ONNX file: ${why}.`, {
    hint: 'Copy or export the model again.',
  });
}
