import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import type { RawFrame } from '../../../../src/media/frame-reader.ts';

export const size = { width: 160, height: 90 };

/** Brightness of a pixel, 0 to 255, of what was there; x and y are 0 to 1. */
export type Change = (brightness: number, x: number, y: number) => number;

/** A room of overlapping boxes with a grain on them, always the same for a seed. */
export function room(seed: number): Float32Array {
  const random = seededRandom(seed);
  const { width, height } = size;
  const pixels = new Float32Array(width * height).fill(120);
  for (let box = 0; box < 40; box += 1) {
    const [left, top] = [Math.floor(random() * width), Math.floor(random() * height)];
    const [right, bottom] = [left + 10 + random() * 50, top + 8 + random() * 30];
    const [brightness, grain] = [30 + random() * 180, random() * 30];
    for (let y = top; y < Math.min(bottom, height); y += 1) {
      for (let x = left; x < Math.min(right, width); x += 1)
        pixels[y * width + x] = brightness + ((Math.floor((x - left) / 3) + Math.floor((y - top) / 3)) % 2) * grain;
    }
  }
  return pixels;
}

export function changed(pixels: Float32Array, change: Change): Float32Array {
  const { width, height } = size;
  return pixels.map((value, index) => change(value, (index % width) / width, Math.floor(index / width) / height));
}

/** Every pixel the mean of those up to `reach` pixels beside it. */
export function blurred(pixels: Float32Array, reach: number): Float32Array {
  const { width, height } = size;
  return pixels.map((_, index) => {
    const [column, row] = [index % width, Math.floor(index / width)];
    let [sum, count] = [0, 0];
    for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y += 1) {
      for (let x = Math.max(0, column - reach); x <= Math.min(width - 1, column + reach); x += 1) {
        sum += pixels[y * width + x] ?? 0;
        count += 1;
      }
    }
    return sum / count;
  });
}

/** As a camera sends it: three bytes a pixel, with the noise of a sensor (0 for none). */
export function picture(pixels: Float32Array, noise: number, random: () => number): RawFrame {
  const bytes = Buffer.alloc(pixels.length * 3);
  pixels.forEach((value, index) => {
    const seen = Math.max(0, Math.min(255, Math.round(value + (random() - 0.5) * noise)));
    bytes.fill(seen, index * 3, index * 3 + 3);
  });
  return { ...size, bytes };
}
