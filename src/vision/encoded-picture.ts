import { createRequire } from 'node:module';
import type { Sharp, SharpConstructor } from 'sharp';
import { SentinelError } from '../contracts/errors.ts';
import type { Size } from '../geometry/letterbox.ts';
import type { Placement } from '../geometry/placement.ts';
import { pictureType } from '../pictures/picture-type.ts';
import type { RgbPixels } from './model-canvas.ts';

/** Above what cameras send; what it takes to decode so much (an interlaced PNG whole) a small machine has. */
const mostPixels = 25_000_000;
/** A few bytes can claim a very long line, and decoders take memory by the line. */
const longestSide = 16_384;

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
 * knows, such as SVG, are refused, and so are damaged pictures.
 */
export function openPicture(bytes: Uint8Array): Sharp {
  if (pictureType(bytes) === undefined) {
    throw new SentinelError('ES_IMAGE_INVALID', 'This is neither a JPEG nor a PNG picture.');
  }
  return loadSharp()(bytes, { limitInputPixels: mostPixels, autoOrient: true }).removeAlpha().toColourspace('srgb');
}

/** Upright size from the header alone. @throws SentinelError ES_IMAGE_INVALID */
export async function pictureSize(bytes: Uint8Array): Promise<Size> {
  const { width, height } = (await openPicture(bytes).metadata().catch(damaged)).autoOrient;
  if (width * height <= mostPixels && Math.max(width, height) <= longestSide) return { width, height };
  throw new SentinelError('ES_IMAGE_INVALID', `The picture claims ${width} x ${height} pixels.`, {
    hint: `Pictures may have ${mostPixels / 1e6} megapixels, and ${longestSide} pixels a side.`,
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

export function damaged(cause: unknown): never {
  // The decoder says the same several times, a line each.
  const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1);
  throw new SentinelError('ES_IMAGE_INVALID', `The picture cannot be decoded: ${why}.`, { cause });
}
