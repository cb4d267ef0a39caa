const signatures = [
  { type: 'image/jpeg', start: Buffer.from([0xff, 0xd8, 0xff]) },
  { type: 'image/png', start: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
] as const;

export type PictureType = (typeof signatures)[number]['type'];

/** What a picture is by its first bytes: JPEG or PNG; undefined for anything else. */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  return signatures.find(({ start }) => start.equals(bytes.subarray(0, start.length)))?.type;
}
