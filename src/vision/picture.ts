import type { Picture } from '../contracts/ports.ts';
import { ownBytes, pictureSize } from './encoded-picture.ts';

/**
 * A bare JPEG or PNG as it comes from a file or a request: checked by its header, not yet decoded, in memory of its
 * own. Width and height
 * are the upright ones.
 * @throws SentinelError ES_IMAGE_INVALID: another format, a damaged header, or too many pixels.
 */
export async function readPicture(bytes: Buffer): Promise<Picture> {
  const own = ownBytes(bytes);
  return { bytes: own, encoding: 'jpeg', ...(await pictureSize(own)) };
}

/** Whether a picture is raw, and its bytes are as many as its size says. */
export function isWholeRaw({ bytes, encoding, width, height }: Picture): boolean {
  const sized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  return encoding === 'rgb24' && sized && bytes.length === width * height * 3;
}
