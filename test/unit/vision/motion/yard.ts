import { gaussian, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import type { Frame, FrameZone } from '../../../../src/contracts/messages.ts';
import type { Picture } from '../../../../src/contracts/ports.ts';
import { MotionGate, type Glance } from '../../../../src/vision/motion/motion-gate.ts';
import { ManualClock } from '../../manual-clock.ts';

export const size = { width: 640, height: 360 };

/** Something plain in the picture, in pixels. */
export interface Patch {
  x: number;
  y: number;
  width: number;
  height: number;
  brightness: number;
}

export interface Scene {
  /** Standard deviation of the sensor's noise, per pixel. */
  noise?: number;
  /** Factor of the light. */
  light?: number;
  patches?: readonly Patch[];
}

/** A camera that looks at a yard of plain walls at 5 frames a second, and a gate behind it. */
export class Yard {
  readonly clock = new ManualClock();
  readonly gate: MotionGate;
  readonly #random = seededRandom(11);
  zones: readonly FrameZone[];

  constructor({
    zones = [],
    heartbeatSeconds = 3600,
  }: { zones?: readonly FrameZone[]; heartbeatSeconds?: number } = {}) {
    this.gate = new MotionGate({ clock: this.clock, heartbeatSeconds });
    this.zones = zones;
  }

  show(scene: Scene = {}, seconds = 0.2): Glance {
    this.clock.advance(seconds * 1000);
    const frame = { source: 'yard', capturedAt: this.clock.now(), zones: [...this.zones] } satisfies Partial<Frame>;
    return this.gate.glance(frame, this.draw(scene));
  }

  /** Shows frames for some time. @returns what the gate said of each. */
  watch(seconds: number, scene: (at: number) => Scene): Glance[] {
    return Array.from({ length: Math.round(seconds * 5) }, (_, index) => this.show(scene(index / 5)));
  }

  draw({ noise = 2, light = 1, patches = [] }: Scene): Picture {
    const levels = walls.slice();
    for (const { x, y, width, height, brightness } of patches) {
      for (let row = y; row < y + height; row += 1)
        levels.fill(brightness, row * size.width + x, row * size.width + x + width);
    }
    const bytes = new Uint8ClampedArray(levels.length * 3);
    // As many normal numbers a frame would take longer than the tests: a long row of them is begun anywhere.
    let next = Math.floor(this.#random() * noiseRow.length);
    levels.forEach((level, pixel) => {
      const value = level * light + noise * (noiseRow[next] ?? 0);
      next = next + 1 === noiseRow.length ? 0 : next + 1;
      bytes[pixel * 3] = bytes[pixel * 3 + 1] = bytes[pixel * 3 + 2] = value;
    });
    return { bytes: new Uint8Array(bytes.buffer), encoding: 'rgb24', ...size };
  }
}

const noiseRow = ((random) => Float32Array.from({ length: 300_007 }, () => gaussian(random)))(seededRandom(3));
const walls = Float32Array.from({ length: size.width * size.height }, (_, pixel) => {
  return 60 + (pixel % size.width < 200 ? 50 : 0) + (pixel > 250 * size.width ? 40 : 0);
});

/** Frames that were looked at, but for the first. */
export function looks(glances: readonly Glance[]): number {
  return glances.filter(({ why }) => why !== undefined && why !== 'first').length;
}
