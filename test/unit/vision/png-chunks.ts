import { crc32, deflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export interface PngChunk {
  /** Four letters. */
  type: string;
  data: Uint8Array;
}

/** The chunks of a sound PNG, in order. */
export function chunksOf(png: Uint8Array): PngChunk[] {
  const bytes = Buffer.from(png);
  const chunks: PngChunk[] = [];
  for (let at = signature.length; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** A PNG of these chunks, with their lengths and checksums. */
export function pngOf(...chunks: readonly PngChunk[]): Buffer {
  return Buffer.concat([signature, ...chunks.map(framed)]);
}

/** The header chunk. */
export function pngHeader(
  width: number,
  height: number,
  { depth = 8, colour = 2, interlace = 0 }: { depth?: number; colour?: number; interlace?: number } = {},
): PngChunk {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colour, 0, 0, interlace]);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  return { type: 'IHDR', data };
}

export const pngEnd: PngChunk = { type: 'IEND', data: new Uint8Array() };

/** A PNG whose header lies: what it holds is a few bytes of nothing. */
export function lyingPng(width: number, height: number): Buffer {
  return pngOf(pngHeader(width, height), { type: 'IDAT', data: deflateSync(Buffer.alloc(100)) }, pngEnd);
}

function framed({ type, data }: PngChunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}
