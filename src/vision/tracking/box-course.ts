import type { Box } from '../../contracts/messages.ts';
import { iou } from '../../geometry/boxes.ts';
import { correctAxis, predictAxis, startAxis, type Axis } from './axis.ts';

/**
 * All in reaches (the longer side of the box, in picture heights), so that near and far objects are judged alike. A body
 * length of 1.7 m a second is a brisk walk; runners and cars in a street do three or four.
 */
const noise = { position: 0.05, size: 0.08, firstSpeed: 1.2, firstGrowth: 0.3, agility: 1, growth: 0.1 };
/** So many deviations away it may be found; and never farther than this, in reaches, however long it was out of sight. */
const gate = { deviations: 3.2, farthest: 2 };
/** What overlaps this much is the same, even when it moved oddly: half of it went behind something. */
const sameOverlap = 0.3;
/** A box whose area differs by more than this factor (as a logarithm) is something else. */
const logAreaFactor = Math.log(4);
/** Something out of sight is taken to go on for this long, in seconds, then to wait. */
const coastingSeconds = 1;

type Side = 'x' | 'y' | 'width' | 'height';

/** Course of one box through time: where it was, how fast it goes, where it can be by now. Boxes in 0..1 of the picture. */
export class BoxCourse {
  readonly #axes: Readonly<Record<Side, Axis>>;
  /** Width of the picture over its height. */
  readonly aspect: number;
  /** What the filter takes its box to be. */
  readonly box: Box;
  /** Longer side of its box, in heights of the picture. */
  readonly reach: number;

  private constructor(axes: Readonly<Record<Side, Axis>>, aspect: number) {
    this.#axes = axes;
    this.aspect = aspect;
    const size = { width: Math.max(0, axes.width.position), height: Math.max(0, axes.height.position) };
    this.box = { x: axes.x.position - size.width / 2, y: axes.y.position - size.height / 2, ...size };
    this.reach = reachOf(size, aspect);
  }

  static start(box: Box, aspect: number): BoxCourse {
    const measured = centred(box);
    const axes = eachSide((side) => {
      const unit = unitOf(side, measured, aspect);
      return isSize(side)
        ? startAxis(measured[side], noise.size * unit, noise.firstGrowth * unit)
        : startAxis(measured[side], noise.position * unit, noise.firstSpeed * unit);
    });
    return new BoxCourse(axes, aspect);
  }

  /** Of its centre, in reaches a second. */
  get speed(): number {
    return Math.hypot(this.#axes.x.speed * this.aspect, this.#axes.y.speed) / this.reach;
  }

  after(seconds: number): BoxCourse {
    const size = this.box;
    const axes = eachSide((side) => {
      const agility = (isSize(side) ? noise.growth : noise.agility) * unitOf(side, size, this.aspect) ** 2;
      return predictAxis(this.#axes[side], seconds, isSize(side) ? 0 : coastingSeconds, agility);
    });
    return new BoxCourse(axes, this.aspect);
  }

  corrected(box: Box): BoxCourse {
    const measured = centred(box);
    const axes = eachSide((side) => {
      const deviation = (isSize(side) ? noise.size : noise.position) * unitOf(side, measured, this.aspect);
      return correctAxis(this.#axes[side], measured[side], deviation);
    });
    return new BoxCourse(axes, this.aspect);
  }

  /**
   * How unlike a box is to be this one, 0..1; undefined when it cannot be. Overlap alone does not do at 5 pictures a second:
   * who runs is farther away than his own width.
   */
  costOf(box: Box): number | undefined {
    const overlap = iou(this.box, box);
    const distance = this.#distanceTo(box);
    if (distance > 1 && overlap < sameOverlap) return undefined;
    const growth = Math.abs(Math.log((box.width * box.height) / (this.box.width * this.box.height)) / logAreaFactor);
    if (!(growth <= 1)) return undefined;
    return 0.5 * Math.min(1, distance) + 0.3 * (1 - overlap) + 0.2 * growth;
  }

  /** As `costOf`, of a box that nobody would believe by itself: it must be where this one is expected. */
  costOfWeak(box: Box): number | undefined {
    return iou(this.box, box) < sameOverlap ? undefined : this.costOf(box);
  }

  /** 1 is as far as it can have come. */
  #distanceTo({ x, y, width, height }: Box): number {
    const dx = x + width / 2 - this.#axes.x.position;
    const dy = y + height / 2 - this.#axes.y.position;
    const reaches = Math.sqrt((dx * this.aspect) ** 2 + dy ** 2) / (this.reach * gate.farthest);
    if (reaches > 1) return reaches;
    const trembling = (noise.position * this.reach) ** 2;
    const varianceX = this.#axes.x.cov[0] + trembling / this.aspect ** 2;
    const varianceY = this.#axes.y.cov[0] + trembling;
    return Math.max(reaches, Math.sqrt(dx ** 2 / varianceX + dy ** 2 / varianceY) / gate.deviations);
  }
}

function isSize(side: Side): boolean {
  return side === 'width' || side === 'height';
}

function reachOf({ width, height }: Pick<Box, 'width' | 'height'>, aspect: number): number {
  return Math.max(width * aspect, height, 1e-3);
}

/** A reach along one axis, in 0..1 of the picture. */
function unitOf(side: Side, size: Pick<Box, 'width' | 'height'>, aspect: number): number {
  const reach = reachOf(size, aspect);
  return side === 'x' || side === 'width' ? reach / aspect : reach;
}

/** A box by its centre. */
function centred({ x, y, width, height }: Box): Box {
  return { x: x + width / 2, y: y + height / 2, width, height };
}

function eachSide(make: (side: Side) => Axis): Record<Side, Axis> {
  return { x: make('x'), y: make('y'), width: make('width'), height: make('height') };
}
