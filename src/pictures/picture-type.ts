const signatures = [
  { type: 'image/jpeg', start: Buffer.from([0xff, 0xd8, 0xff]) },
  { type: 'image/png', start: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
] as const;

export type PictureType = (typeof signatures)[number]['type'];

/** What a picture is by its first bytes: JPEG or PNG; undefined for anything else. */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  return signatures.find(({ start }) => start.equals(bytes.subarray(0, start.length)))?.type;
}

/** What people send for pictures, by its first bytes as Latin-1. */
const strangers: readonly (readonly [what: string, start: RegExp])[] = [
  ['a GIF', /^GIF8/],
  ['a WebP', /^RIFF[^]{4}WEBP/],
  ['a BMP', /^BM/],
  ['a TIFF', /^(II[*+]\0|MM\0[*+])/],
  ['a PDF', /^%PDF/],
  ['a JPEG 2000', /^(\0\0\0\x0cjP|\xff\x4f\xff\x51)/],
  ['a JPEG XL', /^(\0\0\0\x0cJXL|\xff\x0a)/],
  ['an AVIF, HEIF or MP4', /^[^]{4}ftyp/],
  ['SVG, HTML or XML', /^(\xef\xbb\xbf)?\s*</],
  ['JSON', /^\s*[{[]/],
  ['Base64 text', /^(data:image|\/9j\/|iVBORw0KGgo)/],
];

/** What bytes are that are neither JPEG nor PNG, in words; undefined when nobody knows. */
export function strangerType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  return strangers.find(([, pattern]) => pattern.test(start))?.[0];
}
