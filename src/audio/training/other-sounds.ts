import { existsSync, readFileSync } from 'node:fs';
import { SentinelError } from '../../contracts/errors.ts';
import { packageFile } from '../../process/package-files.ts';
import { fromHalf, toHalf } from './float16.ts';

/**
 * Embeddings of everyday sounds that come with the package, so that a head learns what its classes are not: without them the
 * twenty clips of a user turn into "everything is a doorbell". They belong to one sound model, by the hash of its file.
 *
 * The file: `ESOS`, a version, rows and numbers of a row (32 bits each), the SHA-256 of the model, then all rows in 16 bit
 * floats; little-endian. scripts/models/other-embeddings.ts writes it.
 */
const magic = 'ESOS';
const version = 1;
const headerBytes = 16 + 32;
const mostRows = 4096;
const mostNumbers = 8192;

/** Absolute path of the sounds for the model with this hash. */
export function otherSoundsFile(modelSha256: string): string {
  return packageFile('models', 'other-sounds', `${modelSha256.slice(0, 16)}.bin`);
}

/**
 * @returns undefined when there are none for this model.
 * @throws SentinelError ES_MODEL_INVALID when the file is damaged or of another model
 */
export function readOtherSounds(modelSha256: string, file = otherSoundsFile(modelSha256)): Float32Array[] | undefined {
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 4) !== magic || bytes.readUInt32LE(4) !== version) {
    throw damaged();
  }
  const [rows, numbers] = [bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  const isOfModel = bytes.toString('hex', 16, headerBytes) === modelSha256;
  if (!isOfModel || rows > mostRows || numbers > mostNumbers || bytes.length !== headerBytes + 2 * rows * numbers) {
    throw damaged();
  }
  return Array.from({ length: rows }, (_, row) =>
    Float32Array.from({ length: numbers }, (__, at) =>
      fromHalf(bytes.readUInt16LE(headerBytes + 2 * (row * numbers + at))),
    ),
  );
}

/** The bytes of such a file. */
export function encodeOtherSounds(embeddings: readonly Float32Array[], modelSha256: string): Buffer {
  const numbers = embeddings[0]?.length ?? 0;
  const bytes = Buffer.alloc(headerBytes + 2 * embeddings.length * numbers);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(version, 4);
  bytes.writeUInt32LE(embeddings.length, 8);
  bytes.writeUInt32LE(numbers, 12);
  bytes.write(modelSha256, 16, 'hex');
  embeddings.forEach((embedding, row) => {
    embedding.forEach((value, at) => {
      bytes.writeUInt16LE(toHalf(value), headerBytes + 2 * (row * numbers + at));
    });
  });
  return bytes;
}

function damaged(): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', 'The built-in everyday sounds are damaged.', {
    hint: 'Install the package again.',
  });
}
