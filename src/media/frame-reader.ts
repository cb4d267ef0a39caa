import { SentinelError } from '../contracts/errors.ts';
import { pictureMemory } from '../pictures/picture-memory.ts';

/** One picture: rows of R, G, B bytes without padding, in a buffer of its own. */
export interface RawFrame {
  width: number;
  height: number;
  bytes: Buffer;
}

/** `P6\n1920 1080\n255\n` is 17 bytes long; nothing longer than this is a header. */
const longestHeader = 32;
const header = /^P6\n(\d{1,5}) (\d{1,5})\n255\n/;
const newline = 0x0a;
/** Frames are memory of this process, three bytes a pixel, and their size is what a stranger sends. */
export const mostPixels = 4_000_000;

/**
 * Cuts ffmpeg's picture output (binary PPM, one after the other) into frames. Each frame says its own size, so
 * nothing has to be known before the first one, and a source that changes its shape is followed.
 */
export class FrameReader {
  readonly #onFrame: (frame: RawFrame) => void;
  #header = '';
  #frame: RawFrame | undefined;
  #filled = 0;

  constructor(onFrame: (frame: RawFrame) => void) {
    this.#onFrame = onFrame;
  }

  /**
   * @throws SentinelError ES_STREAM_UNUSABLE when the bytes are not a picture, or one of more than 4 megapixels: the
   *   output cannot be read any further.
   */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset =
        this.#frame === undefined ? this.#readHeader(chunk, offset) : this.#readPixels(this.#frame, chunk, offset);
    }
  }

  #readHeader(chunk: Buffer, start: number): number {
    let offset = start;
    while (offset < chunk.length && this.#frame === undefined) {
      const byte = chunk[offset] ?? 0;
      offset += 1;
      this.#header += String.fromCharCode(byte);
      if (byte === newline) this.#begin();
      if (this.#header.length > longestHeader) throw unreadable();
    }
    return offset;
  }

  #begin(): void {
    const match = header.exec(this.#header);
    if (match === null) return;
    const [width, height] = [Number(match[1]), Number(match[2])];
    if (width * height > mostPixels) throw tooLarge(width, height);
    this.#frame = { width, height, bytes: pictureMemory(width * height * 3) };
    this.#header = '';
    this.#filled = 0;
  }

  #readPixels(frame: RawFrame, chunk: Buffer, start: number): number {
    const end = Math.min(chunk.length, start + frame.bytes.length - this.#filled);
    this.#filled += chunk.copy(frame.bytes, this.#filled, start, end);
    if (this.#filled === frame.bytes.length) {
      this.#frame = undefined;
      this.#onFrame(frame);
    }
    return end;
  }
}

function unreadable(): SentinelError {
  return new SentinelError('ES_STREAM_UNUSABLE', 'The decoder sent something that is no picture.');
}

function tooLarge(width: number, height: number): SentinelError {
  return new SentinelError('ES_STREAM_UNUSABLE', `The stream gives pictures of ${width} x ${height} pixels.`, {
    hint: 'Analysis takes up to 4 megapixels: choose a smaller width in the camera node.',
  });
}
