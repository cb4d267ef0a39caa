import { headerValue } from './multipart-boundary.ts';

/** A body that is no multipart/form-data; the message is for the client. */
export class MalformedBody extends Error {}

/** Takes bytes of a part. Nobody writes into them any more; they may lie in a larger piece of memory. */
export type TakeBytes = (bytes: Buffer) => void;

/** Told of each part by its name; what it returns takes the bytes of the part. */
export type TakePart = (name: string) => TakeBytes;

const mostParts = 20;
const mostHeaderBytes = 8192;
/** White space that may follow a boundary on its line. */
const mostPadding = 64;
const lineEnd = Buffer.from('\r\n');
const headersEnd = Buffer.from('\r\n\r\n');

type State = 'preamble' | 'boundary' | 'headers' | 'body' | 'epilogue';

/**
 * Reads multipart/form-data as it comes, in pieces of any size, and keeps no more than a boundary or a part's headers.
 * Source: RFC 2046, section 5.1; RFC 7578.
 */
export class MultipartReader {
  readonly #delimiter: Buffer;
  readonly #onPart: TakePart;
  #state: State = 'preamble';
  /** Not yet understood. The line break lets the first boundary begin the body. */
  #rest: Buffer = lineEnd;
  #parts = 0;
  #take: TakeBytes = ignore;

  constructor(boundary: string, onPart: TakePart) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#onPart = onPart;
  }

  /** @throws MalformedBody; what `onPart` and what it returned throw */
  write(chunk: Buffer): void {
    let bytes: Buffer | undefined = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = nothing;
    while (bytes !== undefined && this.#state !== 'epilogue') bytes = this.#steps[this.#state](bytes);
  }

  /** @throws MalformedBody when the last boundary is missing. */
  end(): void {
    if (this.#state !== 'epilogue') throw new MalformedBody('The body ends before its last boundary.');
  }

  /** Each takes what it understands and gives back the rest, or keeps it and gives undefined until there is more. */
  readonly #steps: Record<Exclude<State, 'epilogue'>, (bytes: Buffer) => Buffer | undefined> = {
    preamble: (bytes) => this.#untilDelimiter(bytes, ignore),
    boundary: (bytes) => this.#afterDelimiter(bytes),
    headers: (bytes) => this.#headers(bytes),
    body: (bytes) => this.#untilDelimiter(bytes, this.#take),
  };

  #untilDelimiter(bytes: Buffer, take: TakeBytes): Buffer | undefined {
    const at = bytes.indexOf(this.#delimiter);
    if (at >= 0) {
      if (at > 0) take(bytes.subarray(0, at));
      this.#state = 'boundary';
      return bytes.subarray(at + this.#delimiter.length);
    }
    // A boundary may have begun in the last bytes.
    const from = Math.max(0, bytes.length - this.#delimiter.length + 1);
    const begun = bytes.indexOf(0x0d, from);
    const known = begun < 0 ? bytes.length : begun;
    if (known > 0) take(bytes.subarray(0, known));
    return this.#keep(bytes.subarray(known));
  }

  #afterDelimiter(bytes: Buffer): Buffer | undefined {
    if (bytes.length < 2) return this.#keep(bytes);
    if (bytes[0] === 0x2d && bytes[1] === 0x2d) {
      this.#state = 'epilogue';
      return nothing;
    }
    const end = bytes.indexOf(lineEnd);
    const line = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1');
    if (!/^[ \t]*\r?$/.test(line) || line.length > mostPadding) {
      throw new MalformedBody('A boundary is followed by something else than the end of its line.');
    }
    if (end < 0) return this.#keep(bytes);
    this.#parts += 1;
    if (this.#parts > mostParts) throw new MalformedBody(`The body has more than ${mostParts} parts.`);
    this.#state = 'headers';
    // Kept for a part without any header, whose headers end with this line.
    return bytes.subarray(end);
  }

  #headers(bytes: Buffer): Buffer | undefined {
    const end = bytes.indexOf(headersEnd);
    if (end > mostHeaderBytes || (end < 0 && bytes.length > mostHeaderBytes)) {
      throw new MalformedBody('The headers of a part are too long.');
    }
    if (end < 0) return this.#keep(bytes);
    this.#take = this.#onPart(nameOf(bytes.subarray(0, end).toString('utf8')));
    this.#state = 'body';
    // The line break before a boundary is part of it, even when the part is empty.
    return bytes.subarray(end + headersEnd.length);
  }

  #keep(bytes: Buffer): Buffer | undefined {
    // A copy: the piece that it lies in is not ours.
    this.#rest = Buffer.from(bytes);
    return undefined;
  }
}

const nothing = Buffer.alloc(0);

function ignore(): void {
  // Nobody wants these bytes.
}

/** The name of a part by its headers, each of which begins with a line break. */
function nameOf(headers: string): string {
  const lines = headers.split('\r\n').slice(1);
  const valueOf = (name: string): string | undefined => {
    const found = lines.filter((line) => line.slice(0, line.indexOf(':')).toLowerCase() === name);
    if (found.length > 1) throw new MalformedBody(`A part has the header ${name} twice.`);
    return found[0]?.slice(name.length + 1);
  };
  const encoding = valueOf('content-transfer-encoding')?.trim().toLowerCase() ?? 'binary';
  if (!['binary', '8bit', '7bit'].includes(encoding)) {
    throw new MalformedBody('A part is encoded: send the bytes as they are.');
  }
  const disposition = headerValue(valueOf('content-disposition')?.trim() ?? '');
  const name = disposition?.parameters.get('name');
  if (disposition?.value !== 'form-data' || name === undefined) {
    throw new MalformedBody('A part does not say its name (Content-Disposition: form-data; name="...").');
  }
  return name;
}
