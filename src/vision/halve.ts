import type { Size } from '../geometry/letterbox.ts';
import type { RgbPixels } from './model-canvas.ts';

/** How many of its pixels a picture is large: of an odd one that was halved, half of the last column or row lies outside. */
export interface Shrunk extends RgbPixels {
  extent: Size;
}

/**
 * Makes pictures half as wide and high, by the mean of every four pixels, for as long as they stay at least as large as
 * wanted. Whoever then scales them on linearly, from two by two pixels, misses none: the noise of single pixels would else
 * be taken for what is there.
 */
export class Halver {
  #memory = new Uint8Array();

  /** @returns the picture itself, or one whose memory serves the next as well. */
  shrink(picture: RgbPixels, wanted: Size): Shrunk {
    const { width, height } = picture;
    let shrunk: Shrunk = { ...picture, extent: { width, height } };
    while (shrunk.extent.width >= 2 * wanted.width && shrunk.extent.height >= 2 * wanted.height) {
      const half = { width: Math.ceil(shrunk.width / 2), height: Math.ceil(shrunk.height / 2) };
      if (this.#memory.length < half.width * half.height * 3)
        this.#memory = new Uint8Array(half.width * half.height * 3);
      halve(shrunk, half, this.#memory);
      const extent = { width: shrunk.extent.width / 2, height: shrunk.extent.height / 2 };
      shrunk = { rgb: this.#memory, ...half, extent };
    }
    return shrunk;
  }
}

/** The target may be the source: a pixel is written after the last that is read for it and before the first of the next. */
function halve({ rgb, width, height }: RgbPixels, half: Size, target: Uint8Array): void {
  const line = width * 3;
  let to = 0;
  for (let y = 0; y < half.height; y += 1) {
    let above = 2 * y * line;
    let below = 2 * y + 1 < height ? above + line : above;
    for (let x = 0; x < half.width; x += 1) {
      const beside = 2 * x + 1 < width ? 3 : 0;
      target[to] = meanOfFour(rgb, above, below, beside);
      target[to + 1] = meanOfFour(rgb, above + 1, below + 1, beside);
      target[to + 2] = meanOfFour(rgb, above + 2, below + 2, beside);
      to += 3;
      above += 6;
      below += 6;
    }
  }
}

/** Of two bytes of one colour in each of two rows. */
function meanOfFour(rgb: Uint8Array, above: number, below: number, beside: number): number {
  return ((rgb[above] ?? 0) + (rgb[above + beside] ?? 0) + (rgb[below] ?? 0) + (rgb[below + beside] ?? 0) + 2) >> 2;
}
