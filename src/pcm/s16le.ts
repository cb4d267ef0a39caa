const leastSamples = 1024;

/** Reads 16 bit little endian PCM that comes in pieces of any length: a sample may lie across two of them. */
export class S16leReader {
  #oddByte: number | undefined;
  #memory = new Float32Array(leastSamples);

  /** The whole samples so far, -1 to 1, in memory that the next call uses again. */
  read(chunk: Buffer): Float32Array {
    const bytes = this.#oddByte === undefined ? chunk : Buffer.concat([Buffer.of(this.#oddByte), chunk]);
    const count = bytes.length >> 1;
    if (count > this.#memory.length) this.#memory = new Float32Array(count);
    const samples = this.#memory.subarray(0, count);
    this.#oddByte = bytes.length % 2 === 1 ? bytes[bytes.length - 1] : undefined;
    for (let index = 0; index < samples.length; index += 1) samples[index] = bytes.readInt16LE(index * 2) / 32768;
    return samples;
  }
}
