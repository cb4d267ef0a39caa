/** The start line and headers of one RTSP request or response (RFC 2326). */
export interface RtspHead {
  startLine: string;
  /** By lower-case name. Several lines of one header (two WWW-Authenticate challenges) stay apart. */
  headers: ReadonlyMap<string, readonly string[]>;
  /** Where the body starts, in bytes from the start of the message. */
  bodyStart: number;
  /** Bytes of the whole message: where the next one starts. */
  length: number;
}

/** A whole message. */
export interface RtspMessage extends RtspHead {
  body: string;
}

const headEnd = '\r\n\r\n';
const longestHead = 16 * 1024;
const longestLine = 4 * 1024;
const longestBody = 64 * 1024;
/** No message that is read has more bytes than this. */
export const longestMessage = longestHead + longestBody;

/**
 * Reads the head of a message from the front of what has arrived.
 * @returns undefined while it is incomplete.
 * @throws RangeError when it, one of its lines, or the body that it announces is longer than cameras send
 */
export function readRtspHead(bytes: Buffer): RtspHead | undefined {
  const end = bytes.indexOf(headEnd);
  const bodyStart = end + headEnd.length;
  if ((end < 0 ? bytes.length : bodyStart) > longestHead) {
    throw new RangeError('The head of the RTSP message is too long.');
  }
  if (end < 0) return undefined;
  const lines = bytes.toString('latin1', 0, end).split('\r\n');
  if (lines.some((line) => line.length > longestLine)) {
    throw new RangeError('A header of the RTSP message is too long.');
  }
  const [startLine = '', ...rest] = lines;
  const headers = headersOf(rest);
  const bodyLength = Number(headers.get('content-length')?.[0] ?? 0);
  if (!Number.isInteger(bodyLength) || bodyLength < 0 || bodyLength > longestBody) {
    throw new RangeError('The body of the RTSP message is too long.');
  }
  return { startLine, headers, bodyStart, length: bodyStart + bodyLength };
}

/**
 * The message of a head that was read before from the same bytes, so that a body in many pieces costs no more.
 * @returns undefined while the body is incomplete.
 */
export function withBody(head: RtspHead, bytes: Buffer): RtspMessage | undefined {
  if (bytes.length < head.length) return undefined;
  return { ...head, body: bytes.toString('utf8', head.bodyStart, head.length) };
}

function headersOf(lines: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return headers;
}

/** A message as it goes over the wire; Content-Length is added where there is a body. */
export function writeRtspMessage(startLine: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return [startLine, ...lines].join('\r\n') + headEnd + body;
}
