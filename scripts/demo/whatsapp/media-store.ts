import { createHash, randomInt } from 'node:crypto';
import { GraphError } from './graph-error.ts';
import type { FormPart } from './multipart.ts';

export interface StoredMedia {
  mime: string;
  bytes: Buffer;
  sha256: string;
}

/** Kind of file by its first bytes, and the most bytes that the Cloud API takes of it. */
const kinds: readonly { mime: string; limit: number; fits: (bytes: Buffer) => boolean }[] = [
  { mime: 'image/jpeg', limit: 5 * 1024 * 1024, fits: (bytes) => bytes.readUIntBE(0, 3) === 0xffd8ff },
  { mime: 'image/png', limit: 5 * 1024 * 1024, fits: (bytes) => bytes.readUInt32BE(0) === 0x89504e47 },
  // Of Ogg, Opus alone.
  { mime: 'audio/ogg; codecs=opus', limit: 16 * 1024 * 1024, fits: (bytes) => bytes.includes('OpusHead') },
  { mime: 'video/mp4', limit: 16 * 1024 * 1024, fits: (bytes) => bytes.toString('latin1', 4, 8) === 'ftyp' },
];
/** The oldest go when there are more: a sandbox runs for weeks. */
const [kept, keptBytes] = [200, 64 * 1024 * 1024];

/** Uploaded media by id. */
export class MediaStore {
  readonly #media = new Map<string, StoredMedia>();
  /** How many uploads were taken. */
  taken = 0;

  /** Checks an upload as the Cloud API does. @throws GraphError 100, 131008, 131053 */
  add(form: ReadonlyMap<string, FormPart>): string {
    const file = form.get('file');
    const type = form.get('type')?.bytes.toString();
    if (form.get('messaging_product')?.bytes.toString() !== 'whatsapp') {
      throw new GraphError(100, "messaging_product must be 'whatsapp'");
    }
    if (file === undefined || type === undefined) throw new GraphError(131008, 'file and type are required');
    const kind = kinds.find(({ mime }) => mime === type);
    if (kind === undefined || file.type !== type) {
      const types = kinds.map(({ mime }) => mime).join(', ');
      throw new GraphError(
        100,
        `Param file must be a file with one of the following types: ${types}. Received ${type}.`,
      );
    }
    const { bytes } = file;
    if (bytes.length > kind.limit) throw new GraphError(131053, `${bytes.length} bytes are more than ${kind.limit}`);
    if (bytes.length < 8 || !kind.fits(bytes)) throw new GraphError(131053, `The file is no ${type}`);
    const id = String(randomInt(1e14, 2e14));
    this.taken += 1;
    this.#media.set(id, {
      mime: type,
      bytes: Buffer.from(bytes),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    for (const oldest of this.#media.keys()) {
      const bytesHeld = [...this.#media.values()].reduce((sum, one) => sum + one.bytes.length, 0);
      if (this.#media.size === 1 || (this.#media.size <= kept && bytesHeld <= keptBytes)) break;
      this.#media.delete(oldest);
    }
    return id;
  }

  /** As after 30 days. */
  clear(): void {
    this.#media.clear();
  }

  find(id: string): StoredMedia | undefined {
    return this.#media.get(id);
  }
}
