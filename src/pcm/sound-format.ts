/** Formats of sound files that we take. */
export const soundFormats = ['wav', 'mp3', 'flac', 'ogg', 'm4a'] as const;
export type SoundFormat = (typeof soundFormats)[number];

/**
 * What the first bytes of a file say it is, whatever its name says; undefined for what is no sound file of a format that we
 * take.
 * @param head At least its first 16 bytes.
 */
export function soundFormatOf(head: Uint8Array): SoundFormat | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const text = (from: number, to: number): string => bytes.toString('latin1', from, to);
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WAVE') return 'wav';
  if (text(0, 4) === 'fLaC') return 'flac';
  if (text(0, 4) === 'OggS') return 'ogg';
  if (text(4, 8) === 'ftyp') return 'm4a';
  return text(0, 3) === 'ID3' || isMpegFrame(head) ? 'mp3' : undefined;
}

/** The header of a frame of layer III: 11 bits of ones, and no field with a value that does not exist. Source: ISO/IEC 11172-3 */
function isMpegFrame([first = 0, second = 0, third = 0]: Uint8Array): boolean {
  const version = (second >> 3) & 3;
  const layer = (second >> 1) & 3;
  const [bitRate, sampleRate] = [third >> 4, (third >> 2) & 3];
  const isSynchronous = first === 0xff && (second & 0xe0) === 0xe0;
  return isSynchronous && version !== 1 && layer === 1 && bitRate !== 0 && bitRate !== 15 && sampleRate !== 3;
}
