/** One RTSP request or response (RFC 2326): start line, headers with lower-case names, body. */
export interface RtspMessage {
  startLine: string;
  /** Several lines of one header (two WWW-Authenticate challenges) stay apart. */
  headers: ReadonlyMap<string, readonly string[]>;
  body: string;
}

const headEnd = '\r\n\r\n';
const longestHead = 64 * 1024;
const longestBody = 1024 * 1024;

/**
 * Takes one message off the front of what has arrived.
 * @returns the message and how many bytes it took; undefined while it is incomplete.
 * @throws RangeError when it is longer than any RTSP message
 */
export function readRtspMessage(bytes: Buffer): { message: RtspMessage; length: number } | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) {
    if (bytes.length > longestHead) throw new RangeError('The head of an RTSP message is too long.');
    return undefined;
  }
  const [startLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const start = end + headEnd.length;
  const bodyLength = Number(headers.get('content-length')?.[0] ?? 0);
  if (!(bodyLength >= 0 && bodyLength <= longestBody)) throw new RangeError('The body of an RTSP message is too long.');
  if (bytes.length < start + bodyLength) return undefined;
  const body = bytes.toString('utf8', start, start + bodyLength);
  return { message: { startLine, headers, body }, length: start + bodyLength };
}

/** A message as it goes over the wire; Content-Length is added where there is a body. */
export function writeRtspMessage(startLine: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return [startLine, ...lines].join('\r\n') + headEnd + body;
}
