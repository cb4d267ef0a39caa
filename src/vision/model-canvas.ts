import { isDeepStrictEqual } from 'node:util';
import type { Size } from '../geometry/letterbox.ts';
import type { Placement } from '../geometry/placement.ts';
import { Halver } from './halve.ts';

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

/** What a model may want its numbers in. */
const arrays = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array };
type CanvasData = InstanceType<(typeof arrays)[keyof typeof arrays]>;

/** What a model's input tensor looks like. */
export interface CanvasFormat {
  planes: readonly Plane[];
  /** R, G, B of what the picture does not cover, as bytes. */
  bars: readonly [number, number, number];
  /** `planes`: plane by plane; `pixels`: pixel by pixel. */
  layout: 'planes' | 'pixels';
  element: keyof typeof arrays;
  /** Whether a leading 1 stands in its shape. */
  batch: boolean;
}

/**
 * A model's input tensor, onto which pictures are drawn: bilinear, normalised, all in one pass; from twice the size on they
 * are halved first. The same memory serves every picture of one placement, so a drawing holds until the next. There may be
 * room for several pictures of one size.
 */
export class ModelCanvas {
  readonly #format: CanvasFormat;
  readonly #room: number;
  #data: CanvasData = new Float32Array();
  #canvas: Size = { width: 0, height: 0 };
  /** Of each picture, where it lies. */
  #drawn: Placement[] = [];
  readonly #halver = new Halver();

  /** @param room Pictures that can be drawn beside each other. */
  constructor(format: CanvasFormat, room = 1) {
    this.#format = format;
    this.#room = room;
  }

  /** The picture that was drawn last. */
  get tensor(): { data: CanvasData; dims: number[] } {
    return this.tensorOf(1);
  }

  /** The first so many of the pictures that were drawn beside each other. */
  tensorOf(count: number): { data: CanvasData; dims: number[] } {
    const { width, height } = this.#canvas;
    const { planes, layout, batch } = this.#format;
    const dims = layout === 'planes' ? [planes.length, height, width] : [height, width, planes.length];
    const data = this.#data.subarray(0, count * width * height * planes.length);
    return { data, dims: batch ? [count, ...dims] : dims };
  }

  /**
   * Draws a picture where the placement says. One that already has the right size is not resampled.
   * @param index Among those that are drawn beside each other, whose canvases have the same size.
   */
  draw(picture: RgbPixels, placement: Placement, index = 0): void {
    const { canvas, picture: box } = placement;
    const { planes, layout, element } = this.#format;
    const area = canvas.width * canvas.height;
    const start = index * area * planes.length;
    this.#prepare(placement, index);
    const { rgb, width, height, extent } = this.#halver.shrink(picture, box);
    const columns = samplesAlong({ pixels: width, extent: extent.width, stride: 3 }, box.width);
    const rows = samplesAlong({ pixels: height, extent: extent.height, stride: 3 * width }, box.height);
    const first = box.padY * canvas.width + box.padX;
    for (const [at, plane] of planes.entries()) {
      const place =
        layout === 'planes'
          ? { start: start + at * area + first, line: canvas.width, step: 1 }
          : { start: start + at + first * planes.length, line: canvas.width * planes.length, step: planes.length };
      drawPlane(rgb, plane, columns, rows, this.#data, place, element === 'float32' ? 0 : 0.5);
    }
  }

  /** Memory of the right size with clean bars. */
  #prepare(placement: Placement, index: number): void {
    const { planes, bars, layout, element } = this.#format;
    const { canvas } = placement;
    const area = canvas.width * canvas.height;
    if (!isDeepStrictEqual(canvas, this.#canvas)) {
      const length = this.#room * area * planes.length;
      if (this.#data.length !== length) this.#data = new arrays[element](length);
      this.#canvas = canvas;
      this.#drawn = [];
    }
    if (isDeepStrictEqual(this.#drawn[index], placement)) return;
    const start = index * area * planes.length;
    for (const [at, { channel, mean, std }] of planes.entries()) {
      const value = (bars[channel] - mean) / std;
      if (layout === 'planes') this.#data.fill(value, start + at * area, start + (at + 1) * area);
      else for (let pixel = 0; pixel < area; pixel += 1) this.#data[start + pixel * planes.length + at] = value;
    }
    this.#drawn[index] = placement;
  }
}

/** For each target position along one axis: the offsets of its two neighbours in the source, and how far it is to the second. */
interface Samples {
  first: Int32Array;
  second: Int32Array;
  weight: Float32Array;
}

/** Pixel centres lie at half coordinates, and edges repeat: what every common resizer calls "linear". */
function samplesAlong(
  { pixels, extent, stride }: { pixels: number; extent: number; stride: number },
  to: number,
): Samples {
  const samples = { first: new Int32Array(to), second: new Int32Array(to), weight: new Float32Array(to) };
  for (let i = 0; i < to; i++) {
    const position = Math.min(pixels - 1, Math.max(0, ((i + 0.5) * extent) / to - 0.5));
    const first = Math.floor(position);
    samples.first[i] = first * stride;
    samples.second[i] = Math.min(pixels - 1, first + 1) * stride;
    samples.weight[i] = position - first;
  }
  return samples;
}

function drawPlane(
  rgb: Uint8Array,
  { channel, mean, std }: Plane,
  columns: Samples,
  rows: Samples,
  target: CanvasData,
  { start, line: lineLength, step }: { start: number; line: number; step: number },
  rounding: number,
): void {
  // No function of its own for a byte: made anew with every call, it would take most of the time.
  const gain = 1 / std;
  for (let y = 0; y < rows.first.length; y++) {
    const above = (rows.first[y] ?? 0) + channel;
    const below = (rows.second[y] ?? 0) + channel;
    const down = rows.weight[y] ?? 0;
    const line = start + y * lineLength;
    for (let x = 0; x < columns.first.length; x++) {
      const left = columns.first[x] ?? 0;
      const right = columns.second[x] ?? 0;
      const across = columns.weight[x] ?? 0;
      const topLeft = rgb[above + left] ?? 0;
      const bottomLeft = rgb[below + left] ?? 0;
      const top = topLeft + ((rgb[above + right] ?? 0) - topLeft) * across;
      const bottom = bottomLeft + ((rgb[below + right] ?? 0) - bottomLeft) * across;
      target[line + x * step] = (top + (bottom - top) * down - mean) * gain + rounding;
    }
  }
}
