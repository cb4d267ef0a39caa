/** A frame of 4 megapixels fits in. What is larger comes alone, and its memory is not kept. */
const mostKept = 16 * 1024 * 1024;

/**
 * Memory that this thread fills and another one reads, used again and again: fresh memory for every picture takes twice
 * as long to fill, and keeps the garbage collectors of both threads busy.
 */
export class SharedSlots {
  /** As many as were ever lent at once. */
  readonly #free: SharedArrayBuffer[] = [];

  /** A copy of the bytes, which holds until it is given back. */
  lend(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
    const fitting = this.#free.findIndex(({ byteLength }) => byteLength >= bytes.length);
    // One that is too small makes room for one that is not.
    const [taken] = this.#free.splice(Math.max(0, fitting), 1);
    const memory = fitting === -1 || taken === undefined ? new SharedArrayBuffer(bytes.length) : taken;
    const slot = new Uint8Array(memory, 0, bytes.length);
    slot.set(bytes);
    return slot;
  }

  giveBack({ buffer }: Uint8Array<SharedArrayBuffer>): void {
    if (buffer.byteLength <= mostKept) this.#free.push(buffer);
  }
}
