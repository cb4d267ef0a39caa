import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

/** A signal has a few hundred bytes; what is longer is none. */
const longestLine = 1_000_000;

/**
 * The lines of a recording, a batch for each piece that is read, empty ones included. A file that ends in `.gz` is unpacked;
 * of one that was cut off while it was written, as when the power failed, all that is whole is read.
 * @throws what the file system throws, or an error with code Z_DATA_ERROR for a file that is no gzip
 */
export async function* recordingLines(file: string): AsyncGenerator<string[]> {
  const raw = createReadStream(file);
  const packed = file.endsWith('.gz');
  const bytes: AsyncIterable<Buffer> = packed ? pipeline(raw, createGunzip(), () => undefined) : raw;
  try {
    yield* linesOf(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error;
  }
}

/** Splits text at its line ends; the last line needs none. */
async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + decoder.write(piece)).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(0, longestLine);
    if (lines.length > 0) yield lines;
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}
