import { createRequire } from 'node:module';
import type { Sharp, SharpConstructor } from 'sharp';
import { SentinelError } from '../contracts/errors.ts';
import type { Size } from '../geometry/letterbox.ts';
import type { Placement } from '../geometry/placement.ts';
import { pictureType, strangerType } from '../pictures/picture-type.ts';
import type { RgbPixels } from './model-canvas.ts';

/** 8K is 33 million, the 8K of cinemas 35. */
const mostPixels = 36_000_000;
/** A few bytes can claim a very long line, and decoders take memory by the line. */
const longestSide = 16_384;
/** Progressive JPEG and interlaced PNG are decoded whole, two bytes a sample: so much a small machine has. */
const mostWholeBytes = 200_000_000;
const mostFileBytes = 64 * 1024 * 1024;
/** Each scan of a progressive JPEG, be it empty, is a way through the whole picture; encoders make about ten. */
const mostScans = 200;
const startOfScan = Buffer.from([0xff, 0xda]);

/** The picture library, loaded on first use. @throws SentinelError ES_RUNTIME_MISSING */
export function loadSharp(): SharpConstructor {
  try {
    return createRequire(import.meta.url)('sharp') as SharpConstructor;
  } catch (cause) {
    throw new SentinelError('ES_RUNTIME_MISSING', 'The picture library "sharp" could not be loaded.', {
      hint: 'Run "npm install sharp" in the Node-RED user folder.',
      cause,
    });
  }
}

/**
 * A pipeline that decodes a JPEG or PNG upright (as its EXIF orientation says) to 8-bit sRGB. Other formats that sharp
 * knows, such as SVG, are refused, and so are damaged pictures. Threads of sharp read `bytes` meanwhile: nobody may be
 * able to take that memory away (`ownBytes`).
 */
export function openPicture(bytes: Uint8Array): Sharp {
  if (pictureType(bytes) === undefined) {
    const what = strangerType(bytes);
    const message = `This is ${what === undefined ? '' : `${what}, `}neither a JPEG nor a PNG picture.`;
    throw new SentinelError('ES_IMAGE_INVALID', message, { hint: 'Send the bytes of a JPEG or PNG file.' });
  }
  return loadSharp()(bytes, { limitInputPixels: mostPixels, autoOrient: true }).removeAlpha().toColourspace('srgb');
}

/**
 * A copy in memory of its own. Whoever made a buffer can shrink its memory or give it away, and then the process would end
 * where native code reads it.
 * @throws SentinelError ES_IMAGE_INVALID when it is too much for a picture.
 */
export function ownBytes(bytes: Uint8Array): Buffer {
  assertBounded(bytes);
  return Buffer.from(bytes);
}

/** @throws SentinelError ES_IMAGE_INVALID when it is more than the largest picture has, raw. */
export function assertBounded(bytes: Uint8Array): void {
  if (bytes.length <= 3 * mostPixels) return;
  throw new SentinelError('ES_IMAGE_INVALID', `${bytes.length} bytes are too many for a picture.`, {
    hint: `Pictures may have ${mostPixels / 1e6} megapixels.`,
  });
}

/** Upright size from the header alone, of a picture that is worth decoding. @throws SentinelError ES_IMAGE_INVALID */
export async function pictureSize(bytes: Uint8Array): Promise<Size> {
  const picture = openPicture(bytes);
  assertFrugal(bytes);
  const { autoOrient, isProgressive, channels } = await picture.metadata().catch(damaged);
  const { width, height } = autoOrient;
  const whole = isProgressive ? width * height * channels * 2 : 0;
  if (width * height <= mostPixels && Math.max(width, height) <= longestSide && whole <= mostWholeBytes) {
    return { width, height };
  }
  throw new SentinelError('ES_IMAGE_INVALID', `The picture claims ${width} x ${height} pixels.`, {
    hint: `Pictures may have ${mostPixels / 1e6} megapixels (progressive ones less), and ${longestSide} pixels a side.`,
  });
}

/** A file can be small, and take a minute to decode. */
function assertFrugal(bytes: Uint8Array): void {
  if (bytes.length > mostFileBytes) {
    throw new SentinelError('ES_IMAGE_INVALID', `The picture has ${Math.round(bytes.length / 1e6)} MB.`, {
      hint: `Pictures may have ${mostFileBytes / 2 ** 20} MB.`,
    });
  }
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let scans = 0;
  for (let at = data.indexOf(startOfScan); at !== -1; at = data.indexOf(startOfScan, at + 2)) scans += 1;
  if (pictureType(bytes) !== 'image/jpeg' || scans <= mostScans) return;
  throw new SentinelError('ES_IMAGE_INVALID', `The picture comes in more than ${mostScans} scans.`, {
    hint: 'Save it as a common JPEG.',
  });
}

/**
 * The upright size, and the pixels as they lie on a model's canvas. Decoding and scaling in one go skips most of the
 * work for a JPEG.
 * @throws SentinelError ES_IMAGE_INVALID
 */
export async function decodeForCanvas(
  bytes: Uint8Array,
  place: (picture: Size) => Placement,
): Promise<Size & { pixels: RgbPixels; placement: Placement }> {
  const size = await pictureSize(bytes);
  const placement = place(size);
  const { width, height } = placement.picture;
  const pipeline = openPicture(bytes).resize(width, height, { fit: 'fill', kernel: 'linear' });
  return { ...size, placement, pixels: { rgb: await pipeline.raw().toBuffer().catch(damaged), width, height } };
}

/** All of a JPEG or PNG, upright, scaled down where a side would be longer. @throws SentinelError ES_IMAGE_INVALID */
export async function decodeWithin(bytes: Uint8Array, longest: number): Promise<RgbPixels> {
  await pictureSize(bytes);
  const pipeline = openPicture(bytes).resize(longest, longest, { fit: 'inside', withoutEnlargement: true });
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true }).catch(damaged);
  return { rgb: data, width: info.width, height: info.height };
}

export function damaged(cause: unknown): never {
  // The decoder says the same several times, a line each.
  const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1);
  throw new SentinelError('ES_IMAGE_INVALID', `The picture cannot be decoded: ${why}.`, { cause });
}
