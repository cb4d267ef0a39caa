import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** Whoever needs longer holds a connection open. */
const patienceMs = 10_000;
/** Longest body that is read where nothing else is said, in bytes. */
const usualLength = 16_384;

/**
 * The JSON body of a request.
 * @param longest Longest body that is read, in bytes; 16 KB where nothing is said.
 * @throws Problem 415 for anything that is not declared as JSON, 413 over the longest, 408 when it does not come within 10 s, 400 for what is no JSON.
 */
export async function jsonBody(request: IncomingMessage, longest = usualLength): Promise<unknown> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new Problem(415, 'Send the body as application/json.', { headers: { 'Accept-Post': 'application/json' } });
  }
  if (Number(request.headers['content-length'] ?? 0) > longest) throw tooLong(longest);
  const body = request.readableEnded ? (request as { body?: unknown }).body : await read(request, longest);
  // Where the editor lies on the same root, which is usual, Node-RED has read and parsed JSON before we are asked.
  if (!(body instanceof Uint8Array)) return body;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    throw new Problem(400, 'The body is not JSON.');
  }
}

/** Not by iteration: leaving that early destroys the connection before the refusal is on its way. */
function read(request: IncomingMessage, longest: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  if (request.destroyed) reject(endsEarly());
  const parts: Buffer[] = [];
  let length = 0;
  request.on('data', (part: Buffer) => {
    length += part.length;
    if (length <= longest) parts.push(part);
    else reject(tooLong(longest));
  });
  request.once('end', () => {
    resolve(Buffer.concat(parts));
  });
  request.once('close', () => {
    reject(endsEarly());
  });
  request.on('error', reject);
  const impatience = setTimeout(() => {
    reject(new Problem(408, 'The body comes too slowly.', { headers: { Connection: 'close' } }));
  }, patienceMs);
  return promise.finally(() => {
    clearTimeout(impatience);
  });
}

function endsEarly(): Problem {
  return new Problem(400, 'The body ends too early.');
}

/** The rest is not wanted, so the connection ends with the answer. */
function tooLong(longest: number): Problem {
  return new Problem(413, `The body is longer than ${longest} bytes.`, { headers: { Connection: 'close' } });
}
