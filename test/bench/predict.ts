import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, buildIsStale } from '../../scripts/build.ts';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { encodeWav } from '../../src/pcm/wav.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { cpuSecondsOf, rounded } from './process-cost.ts';

const files = 20;
const seconds = 3;
const measuredSeconds = Number(process.env.PREDICT_SECONDS ?? 60);
const otherSeconds = Math.min(20, measuredSeconds);

type Figures = Record<string, unknown>;

/**
 * 100 users, ten more each second, who ask the sound routes of a real Node-RED without a pause, for a minute once all are
 * there: /predict, /health and /model/status in equal thirds; then /predict alone, and the same with 44.1 kHz in stereo.
 * The users are a process of their own on the same machine.
 */
export default async function predict(): Promise<Figures> {
  if (buildIsStale()) await build();
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-predict-'));
  const [plain, wide] = [join(folder, '16k'), join(folder, '44k')];
  for (let file = 0; file < files; file++) {
    write(plain, file, encodeWav(sound(file, 16_000), 16_000));
    write(wide, file, stereo(encodeWav(sound(file, 44_100), 44_100)));
  }
  const host = await NodeRedHost.start();
  try {
    await host.deploy(flow);
    await firstAnswer(host, plain);
    const mix = await load(host, plain, 'mix', measuredSeconds);
    const alone = await load(host, plain, 'predict', measuredSeconds);
    const wideAlone = await load(host, wide, 'predict', otherSeconds);
    return { mix, predict_only: alone, predict_only_44k_stereo: wideAlone, cores: availableParallelism() };
  } finally {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const flow: FlowNode[] = [
  { id: 'site', type: 'sentinel-site', name: 'Home', folder: '' },
  { id: 'ears', type: 'audio-classify', site: 'site', wires: [[]] },
];

async function load(host: NodeRedHost, folder: string, kind: string, forSeconds: number): Promise<Figures> {
  console.error(`${kind}, ${folder.slice(-3)}: ${forSeconds} s`);
  const before = cpuSecondsOf(host.pid);
  const { port } = new URL(host.url);
  const script = join(import.meta.dirname, 'predict-load.ts');
  const child = spawn(process.execPath, [script, port, folder, kind, String(forSeconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the users ended with ${String(code)}`);
  const cpu = rounded(cpuSecondsOf(host.pid) - before, 1);
  const figures = { ...(JSON.parse(said) as Figures), server_cpu_s: cpu };
  console.error(JSON.stringify(figures));
  return figures;
}

/** The model is loaded before anything is measured. */
async function firstAnswer(host: NodeRedHost, folder: string): Promise<void> {
  const form = new FormData();
  form.set('file', new Blob([readFileSync(join(folder, '00.wav'))]));
  const response = await fetch(`${host.url}/echosight/api/v1/sound/predict`, { method: 'POST', body: form });
  if (!response.ok) throw new Error(`/predict: ${response.status} ${await response.text()}`);
  console.error((await response.text()).slice(0, 300));
}

/** A room with noise, hum, something like a voice, and now and then a bang: never silent, never the same. */
function sound(seed: number, rate: number): Float32Array {
  const random = seededRandom(seed + 1);
  const [pitch, hum, bangAt] = [90 + 200 * random(), 50 + 10 * random(), random() * seconds];
  const [noise, voice] = [0.004 + 0.03 * random(), 0.05 + 0.2 * random()];
  return Float32Array.from({ length: seconds * rate }, (_, index) => {
    const t = index / rate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3.1 * t + seed));
    const spoken = [1, 2, 3, 5, 8].reduce((sum, n) => sum + Math.sin(2 * Math.PI * pitch * n * t) / n, 0);
    const bang = t > bangAt ? Math.exp(-(t - bangAt) * 25) * (random() - 0.5) * (seed % 2) : 0;
    return voice * syllable * spoken + 0.02 * Math.sin(2 * Math.PI * hum * t) + noise * (random() - 0.5) + bang;
  });
}

/** The same sound on both sides. */
function stereo(wav: Buffer): Buffer {
  const header = Buffer.from(wav.subarray(0, 44));
  const samples = wav.subarray(44);
  const data = Buffer.alloc(2 * samples.length);
  for (let at = 0; at < samples.length; at += 2) {
    samples.copy(data, 2 * at, at, at + 2);
    samples.copy(data, 2 * at + 2, at, at + 2);
  }
  header.writeUInt32LE(36 + data.length, 4);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(4 * header.readUInt32LE(24), 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

function write(folder: string, file: number, wav: Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${String(file).padStart(2, '0')}.wav`), wav);
}
