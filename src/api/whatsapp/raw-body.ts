import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem.ts';

/** What Meta says that it may post, in bytes. */
const longest = 3 * 1024 * 1024;
const patienceMs = 10_000;

/**
 * The bytes of a request as they came.
 * @param most bytes; default 3 MB
 * @throws Problem 413 over so many, 408 when they do not come within 10 s, 500 when somebody has read them before us.
 */
export async function rawBody(request: IncomingMessage, most = longest): Promise<Buffer> {
  if (request.readableEnded) {
    const cause = new Error(
      'Something in front of this route reads bodies, so the signature of a webhook cannot be checked.',
    );
    throw new Problem(500, 'The body was read before.', { cause });
  }
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLong(most);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parts: Buffer[] = [];
  let length = 0;
  const impatience = setTimeout(() => {
    reject(new Problem(408, 'The body comes too slowly.', { headers: { Connection: 'close' } }));
  }, patienceMs);
  request.on('data', (part: Buffer) => {
    length += part.length;
    if (length <= most) parts.push(part);
    else reject(tooLong(most));
  });
  request.once('end', () => {
    resolve(Buffer.concat(parts));
  });
  request.once('close', () => {
    reject(new Problem(400, 'The body ends too early.'));
  });
  request.on('error', reject);
  try {
    return await promise;
  } finally {
    clearTimeout(impatience);
    parts.length = 0;
  }
}

/** The rest is not wanted, so the connection ends with the answer. */
function tooLong(most: number): Problem {
  return new Problem(413, `The body is longer than ${most} bytes.`, { headers: { Connection: 'close' } });
}
