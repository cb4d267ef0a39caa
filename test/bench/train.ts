import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildIsStale } from '../../scripts/build.ts';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { cpuSecondsOf, rounded } from './process-cost.ts';

const [clips, seconds, rate] = [400, 3, 16_000];

interface Trained {
  state: string;
}

/**
 * Teaches the sound model that ships from 400 recordings of 3 s in two classes, as `echosight audio-train` does: unpacking,
 * decoding, embeddings, the head, and the score of every recording with itself left out.
 */
export default async function train(): Promise<Record<string, unknown>> {
  if (buildIsStale()) await build();
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-train-'));
  const wallMs: number[] = [];
  let cpu = 0;
  try {
    const recordings = join(folder, 'recordings');
    for (let clip = 0; clip < clips; clip++) write(recordings, clip);
    for (let run = 0; run < 3; run++) {
      const startedAt = performance.now();
      cpu = await teach(recordings, join(folder, `head-${run}`));
      wallMs.push(performance.now() - startedAt);
      console.error(`run ${run + 1}: ${rounded((wallMs.at(-1) ?? 0) / 1000, 1)} s, ${cpu} s of CPU`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const median = wallMs.toSorted((a, b) => a - b)[1] ?? Number.NaN;
  return {
    clips,
    clip_seconds: seconds,
    seconds: rounded(median / 1000, 1),
    cpu_s: cpu,
    cores: availableParallelism(),
  };
}

/** One whole command line. @returns its CPU seconds */
async function teach(recordings: string, out: string): Promise<number> {
  const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
  const child = spawn(process.execPath, [program, 'audio-train', recordings, '--out', out, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [said, cpu] = ['', 0];
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const watch = setInterval(() => {
    if (child.exitCode === null && child.pid !== undefined) cpu = cpuSecondsOf(child.pid);
  }, 100);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  const session = JSON.parse(said) as Trained;
  if (code !== 0 || session.state !== 'done') throw new Error(`the training ended with ${String(code)}: ${said}`);
  return rounded(cpu, 1);
}

/** Bangs that ring, or a room with a hum: two classes that can be told apart, no two recordings the same. */
function write(folder: string, clip: number): void {
  const random = seededRandom(clip + 1);
  const isDanger = clip % 2 === 1;
  const [at, ring, hum] = [0.2 + 2 * random(), 800 + 3000 * random(), 50 + 200 * random()];
  const samples = Float32Array.from({ length: seconds * rate }, (_, index) => {
    const t = index / rate;
    const room = 0.01 * (random() - 0.5) + 0.03 * Math.sin(2 * Math.PI * hum * t);
    if (!isDanger || t < at) return room;
    const fade = Math.exp(-(t - at) * 9);
    return room + fade * (0.4 * (random() - 0.5) + 0.4 * Math.sin(2 * Math.PI * ring * t));
  });
  const of = join(folder, isDanger ? 'danger' : 'safe');
  mkdirSync(of, { recursive: true });
  writeFileSync(join(of, `${String(clip).padStart(3, '0')}.wav`), encodeWav(samples, rate));
}
