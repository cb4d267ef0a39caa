import type { Picture } from '../contracts/ports.ts';
import { pictureSize } from './encoded-picture.ts';

/**
 * A bare JPEG or PNG as it comes from a file or a request: checked by its header, not yet decoded. Width and height
 * are the upright ones.
 * @throws SentinelError ES_IMAGE_INVALID: another format, a damaged header, or too many pixels.
 */
export async function readPicture(bytes: Buffer): Promise<Picture> {
  return { bytes, encoding: 'jpeg', ...(await pictureSize(bytes)) };
}
