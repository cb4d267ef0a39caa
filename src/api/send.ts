import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer to a question carries a tag of what it says: who has it already (If-None-Match) gets 304. */
export function sendJson(request: IncomingMessage, response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.statusCode = status;
  if (status === 200 && isRead(request)) {
    const tag = `"${createHash('sha1').update(body).digest('base64url')}"`;
    response.setHeader('ETag', tag);
    if (hasAlready(request, tag)) {
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
