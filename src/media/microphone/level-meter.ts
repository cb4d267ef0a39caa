import { levelOf } from '../../pcm/level.ts';
import { S16leReader } from '../../pcm/s16le.ts';
import { soundWindow } from '../../pcm/sound-window.ts';

/** Two levels a second: as many as a status may show. */
const blockSamples = soundWindow.sampleRate / 2;
const silentSamples = 10 * soundWindow.sampleRate;
/** A few samples at full scale in half a second are no accident. */
const clippedSamples = 3;
const fullScale = 32_766 / 32_768;
/** Blocks that clipping is told for, so that people can read it. */
const clipHold = 4;
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
  /** Sound was cut off at full scale in the last two seconds. */
  clipping: boolean;
  /** Nothing but zeros for ten seconds: muted, or no microphone behind it. */
  silent: boolean;
}

/** Measures sound in half seconds. */
export class LevelMeter {
  readonly #onLevel: (level: SoundLevel) => void;
  readonly #reader = new S16leReader();
  readonly #block = new Float32Array(blockSamples);
  #filled = 0;
  #zeros = 0;
  #clipped = 0;
  #holding = 0;
  #shown: string[] = [];

  constructor(onLevel: (level: SoundLevel) => void) {
    this.#onLevel = onLevel;
  }

  push(chunk: Buffer): void {
    for (const sample of this.#reader.read(chunk)) {
      this.#block[this.#filled] = sample;
      this.#filled += 1;
      this.#zeros = sample === 0 ? this.#zeros + 1 : 0;
      if (Math.abs(sample) >= fullScale) this.#clipped += 1;
      if (this.#filled === blockSamples) this.#finish();
    }
  }

  #finish(): void {
    const { dbfs, peak } = levelOf(this.#block);
    this.#holding = this.#clipped >= clippedSamples ? clipHold : Math.max(0, this.#holding - 1);
    this.#shown = [...this.#shown, bar(dbfs)].slice(-shownBlocks);
    this.#filled = 0;
    this.#clipped = 0;
    this.#onLevel({
      dbfs: whole(dbfs),
      peakDbfs: whole(Math.max(-100, 20 * Math.log10(peak))),
      bars: this.#shown.join(''),
      clipping: this.#holding > 0,
      silent: this.#zeros >= silentSamples,
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
