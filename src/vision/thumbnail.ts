import type { ThumbnailMaker } from '../contracts/ports.ts';
import { damaged, openPicture, pictureSize } from './encoded-picture.ts';

/** Two columns of a phone, sharp on its screen; a picture that is very tall does not become a ribbon. */
const bounds = { width: 320, height: 640 };
const jpegQuality = 72;

/** Scales a picture down for lists, upright and in proportion; sharp works in threads of its own. */
export const thumbnailMaker: ThumbnailMaker = {
  async thumbnail(picture: Uint8Array): Promise<Buffer> {
    await pictureSize(picture);
    return await openPicture(picture)
      .resize({ ...bounds, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: jpegQuality })
      .toBuffer()
      .catch(damaged);
  },
};
