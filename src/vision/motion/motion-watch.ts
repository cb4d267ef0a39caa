import type { FrameZone } from '../../contracts/messages.ts';
import type { Picture } from '../../contracts/ports.ts';
import { contains } from '../../geometry/polygon.ts';
import type { Size } from '../../geometry/letterbox.ts';
import { Background } from './background.ts';
import { brightness } from './brightness.ts';
import { componentsOf, type Component } from './components.ts';

/** When more of the picture changes at once it is the light, or the camera's own switch to infrared. */
const lightShare = 0.5;
/** By what factor the light may change from one picture to the next without anybody having switched it. */
const steadyLight = 1.15;
/** The light has settled when it was steady for so long; a camera needs some pictures to expose anew. In seconds. */
const settledAfter = 1;
/** One that flickers is not waited for. */
const settledAtLatest = 2;

/** What a picture shows against those before it. */
export interface Motion {
  /** `new`: there is nothing to compare with. `light`: it changed just now, and is `settling`, then `settled`. */
  state: 'new' | 'watching' | 'light' | 'settling' | 'settled';
  /** What moves, the strongest first; nothing while the light changes. */
  components: Component[];
  /** Share of the cells that differ, 0..1, whatever the reason. */
  changed: number;
}

/** Watches one source for motion. */
export class MotionWatch {
  #grid: Size | undefined;
  #background: Background | undefined;
  #settling: { since: number; steady: number } | undefined;
  #mask: Mask | undefined;

  /**
   * @param zones What stands in those to ignore does not count.
   * @param seconds Since the picture before.
   * @throws SentinelError ES_BAD_INPUT when the picture is not whole rgb24.
   */
  see(picture: Picture, zones: readonly FrameZone[], seconds: number): Motion {
    const seen = brightness(picture);
    if (this.#background === undefined || this.#grid?.width !== seen.width || this.#grid.height !== seen.height) {
      this.#grid = { width: seen.width, height: seen.height };
      this.#background = new Background(seen.cells);
      this.#settling = undefined;
      return { state: 'new', components: [], changed: 0 };
    }
    const { changes, gain } = this.#background.compare(seen.cells);
    const counted = this.#leaveOut(changes, zones, seen);
    const changed = countAbove0(changes) / Math.max(1, counted);
    const jumped = changed > lightShare || gain > steadyLight || gain < 1 / steadyLight;
    if (jumped || this.#settling !== undefined) {
      this.#background.replace(seen.cells);
      return { state: this.#settle(jumped, seconds), components: [], changed };
    }
    this.#background.learn(seen.cells, changes, seconds);
    return { state: 'watching', components: componentsOf(changes, seen), changed };
  }

  #settle(jumped: boolean, seconds: number): 'light' | 'settling' | 'settled' {
    const settling = this.#settling;
    if (settling === undefined) {
      this.#settling = { since: 0, steady: 0 };
      return 'light';
    }
    settling.since += seconds;
    settling.steady = jumped ? 0 : settling.steady + seconds;
    if (settling.steady < settledAfter && settling.since < settledAtLatest) return 'settling';
    this.#settling = undefined;
    return 'settled';
  }

  /** Clears the cells that do not count. @returns how many do. */
  #leaveOut(changes: Float32Array, zones: readonly FrameZone[], grid: Size): number {
    if (this.#mask === undefined || !this.#mask.isOf(zones, grid)) this.#mask = new Mask(zones, grid);
    return this.#mask.clear(changes);
  }
}

/** A loop: what a callback is given would be made anew for every cell, many times a second. */
function countAbove0(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (value > 0) count += 1;
  return count;
}

/** The cells whose middle lies in a polygon to ignore. */
class Mask {
  readonly #key: string;
  readonly #cells: number[] = [];
  readonly #grid: Size;

  constructor(zones: readonly FrameZone[], grid: Size) {
    this.#key = keyOf(zones);
    this.#grid = grid;
    const ignored = zones.filter(({ kind }) => kind === 'ignore');
    for (let cell = 0; cell < grid.width * grid.height; cell += 1) {
      const middle = {
        x: ((cell % grid.width) + 0.5) / grid.width,
        y: (Math.floor(cell / grid.width) + 0.5) / grid.height,
      };
      if (ignored.some(({ points }) => contains(points, middle))) this.#cells.push(cell);
    }
  }

  isOf(zones: readonly FrameZone[], { width, height }: Size): boolean {
    return this.#grid.width === width && this.#grid.height === height && this.#key === keyOf(zones);
  }

  clear(changes: Float32Array): number {
    for (const cell of this.#cells) changes[cell] = 0;
    return changes.length - this.#cells.length;
  }
}

function keyOf(zones: readonly FrameZone[]): string {
  return JSON.stringify(zones.filter(({ kind }) => kind === 'ignore').map(({ points }) => points));
}
