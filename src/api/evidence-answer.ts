import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { EvidenceItem } from '../contracts/messages.ts';
import { byteRange } from './byte-range.ts';
import { Problem } from './problem.ts';
import { hasAlready } from './send.ts';

/** A reader that takes nothing for this long is gone, or wants to hold our file open. */
const stalledAfterMs = 30_000;

/**
 * Answers with the bytes of a piece of evidence, whole or in part, so that players can seek.
 * @param stallMs how long the reader may take nothing before the connection is ended.
 * @throws Problem 404 when the file is gone, 416 for a part beyond its end.
 */
export async function answerEvidence(
  request: IncomingMessage,
  response: ServerResponse,
  { item, file }: { item: EvidenceItem; file: string },
  stallMs = stalledAfterMs,
): Promise<void> {
  response.setTimeout(stallMs, () => response.destroy());
  const handle = await openPlainFile(file);
  try {
    const { size } = await handle.stat();
    const tag = `"${item.sha256}"`;
    response.setHeader('ETag', tag);
    if (hasAlready(request, tag)) {
      response.writeHead(304).end();
      return;
    }
    const range = byteRange(rangeOf(request, tag), size);
    if (range === 'unsatisfiable') {
      throw new Problem(416, 'The file has no such part.', { headers: { 'Content-Range': `bytes */${size}` } });
    }
    const part = range === 'whole' ? { start: 0, end: size - 1 } : range;
    const length = part.end - part.start + 1;
    response.writeHead(range === 'whole' ? 200 : 206, {
      'Content-Type': item.mime,
      'Content-Length': length,
      'Accept-Ranges': 'bytes',
      ...(range === 'whole' ? {} : { 'Content-Range': `bytes ${part.start}-${part.end}/${size}` }),
    });
    if (request.method === 'HEAD' || length === 0) response.end();
    else await pipeline(handle.createReadStream({ ...part, autoClose: false }), response);
  } finally {
    await handle.close();
  }
}

/** The part that is asked for, unless it is one of another file (If-Range). */
function rangeOf({ headers }: IncomingMessage, tag: string): string | undefined {
  const condition = headers['if-range'];
  return condition === undefined || condition === tag ? headers.range : undefined;
}

/** Never follows a link that somebody put in the place of a file. */
async function openPlainFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (cause) {
    throw new Problem(404, 'The file of this evidence cannot be read any more.', { cause });
  }
}
