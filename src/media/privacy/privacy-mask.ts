import { SentinelError } from '../../contracts/errors.ts';
import type { Size } from '../../geometry/letterbox.ts';
import type { Polygon } from '../../geometry/polygon.ts';
import type { RawFrame } from '../frame-reader.ts';
import { boxFilter } from './box-filter.ts';
import { coverage, runsOf, type Hidden, type Run } from './coverage.ts';

/** What the owner of a camera wants hidden. */
export interface PrivacyOptions {
  polygons: readonly Polygon[];
  /** Absolute path of a mask file; empty for none. */
  maskFile: string;
}

/** Scaling carries brightness over one pixel, and colour, which has half the resolution, over two. */
const margin = 2;
/** How much the shape of a mask file may differ from the picture's: sizes are rounded. */
const shapeTolerance = 0.02;

/** Blacks out the hidden parts of a camera's pictures. It is to do so before anything else gets to see them. */
export class PrivacyMask {
  readonly #hidden: Hidden;
  #burns: { size: Size; runs: readonly Run[] } | undefined;
  #filter: string | undefined;

  constructor(hidden: Hidden) {
    this.#hidden = hidden;
  }

  /** Whether nothing is hidden. */
  get isEmpty(): boolean {
    const { polygons, bitmap } = this.#hidden;
    return polygons.length === 0 && bitmap?.black.includes(1) !== true;
  }

  /**
   * Blacks out an rgb24 picture in its own buffer.
   * @throws SentinelError ES_MASK_INVALID when the mask file has another shape than the picture
   */
  burn({ bytes, width, height }: RawFrame): void {
    if (this.#burns?.size.width !== width || this.#burns.size.height !== height) {
      this.#burns = { size: { width, height }, runs: this.#runsFor({ width, height }) };
    }
    for (const { start, end } of this.#burns.runs) bytes.fill(0, start * 3, end * 3);
  }

  /**
   * The same for ffmpeg, as a chain of filters for pictures of any size, which must come first; undefined when nothing is
   * hidden, and a stream may be copied as it is. It fails where `burn` throws.
   */
  get filter(): string | undefined {
    if (this.isEmpty) return undefined;
    const { bitmap } = this.#hidden;
    return (this.#filter ??= [...(bitmap === undefined ? [] : [shapeFilter(bitmap)]), boxFilter(this.#hidden)].join(
      ',',
    ));
  }

  #runsFor(size: Size): Run[] {
    const { bitmap } = this.#hidden;
    if (bitmap !== undefined) checkShape(bitmap, size);
    return this.isEmpty ? [] : runsOf(coverage(this.#hidden, size, margin));
  }
}

/** A crop that leaves all of a picture of this shape, and of any other less than nothing, at which ffmpeg gives up. */
function shapeFilter({ width, height }: Size): string {
  return String.raw`crop=w=iw*if(lte(abs(dar*${height}/${width}-1)\,${shapeTolerance})\,1\,-1):h=ih:exact=1`;
}

function checkShape(mask: Size, picture: Size): void {
  const ratio = (mask.width * picture.height) / (mask.height * picture.width);
  if (Math.abs(ratio - 1) <= shapeTolerance) return;
  throw new SentinelError(
    'ES_MASK_INVALID',
    `The mask file has another shape (${shapeOf(mask)}) than the picture (${shapeOf(picture)}). No picture leaves the camera.`,
    { hint: 'Save the mask in the shape of the picture, for example as large as a snapshot of this camera.' },
  );
}

function shapeOf({ width, height }: Size): string {
  return `${width} x ${height}`;
}
