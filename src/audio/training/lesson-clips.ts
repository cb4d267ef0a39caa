/** A clip as it is learnt from. */
export interface LessonClip {
  label: string;
  /** SHA-256 of the file, in hex: says later whether a head has learnt this clip. */
  hash: string;
  seconds: number;
  /** Embeddings of its windows. */
  windows: readonly Float32Array[];
  /** Embeddings of varied copies: learnt from, never judged by. */
  variants: readonly Float32Array[];
}

/** How many varied copies are made of each clip: few clips need them most, and many would take too long. */
export function variantsFor(clips: number): number {
  return [100, 250, 800].filter((most) => clips <= most).length;
}
