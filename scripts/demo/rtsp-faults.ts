const rtpHeaderBytes = 12;

/** What a bad camera or network does to a stream; tests switch it on. */
export class Faults {
  /** No packet passes, though the connections live. */
  freeze = false;
  /** Share of RTP packets that are lost, 0..1. */
  drop = 0;
  /** Share of RTP packets with flipped bits, 0..1. */
  corrupt = 0;
  /** RTP payload types of which nothing passes: a track that falls silent while the others go on. */
  readonly mutedPayloads = new Set<number>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The packet, a damaged copy of it, or undefined when it is lost. */
  apply(packet: Buffer, control: boolean): Buffer | undefined {
    if (this.freeze) return undefined;
    if (control) return packet;
    if (this.mutedPayloads.has((packet[1] ?? 0) & 0x7f)) return undefined;
    if (this.drop > 0 && this.#random() < this.drop) return undefined;
    if (this.corrupt === 0 || packet.length <= rtpHeaderBytes || this.#random() >= this.corrupt) return packet;
    const damaged = Buffer.from(packet);
    for (let flips = 0; flips < 8; flips += 1) {
      const at = rtpHeaderBytes + Math.floor(this.#random() * (damaged.length - rtpHeaderBytes));
      damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
    }
    return damaged;
  }
}
