import {
  stepSeconds,
  type SoundCheckResult,
  type SoundCheckStep,
  type SoundVerdict,
} from '../../contracts/sound-check.ts';
import { loudnessOf } from '../../pcm/level.ts';
import { S16leReader } from '../../pcm/s16le.ts';
import { soundWindow } from '../../pcm/sound-window.ts';

const blockSeconds = 0.1;
/** To read what is to be done, and for the click of the mouse to fade. */
const leadSeconds = 1;
const blocks = (seconds: number): number => Math.round(seconds / blockSeconds);

interface Block {
  dbfs: number;
  clipped: number;
}

/** Measures how far quiet and loud are apart, in sound that comes in pieces: keeps two numbers per tenth of a second. */
export class LoudnessTest {
  readonly #reader = new S16leReader();
  readonly #block = new Float32Array(blockSeconds * soundWindow.sampleRate);
  readonly #quiet: Block[] = [];
  readonly #loud: Block[] = [];
  #filled = 0;
  #passed = 0;
  #dbfs = -100;

  /** Level of the last tenth of a second. */
  get dbfs(): number {
    return this.#dbfs;
  }

  get step(): SoundCheckStep {
    if (this.#passed === 0) return 'starting';
    if (this.#loud.length === blocks(stepSeconds)) return 'done';
    return this.#quiet.length === blocks(stepSeconds) ? 'loud' : 'quiet';
  }

  /** Whole seconds that the step still measures. */
  get left(): number {
    const measured = this.#quiet.length < blocks(stepSeconds) ? this.#quiet : this.#loud;
    return Math.ceil(stepSeconds - measured.length * blockSeconds - 1e-9);
  }

  /** When it is done. */
  get result(): SoundCheckResult | undefined {
    return this.step === 'done' ? judge(this.#quiet, this.#loud) : undefined;
  }

  /** @param chunk s16le, mono, 16 kHz */
  push(chunk: Buffer): void {
    for (const sample of this.#reader.read(chunk)) {
      this.#block[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled === this.#block.length) this.#finish();
    }
  }

  #finish(): void {
    this.#filled = 0;
    if (this.step === 'done') return;
    const { dbfs, clipped } = loudnessOf(this.#block);
    this.#dbfs = dbfs;
    const place = this.#passed - blocks(leadSeconds);
    this.#passed += 1;
    const block = { dbfs, clipped };
    if (place < 0) return;
    if (place < blocks(stepSeconds)) this.#quiet.push(block);
    else if (place >= blocks(stepSeconds + leadSeconds)) this.#loud.push(block);
  }
}

/** The half of the blocks that are quieter: a cough does not make a room noisy. And the loudest tenth: claps are short. */
const shares = { noise: 0.5, loud: 0.9 } as const;

function judge(quiet: readonly Block[], loud: readonly Block[]): SoundCheckResult {
  const [noiseDbfs, loudDbfs] = [quantile(quiet, shares.noise), quantile(loud, shares.loud)];
  const clipped = loud.reduce((sum, block) => sum + block.clipped, 0);
  const clippedShare = clipped / (loud.length * blockSeconds * soundWindow.sampleRate);
  const measured = { noiseDbfs: tenth(noiseDbfs), loudDbfs: tenth(loudDbfs), snrDb: tenth(loudDbfs - noiseDbfs) };
  return { ...measured, clippedShare, verdict: verdictOf({ ...measured, clippedShare }) };
}

function quantile(values: readonly Block[], share: number): number {
  const sorted = values.map(({ dbfs }) => dbfs).sort((one, other) => one - other);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? -100;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}

/** From here on a verdict is: 48 of 48,000 samples cut off, a clap no louder than a whisper, and so on. */
const limits = { deadDbfs: -88, clippedShare: 0.001, sameDb: 3, faintDbfs: -40, noisyDb: 15 } as const;

const verdicts: readonly [SoundVerdict, (result: Omit<SoundCheckResult, 'verdict'>) => boolean][] = [
  ['dead', ({ loudDbfs }) => loudDbfs < limits.deadDbfs],
  ['clips', ({ clippedShare }) => clippedShare >= limits.clippedShare],
  ['same', ({ snrDb }) => snrDb < limits.sameDb],
  ['faint', ({ loudDbfs }) => loudDbfs < limits.faintDbfs],
  ['noisy', ({ snrDb }) => snrDb < limits.noisyDb],
];

function verdictOf(result: Omit<SoundCheckResult, 'verdict'>): SoundVerdict {
  return verdicts.find(([, fits]) => fits(result))?.[0] ?? 'good';
}
