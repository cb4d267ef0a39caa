import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a zip, and what the zip is to say of it. */
export interface ZipPart {
  name: string;
  bytes: Buffer;
  deflate?: boolean;
  /** Instead of the true ones. */
  claims?: { bytes?: number; packedBytes?: number; crc?: number; flags?: number; mode?: number; at?: number };
}

export interface ZipClaims {
  /** How many files it says that it has. */
  count?: number;
}

/** Writes zip files, honest ones and others. */
export function zipOf(parts: readonly ZipPart[], claims: ZipClaims = {}): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, deflate = true, claims: lies = {} } of parts) {
    const body = deflate ? deflateRawSync(bytes) : bytes;
    const title = Buffer.from(name);
    const fields = {
      ...{ flags: 0x0800, method: deflate ? 8 : 0, crc: crc32(bytes), packedBytes: body.length, bytes: bytes.length },
      ...{ mode: 0o100644, at },
      ...lies,
    };
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    writeFields(local, 4, fields, title.length);
    const listed = Buffer.alloc(46);
    listed.writeUInt32LE(0x02014b50, 0);
    listed.writeUInt16LE(0x031e, 4);
    writeFields(listed, 6, fields, title.length);
    listed.writeUInt32LE((fields.mode << 16) >>> 0, 38);
    listed.writeUInt32LE(fields.at, 42);
    files.push(local, title, body);
    directory.push(listed, title);
    at += local.length + title.length + body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(claims.count ?? parts.length, 8);
  end.writeUInt16LE(claims.count ?? parts.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, list, end]);
}

function writeFields(
  into: Buffer,
  at: number,
  { flags, method, crc, packedBytes, bytes }: Record<'flags' | 'method' | 'crc' | 'packedBytes' | 'bytes', number>,
  nameBytes: number,
): void {
  into.writeUInt16LE(20, at);
  into.writeUInt16LE(flags, at + 2);
  into.writeUInt16LE(method, at + 4);
  into.writeUInt32LE(crc, at + 10);
  into.writeUInt32LE(packedBytes, at + 14);
  into.writeUInt32LE(bytes, at + 18);
  into.writeUInt16LE(nameBytes, at + 22);
}
