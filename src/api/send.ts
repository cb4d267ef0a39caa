import type { IncomingMessage, ServerResponse } from 'node:http';

export function sendJson(request: IncomingMessage, response: ServerResponse, status: number, value: unknown): void {
  response.statusCode = status;
  sendText(request, response, 'application/json; charset=utf-8', JSON.stringify(value));
}

export function sendText(request: IncomingMessage, response: ServerResponse, type: string, text: string): void {
  const body = Buffer.from(text);
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}
