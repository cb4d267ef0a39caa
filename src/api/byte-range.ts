/** First and last byte of a part, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

const single = /^bytes=(\d*)-(\d*)$/;

/**
 * Reads a Range header (RFC 9110, section 14.2). What is no single byte range is ignored, as the RFC allows:
 * the answer is then the whole file.
 * @returns the part, `whole`, or `unsatisfiable` when no byte of the file is in it.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = single.exec(header ?? '');
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
