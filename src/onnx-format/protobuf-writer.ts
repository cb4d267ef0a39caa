import { wireType } from './protobuf-reader.ts';

/**
 * Writes one Protocol Buffers message; nested messages are writers of their own.
 * The same calls in the same order always give the same bytes.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];

  /** int64, int32, uint64, enum. Negative numbers take ten bytes, as the format demands. */
  integer(field: number, value: number): this {
    this.#tag(field, wireType.varint);
    return this.#varint(value);
  }

  float(field: number, value: number): this {
    this.#tag(field, wireType.fixed32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#chunks.push(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, wireType.bytes);
    this.#varint(value.length);
    this.#chunks.push(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  /** The message so far. */
  finish(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }

  #tag(field: number, wire: number): void {
    this.#varint(field * 8 + wire);
  }

  #varint(value: number): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#chunks.push(Uint8Array.from(bytes));
    return this;
  }
}
