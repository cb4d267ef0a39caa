/** What an MP4 file says of itself. */
export interface Mp4Tracks {
  /** Sample entries, such as avc1 (H.264), hvc1 (HEVC) or mp4a (AAC), in the order of the tracks. */
  codecs: string[];
  seconds: number;
}

interface Box {
  type: string;
  body: Buffer;
}

/** Of a file of ours; a hostile one has no more boxes looked at than this. */
const mostBoxes = 1000;
/** From the movie down to where a track names its codec. ISO/IEC 14496-12, 8.1 to 8.5. */
const pathOfCodec = ['trak', 'mdia', 'minf', 'stbl', 'stsd'];

/** Reads the header of an MP4 file; undefined where it has none that can be read. */
export function mp4Tracks(file: Buffer): Mp4Tracks | undefined {
  const movie = boxes(file).find(({ type }) => type === 'moov');
  const header = movie && boxes(movie.body).find(({ type }) => type === 'mvhd');
  const seconds = header && durationOf(header.body);
  if (movie === undefined || seconds === undefined) return undefined;
  const descriptions = pathOfCodec.reduce<Buffer[]>(
    (bodies, wanted) =>
      bodies.flatMap((body) => boxes(body).flatMap(({ type, body: inner }) => (type === wanted ? [inner] : []))),
    [movie.body],
  );
  return { codecs: descriptions.flatMap(codecsOf), seconds };
}

function boxes(bytes: Buffer): Box[] {
  const found: Box[] = [];
  let at = 0;
  while (at + 8 <= bytes.length && found.length < mostBoxes) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    const [size, head] = sizeAt(bytes, at);
    if (size < head || at + size > bytes.length) break;
    found.push({ type, body: bytes.subarray(at + head, at + size) });
    at += size;
  }
  return found;
}

/** Size of a box and of its head: 1 says that 64 bits follow, 0 that it goes on to the end. */
function sizeAt(bytes: Buffer, at: number): [size: number, head: number] {
  const size = bytes.readUInt32BE(at);
  if (size === 0) return [bytes.length - at, 8];
  if (size !== 1) return [size, 8];
  return at + 16 > bytes.length ? [0, 16] : [Number(bytes.readBigUInt64BE(at + 8)), 16];
}

/** Of an mvhd: times of 32 bits in version 0, of 64 in version 1. */
function durationOf(header: Buffer): number | undefined {
  const isLong = header[0] === 1;
  if (header.length < (isLong ? 32 : 20)) return undefined;
  const scale = header.readUInt32BE(isLong ? 20 : 12);
  const duration = isLong ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  return scale === 0 ? undefined : duration / scale;
}

/** Of an stsd: version, flags and count, then an entry per codec. */
function codecsOf(description: Buffer): string[] {
  return boxes(description.subarray(8)).map(({ type }) => type);
}
