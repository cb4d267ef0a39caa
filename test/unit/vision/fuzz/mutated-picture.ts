import { deflateSync, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { chunksOf, pngOf, type PngChunk } from '../png-chunks.ts';
import { jpegOf, segmentsOf, type JpegSegment } from '../jpeg-segments.ts';
import { damage, Dice } from './dice.ts';

const width = 56;
const height = 40;

async function drawnPictures(): Promise<{ jpegs: Buffer[]; pngs: Buffer[] }> {
  const dice = new Dice(1, 1);
  const noise = Buffer.from(
    Uint8Array.from({ length: width * height * 4 }, (_, at) => (at * 3 + dice.below(60)) % 256),
  );
  const drawn = () => sharp(noise, { raw: { width, height, channels: 4 } });
  const opaque = () => drawn().removeAlpha();
  return {
    jpegs: await Promise.all([
      opaque().jpeg().toBuffer(),
      opaque().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
      opaque().greyscale().jpeg({ quality: 40 }).toBuffer(),
      opaque().toColourspace('cmyk').jpeg().toBuffer(),
      opaque().withIccProfile('p3').jpeg().toBuffer(),
      opaque().withMetadata({ orientation: 6 }).jpeg({ optimiseCoding: true }).toBuffer(),
      opaque()
        .withExif({ IFD0: { Copyright: 'nobody' }, IFD3: { GPSLatitude: '1/2 3/4 5/6' } })
        .jpeg()
        .toBuffer(),
    ]),
    pngs: await Promise.all([
      opaque().png().toBuffer(),
      drawn().png({ progressive: true }).toBuffer(),
      drawn().toColourspace('rgb16').png().toBuffer(),
      drawn().toColourspace('rgb16').png({ progressive: true }).toBuffer(),
      drawn().greyscale().png({ adaptiveFiltering: true }).toBuffer(),
      opaque().toColourspace('grey16').png().toBuffer(),
      opaque().png({ palette: true, colours: 4 }).toBuffer(),
      opaque().withIccProfile('p3').withMetadata({ orientation: 3 }).png().toBuffer(),
    ]),
  };
}
const { jpegs, pngs } = await drawnPictures();

/** The changed picture of a number, and what was done to it. */
export function mutatedPicture(seed: number, index: number): { bytes: Uint8Array; told: string } {
  const dice = new Dice(seed, index);
  const isPng = dice.chance(0.5);
  const which = dice.below(isPng ? pngs.length : jpegs.length);
  const told = [`${isPng ? 'PNG' : 'JPEG'} ${which}`];
  const original = (isPng ? pngs : jpegs)[which] ?? Buffer.alloc(0);
  let bytes = original;
  if (!dice.chance(0.2)) {
    const changed = isPng ? changedPng(original, dice) : changedJpeg(original, dice);
    bytes = changed.bytes;
    told.push(...changed.told);
  }
  if (dice.chance(0.25) && bytes.length > 0) {
    const damaged = damage(bytes, dice);
    bytes = damaged.bytes;
    told.push(damaged.told);
  }
  return { bytes, told: told.join('; ') };
}

const sizes = [0, 1, 2, 7, 8, 255, 256, 5000, 6000, 16_384, 16_385, 65_535];
const longSizes = [...sizes, 65_536, 1_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const furtherChunks = [
  'iCCP',
  'zTXt',
  'iTXt',
  'tEXt',
  'eXIf',
  'acTL',
  'fcTL',
  'fdAT',
  'gAMA',
  'cHRM',
  'sBIT',
  'tRNS',
  'PLTE',
  'sRGB',
  'bKGD',
  'pHYs',
  'tIME',
  'IDAT',
  'IHDR',
  'cICP',
];

type Changer<T> = (one: T, all: T[], at: number, dice: Dice) => string;

const pngChanges: readonly Changer<PngChunk>[] = [
  ...movers<PngChunk>(),
  (_chunk, all, _at, dice) => {
    const header = all.find(({ type }) => type === 'IHDR');
    if (header === undefined || header.data.length < 13) return 'no header';
    const data = Buffer.from(header.data);
    const field = dice.below(6);
    if (field < 2) data.writeUInt32BE(dice.pick(longSizes) ?? 0, field * 4);
    else data[field + 6] = dice.chance(0.7) ? (dice.pick([0, 1, 2, 3, 4, 6, 8, 16]) ?? 0) : dice.below(256);
    header.data = data;
    return `header ${field} changed`;
  },
  (_chunk, all, _at, dice) => {
    const pixels = all.find(({ type }) => type === 'IDAT');
    if (pixels === undefined) return 'no pixels';
    try {
      const raw = inflateSync(pixels.data);
      const damaged = damage(raw, dice);
      pixels.data = deflateSync(damaged.bytes);
      return `pixels ${damaged.told}`;
    } catch {
      return 'pixels that are broken already';
    }
  },
  (_chunk, all, at, dice) => {
    const type = dice.pick(furtherChunks) ?? '';
    const plain = dice.chance(0.5) ? dice.bytes(dice.below(200)) : Buffer.alloc(dice.below(200_000), dice.below(256));
    const data = dice.chance(0.5) ? plain : Buffer.concat([Buffer.from('name\0\0'), deflateSync(plain)]);
    all.splice(at, 0, { type, data });
    return `a ${type} more`;
  },
  (chunk, _all, _at, dice) => {
    chunk.type = dice.chance(0.5) ? (dice.pick(furtherChunks) ?? '') : dice.bytes(4).toString('latin1');
    return `is a ${chunk.type}`;
  },
];

const exif = (value: number, dice: Dice): Buffer => {
  const entry = Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0]);
  const directory = Buffer.concat([Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01', 'latin1'), entry, Buffer.alloc(4)]);
  return dice.chance(0.5) ? directory : damage(directory, dice).bytes;
};

const jpegChanges: readonly Changer<JpegSegment>[] = [
  ...movers<JpegSegment>(),
  (_segment, all, _at, dice) => {
    const frame = all.find(({ marker }) => marker >= 0xc0 && marker <= 0xc2);
    if (frame?.data === undefined || frame.data.length < 6) return 'no frame';
    const data = Buffer.from(frame.data);
    const field = dice.below(4);
    if (field === 0) data[0] = dice.pick([1, 8, 12, 16]) ?? 8;
    else if (field < 3) data.writeUInt16BE(dice.pick(sizes) ?? 0, field * 2 - 1);
    else data[5 + dice.below(data.length - 5)] = dice.below(256);
    frame.data = data;
    return `frame ${field} changed`;
  },
  (_segment, all, _at, dice) => {
    const frame = all.find(({ marker }) => marker >= 0xc0 && marker <= 0xc2);
    if (frame === undefined) return 'no frame';
    frame.marker = 0xc0 + dice.below(16);
    return `frame of kind ${frame.marker}`;
  },
  (_segment, all, _at, dice) => {
    const scanned = all.filter(({ scan }) => scan !== undefined);
    const one = dice.pick(scanned);
    if (one?.scan === undefined || one.scan.length === 0) return 'no scan';
    const damaged = damage(one.scan, dice);
    one.scan = damaged.bytes;
    return `scan ${damaged.told}`;
  },
  (_segment, all, at, dice) => {
    all.splice(at, 0, { marker: 0xe1, data: exif(dice.below(12), dice) });
    return 'an EXIF more';
  },
  (_segment, all, at, dice) => {
    const marker = dice.pick([0xdd, 0xc4, 0xdb, 0xee, 0xe0, 0xe2, 0xda, 0xcc, 0xfe, 0xd9, 0xd0]) ?? 0xfe;
    const data = Buffer.concat([
      Buffer.from(dice.pick(['', 'Adobe\0', 'ICC_PROFILE\0\x01\x01', 'JFIF\0']) ?? '', 'latin1'),
      dice.bytes(dice.below(300)),
    ]);
    const times = dice.chance(0.1) ? 300 : 1;
    all.splice(at, 0, ...Array.from({ length: times }, (): JpegSegment => ({ marker, data })));
    return `${times} of kind ${marker} more`;
  },
];

/** What can be done to the parts of any format. */
function movers<T extends { data: Uint8Array | undefined }>(): Changer<T>[] {
  const inside: Changer<T> = (one, _all, _at, dice) => {
    if (one.data === undefined || one.data.length === 0) return 'empty';
    const damaged = damage(one.data, dice);
    one.data = damaged.bytes;
    return damaged.told;
  };
  return [
    inside,
    inside,
    (_, all, at) => {
      all.splice(at, 1);
      return 'left out';
    },
    (one, all, at, dice) => {
      const times = dice.chance(0.1) ? dice.below(400) : 1;
      all.splice(at, 0, ...Array.from({ length: times }, () => ({ ...one })));
      return `${times} times more`;
    },
    (one, all, at, dice) => {
      all.splice(at, 1);
      all.splice(dice.below(all.length + 1), 0, one);
      return 'moved';
    },
  ];
}

function changedPng(original: Buffer, dice: Dice): { bytes: Buffer; told: string[] } {
  const chunks = chunksOf(original);
  const told = changeParts(chunks, pngChanges, dice, ({ type }) => type);
  return { bytes: pngOf(...chunks), told };
}

function changedJpeg(original: Buffer, dice: Dice): { bytes: Buffer; told: string[] } {
  const segments = segmentsOf(original);
  const told = changeParts(segments, jpegChanges, dice, ({ marker }) => marker.toString(16));
  return { bytes: jpegOf(...segments), told };
}

function changeParts<T extends object>(
  parts: T[],
  changes: readonly Changer<T>[],
  dice: Dice,
  name: (part: T) => string,
) {
  return Array.from({ length: 1 + dice.below(3) }, () => {
    const at = dice.below(parts.length);
    const part = parts[at];
    if (part === undefined) return 'nothing left';
    return `${name(part)} ${dice.pick(changes)?.(part, parts, at, dice) ?? ''}`;
  });
}
