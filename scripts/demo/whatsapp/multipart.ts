import { GraphError } from './graph-error.ts';

export interface FormPart {
  /** MIME type as the part itself says; empty for plain fields. */
  type: string;
  bytes: Buffer;
}

/**
 * The fields of a multipart/form-data body (RFC 7578) by name.
 * @throws GraphError 100
 */
export function parseMultipart(body: Buffer, contentType: string): Map<string, FormPart> {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw new GraphError(100, 'The body is not multipart/form-data');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts = new Map<string, FormPart>();
  // The first delimiter has no line break before it, the last one is followed by "--".
  let start = body.indexOf(delimiter.subarray(2)) + delimiter.length - 2;
  for (let end = body.indexOf(delimiter, start); end !== -1; end = body.indexOf(delimiter, start)) {
    const head = body.indexOf('\r\n\r\n', start);
    if (head === -1 || head > end) throw new GraphError(100, 'A part of the body has no header');
    const headers = body.toString('latin1', start, head);
    const name = /name="([^"]*)"/i.exec(headers)?.[1] ?? '';
    const type = /content-type:\s*([^\r\n]+)/i.exec(headers)?.[1] ?? '';
    parts.set(name, { type, bytes: body.subarray(head + 4, end) });
    start = end + delimiter.length;
  }
  return parts;
}
