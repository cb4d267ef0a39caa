import type { SoundFault } from '../../contracts/messages.ts';
import { loudnessOf, peakDbfs } from '../../pcm/level.ts';
import { S16leReader } from '../../pcm/s16le.ts';
import { halfSecondOf, SoundFaults } from '../../pcm/sound-faults.ts';
import { soundWindow } from '../../pcm/sound-window.ts';

/** Two levels a second: as many as a status may show. */
export const levelSeconds = 0.5;
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Levels of the lowest and the highest bar. */
const range = { lowest: -66, highest: -10 };
const shownBlocks = 4;

/** How loud the last half second was. */
export interface SoundLevel {
  /** RMS in dB relative to full scale. */
  dbfs: number;
  /** Largest sample, in dB relative to full scale. */
  peakDbfs: number;
  /** The last two seconds as bars, such as ▁▂▆█. */
  bars: string;
  /** What is wrong with the sound, for some seconds already. */
  fault?: SoundFault;
}

/** Measures sound in half seconds. */
export class LevelMeter {
  readonly #onLevel: (level: SoundLevel) => void;
  readonly #reader = new S16leReader();
  readonly #block = new Float32Array(levelSeconds * soundWindow.sampleRate);
  readonly #faults = new SoundFaults();
  #filled = 0;
  #shown: string[] = [];

  constructor(onLevel: (level: SoundLevel) => void) {
    this.#onLevel = onLevel;
  }

  push(chunk: Buffer): void {
    const samples = this.#reader.read(chunk);
    for (let used = 0; used < samples.length;) {
      const part = samples.subarray(used, used + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      used += part.length;
      if (this.#filled === this.#block.length) this.#finish();
    }
  }

  #finish(): void {
    this.#filled = 0;
    const loudness = loudnessOf(this.#block);
    const { dbfs, peak } = loudness;
    this.#shown = [...this.#shown, bar(dbfs)].slice(-shownBlocks);
    const fault = this.#faults.push(halfSecondOf(loudness));
    this.#onLevel({
      dbfs: whole(dbfs),
      peakDbfs: whole(peakDbfs(peak)),
      bars: this.#shown.join(''),
      ...(fault === undefined ? {} : { fault }),
    });
  }
}

/** Without the minus zero that rounding makes. */
function whole(dbfs: number): number {
  return Math.round(dbfs) + 0;
}

function bar(dbfs: number): string {
  const share = (dbfs - range.lowest) / (range.highest - range.lowest);
  const index = Math.round(share * (bars.length - 1));
  return bars[Math.min(bars.length - 1, Math.max(0, index))] ?? '';
}
