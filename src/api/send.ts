import type { IncomingMessage, ServerResponse } from 'node:http';
import { digestOf, digestOfText } from './edits.ts';

/**
 * An answer to a question carries a tag of what it says: who has it already (If-None-Match) gets 304.
 * @param edited of something that several people edit, what they edit of it: `assertUnchanged` knows it by the tag. Then what a change has
 * made of it carries its tag as well.
 */
export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: unknown,
  edited?: unknown,
): void {
  const body = JSON.stringify(value);
  response.statusCode = status;
  if (edited !== undefined || (status === 200 && isRead(request))) {
    const tag = `"${edited === undefined ? '' : `${digestOf(edited)}.`}${digestOfText(body)}"`;
    response.setHeader('ETag', tag);
    if (isRead(request) && hasAlready(request, tag)) {
      response.writeHead(304).end();
      return;
    }
  }
  sendText(request, response, 'application/json; charset=utf-8', body);
}

export function sendText(request: IncomingMessage, response: ServerResponse, type: string, text: string): void {
  const body = Buffer.from(text);
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Whether the client names a tag as one that it has (RFC 9110, section 13.1.2). */
export function hasAlready({ headers }: Pick<IncomingMessage, 'headers'>, tag: string): boolean {
  const asked = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return asked.includes(tag) || asked.includes('*');
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}
