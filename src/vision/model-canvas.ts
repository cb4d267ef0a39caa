import type { FloatTensor } from '../inference/session.ts';
import { fitLetterbox, type Letterbox, type Size } from '../geometry/letterbox.ts';

/** Rows of R, G, B bytes without padding. */
export interface RgbPixels extends Size {
  rgb: Uint8Array;
}

/** One plane of a model's input: which byte of a pixel it takes (0 R, 1 G, 2 B), and (byte - mean) / std of it. */
export interface Plane {
  channel: 0 | 1 | 2;
  mean: number;
  std: number;
}

/**
 * A model's input tensor, [1, planes, height, width], onto which pictures are drawn: letterboxed on black, bilinear,
 * normalised, all in one pass. The same memory serves every picture, so a drawing holds until the next.
 */
export class ModelCanvas {
  readonly #size: Size;
  readonly #planes: readonly Plane[];
  readonly #data: Float32Array;
  #drawn: Letterbox | undefined;

  constructor(size: Size, planes: readonly Plane[]) {
    this.#size = size;
    this.#planes = planes;
    this.#data = new Float32Array(planes.length * size.width * size.height);
  }

  get tensor(): FloatTensor {
    return { data: this.#data, dims: [1, this.#planes.length, this.#size.height, this.#size.width] };
  }

  /** @returns where on the canvas the picture lies. A picture that already has the right size is not resampled. */
  draw(picture: RgbPixels): Letterbox {
    const box = fitLetterbox(picture, this.#size);
    if (box.width !== this.#drawn?.width || box.height !== this.#drawn.height) this.#clear();
    this.#drawn = box;
    const columns = samplesAlong(picture.width, box.width, 3);
    const rows = samplesAlong(picture.height, box.height, 3 * picture.width);
    this.#planes.forEach((plane, index) => {
      const start = (index * this.#size.height + box.padY) * this.#size.width + box.padX;
      drawPlane(picture.rgb, plane, columns, rows, this.#data, start, this.#size.width);
    });
    return box;
  }

  #clear(): void {
    const area = this.#size.width * this.#size.height;
    this.#planes.forEach(({ mean, std }, index) => {
      this.#data.fill((0 - mean) / std, index * area, (index + 1) * area);
    });
  }
}

/** For each target position along one axis: the offsets of its two neighbours in the source, and how far it is to the second. */
interface Samples {
  first: Int32Array;
  second: Int32Array;
  weight: Float32Array;
}

/** Pixel centres lie at half coordinates, and edges repeat: what every common resizer calls "linear". */
function samplesAlong(from: number, to: number, stride: number): Samples {
  const samples = { first: new Int32Array(to), second: new Int32Array(to), weight: new Float32Array(to) };
  for (let i = 0; i < to; i++) {
    const position = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.floor(position);
    samples.first[i] = first * stride;
    samples.second[i] = Math.min(from - 1, first + 1) * stride;
    samples.weight[i] = position - first;
  }
  return samples;
}

function drawPlane(
  rgb: Uint8Array,
  { channel, mean, std }: Plane,
  columns: Samples,
  rows: Samples,
  target: Float32Array,
  start: number,
  targetWidth: number,
): void {
  const byte = (offset: number) => rgb[offset] ?? 0;
  const gain = 1 / std;
  for (let y = 0; y < rows.first.length; y++) {
    const above = (rows.first[y] ?? 0) + channel;
    const below = (rows.second[y] ?? 0) + channel;
    const down = rows.weight[y] ?? 0;
    const line = start + y * targetWidth;
    for (let x = 0; x < columns.first.length; x++) {
      const left = columns.first[x] ?? 0;
      const right = columns.second[x] ?? 0;
      const across = columns.weight[x] ?? 0;
      const topLeft = byte(above + left);
      const bottomLeft = byte(below + left);
      const top = topLeft + (byte(above + right) - topLeft) * across;
      const bottom = bottomLeft + (byte(below + right) - bottomLeft) * across;
      target[line + x] = (top + (bottom - top) * down - mean) * gain;
    }
  }
}
