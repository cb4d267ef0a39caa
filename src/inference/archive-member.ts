import { gunzipSync } from 'node:zlib';
import { SentinelError } from '../contracts/errors.ts';

const block = 512;
const sizeField = { start: 124, end: 136 };
const typeField = 156;
/** A file, in the words of the format; others are folders, links and notes. */
const plainFile: ReadonlySet<string> = new Set(['0', '\0']);

/** Whether bytes are packed with gzip. */
export function isPacked(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The files in a `.tar.gz`. Nothing of it is written anywhere, so names and links in it do not matter.
 * @param mostBytes More than this unpacked is refused.
 * @throws SentinelError ES_MODEL_INVALID
 */
export function membersOf(archive: Uint8Array, mostBytes: number): Uint8Array[] {
  const unpacked = unpack(archive, mostBytes);
  const members: Uint8Array[] = [];
  for (let head = 0; head + block <= unpacked.length;) {
    const digits = unpacked.toString('latin1', head + sizeField.start, head + sizeField.end).replace(/[\0 ]+$/, '');
    // Two empty blocks are the end.
    if (digits === '') break;
    const size = /^ *[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
    const start = head + block;
    if (!(start + size <= unpacked.length)) throw damaged();
    if (plainFile.has(String.fromCharCode(unpacked[head + typeField] ?? 0)))
      members.push(unpacked.subarray(start, start + size));
    head = start + Math.ceil(size / block) * block;
  }
  return members;
}

function unpack(archive: Uint8Array, mostBytes: number): Buffer {
  try {
    return gunzipSync(archive, { maxOutputLength: mostBytes });
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', 'The archive is damaged, or much too large.', { cause });
}
