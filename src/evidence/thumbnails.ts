import type { Log, ThumbnailMaker } from '../contracts/ports.ts';
import type { MediaFile } from './media-file.ts';

/** Makes the thumbnails that go with snapshots. One that fails never costs anything else; it is logged once until one succeeds. */
export class Thumbnails {
  readonly #maker: ThumbnailMaker;
  readonly #log: Log;
  #failing = false;

  constructor(maker: ThumbnailMaker, log: Log) {
    this.#maker = maker;
    this.#log = log;
  }

  /** Makes and keeps the thumbnail of a file; undefined when it has none, such as a picture that there is with
   * boxes too. Never rejects. */
  async of<T>(file: MediaFile, keep: (thumbnail: MediaFile) => Promise<T>): Promise<T | undefined> {
    if (file.type !== 'snapshot' || file.rendition === 'clean') return undefined;
    try {
      const bytes = await this.#maker.thumbnail(file.bytes);
      const kept = await keep({ type: 'thumbnail', mime: 'image/jpeg', extension: 'jpg', bytes });
      this.#failing = false;
      return kept;
    } catch (error) {
      if (!this.#failing) this.#log.warn(`Snapshots are kept without a thumbnail: ${String(error)}`);
      this.#failing = true;
      return undefined;
    }
  }
}
