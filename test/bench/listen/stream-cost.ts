import { gaussian, seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { openClassification } from '../../../src/audio/classification.ts';
import { patch } from '../../../src/audio/log-mel.ts';
import { RowMemory } from '../../../src/audio/row-memory.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import { resample } from '../../../src/pcm/resample.ts';
import { soundWindow } from '../../../src/pcm/sound-window.ts';
import { soundDefaults } from '../../eval/sound-finder.ts';
import { rounded } from '../process-cost.ts';

const { sampleRate, samples: length, hop } = soundWindow;
const warmUpSeconds = 20;
const seconds = 60;
/** Medians of so many minutes: other work on the machine makes some of them longer. */
const runs = 7;

/** CPU time of a live stream in a thread that does nothing else: as the audio worker does it, window by window. */
export interface StreamCost {
  /** Per second of sound. */
  logmelMs: number;
  modelMsPerWindow: number;
  /** Seconds of sound in a second of one core. */
  realtimeFactor: number;
}

export async function streamCost(step: number = hop): Promise<StreamCost> {
  const service = await openClassification(findModel(soundDefaults.model, 'sound'));
  try {
    const random = seededRandom(4);
    const sound = Float32Array.from({ length: seconds * sampleRate }, () => 0.05 * gaussian(random));
    const windows = (to: number): Float32Array[] => {
      const count = 1 + Math.floor((to * sampleRate - length) / step);
      return Array.from({ length: count }, (_, index) => sound.slice(index * step, index * step + length));
    };
    const logmel = (to: number) => {
      const memory = new RowMemory();
      const into = new Float32Array(patch.size);
      for (const samples of windows(to)) memory.write('mic', samples, into);
      return Promise.resolve();
    };
    const whole = async (to: number) => {
      for (const samples of windows(to)) await service.answer({ windows: [{ source: 'mic', samples }] });
    };
    for (const work of [logmel, whole]) await work(warmUpSeconds);
    const logmelMs = await median(() => logmel(seconds));
    const wholeMs = await median(() => whole(seconds));
    return {
      logmelMs: rounded(logmelMs / seconds, 2),
      modelMsPerWindow: rounded((wholeMs - logmelMs) / windows(seconds).length, 2),
      realtimeFactor: rounded((1000 * seconds) / wholeMs),
    };
  } finally {
    await service.release();
  }
}

/** CPU milliseconds to bring a second of sound to 16 kHz. */
export async function resamplingMs(rate: number): Promise<number> {
  const random = seededRandom(6);
  const sound = Float32Array.from({ length: rate }, () => random() - 0.5);
  const second = () => Promise.resolve(resample(sound, rate, sampleRate));
  for (let run = 0; run < 20; run += 1) await second();
  return rounded(await median(second), 1);
}

/** Of the CPU time that this thread takes for it: what others do on the machine counts for little. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = process.threadCpuUsage();
    await work();
    const { user, system } = process.threadCpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times.toSorted((one, other) => one - other)[Math.floor(runs / 2)] ?? Number.NaN;
}
