import { existsSync, readFileSync } from 'node:fs';
import { SentinelError } from '../../../contracts/errors.ts';
import { isQuiet } from '../../../contracts/training.ts';
import { packageFile } from '../../../process/package-files.ts';
import { fromHalf, toHalf } from './float16.ts';

/** One of the everyday sounds that come with the package. */
export interface OtherSound {
  /** What it is, in words joined by _. */
  name: string;
  embedding: Float32Array;
}

/**
 * Embeddings of everyday sounds that come with the package, so that a head learns what its classes are not: without them the
 * twenty clips of a user turn into "everything is a doorbell". They belong to one sound model, by the hash of its file.
 *
 * The file: `ESOS`, a version, rows and numbers of a row (32 bits each), the SHA-256 of the model, then all rows in 16 bit
 * floats, then a JSON list of the names of all rows; little-endian. scripts/models/other-embeddings.ts writes it.
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
export function readOtherSounds(modelSha256: string, file = otherSoundsFile(modelSha256)): OtherSound[] | undefined {
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 4) !== magic || bytes.readUInt32LE(4) !== version) {
    throw damaged();
  }
  const [rows, numbers] = [bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  const isOfModel = bytes.toString('hex', 16, headerBytes) === modelSha256;
  const end = headerBytes + 2 * rows * numbers;
  if (!isOfModel || rows > mostRows || numbers > mostNumbers || bytes.length < end) throw damaged();
  const names = namesIn(bytes.subarray(end), rows);
  return names.map((name, row) => ({
    name,
    embedding: Float32Array.from({ length: numbers }, (_, at) =>
      fromHalf(bytes.readUInt16LE(headerBytes + 2 * (row * numbers + at))),
    ),
  }));
}

/**
 * Those that are not what the user wants to hear: who teaches it dogs must not have other dogs count as nothing.
 * @param labels Classes of the user
 */
export function othersThan(labels: readonly string[], sounds: readonly OtherSound[]): Float32Array[] {
  const wanted = labels.filter((label) => !isQuiet(label)).map((label) => new Set(label.split(/[_-]/)));
  return sounds
    .filter(({ name }) => !wanted.some((words) => name.split('_').every((word) => words.has(word))))
    .map(({ embedding }) => embedding);
}

/** The bytes of such a file. */
export function encodeOtherSounds(sounds: readonly OtherSound[], modelSha256: string): Buffer {
  const numbers = sounds[0]?.embedding.length ?? 0;
  const bytes = Buffer.alloc(headerBytes + 2 * sounds.length * numbers);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(version, 4);
  bytes.writeUInt32LE(sounds.length, 8);
  bytes.writeUInt32LE(numbers, 12);
  bytes.write(modelSha256, 16, 'hex');
  sounds.forEach(({ embedding }, row) => {
    embedding.forEach((value, at) => {
      bytes.writeUInt16LE(toHalf(value), headerBytes + 2 * (row * numbers + at));
    });
  });
  return Buffer.concat([bytes, Buffer.from(JSON.stringify(sounds.map(({ name }) => name)))]);
}

function namesIn(json: Buffer, rows: number): string[] {
  try {
    const names: unknown = JSON.parse(json.toString('utf8'));
    if (Array.isArray(names) && names.length === rows && names.every((name) => typeof name === 'string')) return names;
  } catch {
    // Said below.
  }
  throw damaged();
}

function damaged(): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', 'The built-in everyday sounds are damaged.', {
    hint: 'Install the package again.',
  });
}
