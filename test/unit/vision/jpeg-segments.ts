/** A part of a JPEG from one marker to the next. */
export interface JpegSegment {
  /** Second byte of the marker. */
  marker: number;
  /** Without the length; undefined for markers that stand alone. */
  data: Uint8Array | undefined;
  /** What is behind a start of scan: the compressed picture. */
  scan?: Uint8Array;
}

const startOfScan = 0xda;
const endOfPicture = 0xd9;

/** The segments of a sound JPEG, without the two markers around them. */
export function segmentsOf(jpeg: Uint8Array): JpegSegment[] {
  const bytes = Buffer.from(jpeg);
  const segments: JpegSegment[] = [];
  for (let at = 2; at < bytes.length && bytes[at + 1] !== endOfPicture;) {
    const marker = bytes[at + 1] ?? 0;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    const data = bytes.subarray(at + 4, end);
    at = marker === startOfScan ? endOfScan(bytes, end) : end;
    segments.push(marker === startOfScan ? { marker, data, scan: bytes.subarray(end, at) } : { marker, data });
  }
  return segments;
}

/** A JPEG of these segments, with their lengths. */
export function jpegOf(...segments: readonly JpegSegment[]): Buffer {
  const parts = segments.flatMap(({ marker, data, scan = new Uint8Array() }) => {
    if (data === undefined) return [Buffer.from([0xff, marker])];
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE((data.length + 2) % 65_536, 2);
    return [head, data, scan];
  });
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts, Buffer.from([0xff, endOfPicture])]);
}

/** In a scan, 0xff is followed by 0 or a restart marker. */
function endOfScan(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return bytes.length;
}

/**
 * A progressive JPEG with so many scans that add nothing, made of the first scan of a sound one: a few bytes each, and for
 * a decoder a way through the whole picture each.
 */
export function withEmptyScans(
  progressive: Uint8Array,
  { width, height }: { width: number; height: number },
  scans: number,
) {
  const sound = segmentsOf(progressive);
  const first = sound.findIndex(({ marker }) => marker === startOfScan);
  // One code of one bit: "the next 32,767 blocks have nothing", whose number of blocks is 14 bits.
  const table = { marker: 0xc4, data: Uint8Array.of(0x10, 1, ...new Uint8Array(15), 0xe0) };
  const runs = Math.ceil((Math.ceil(width / 8) * Math.ceil(height / 8)) / 32_767);
  const bits = `0${'1'.repeat(14)}`.repeat(runs).padEnd(Math.ceil((runs * 15) / 8) * 8, '1');
  const scan = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
  const empty = Array.from({ length: scans }, (_, index): JpegSegment => {
    const component = 1 + (index % 3);
    const coefficient = 1 + (Math.floor(index / 3) % 63);
    const low = 13 - Math.floor(index / 189);
    const data = Uint8Array.of(1, component, 0, coefficient, coefficient, low === 13 ? low : (low + 1) * 16 + low);
    return { marker: startOfScan, data, scan };
  });
  return jpegOf(...sound.slice(0, first + 1), table, ...empty);
}
