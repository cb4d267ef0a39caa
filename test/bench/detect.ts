import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { actionSvg, roomSvg, sceneSize } from '../../scripts/demo/scene.ts';
import { readNanodetSource } from '../../scripts/models/nanodet-source.ts';
import { findModel } from '../../src/inference/catalog.ts';
import { NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';

const rounds = 6;
const seconds = 6;
type Figure = 'node' | 'bare' | 'peer' | 'p99' | 'idle';
/** As rtsp-in makes them. */
const frameSize = { width: 640, height: 360 };
const figures = 24;
const peerPackages = ['core', 'converter', 'backend-wasm'].map((part) => `@tensorflow/tfjs-${part}@4.22.0`);

const run = promisify(execFile);

/**
 * Three cameras send as fast as they are answered: how many frames a second detectron-infer looks at in a real Node-RED
 * with one thread for models; beside it how often the runtime alone runs the model on one thread, and TensorFlow.js; and how
 * late the main loop is, beside how late it is when the same frames come as fast and nobody looks at them. All take turns,
 * so that a machine that is busy with something else is so for all.
 */
export default async function detect(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-detect-'));
  try {
    console.error('fetching the network and TensorFlow.js');
    const { graph, weights } = readNanodetSource();
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('package.json'), '{"private":true}');
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...peerPackages], { cwd: folder });
    writeFileSync(at('graph.json'), graph);
    writeFileSync(at('weights.bin'), weights);
    writeFileSync(at('input.bin'), modelInput());
    const frames = await drawFrames();

    const child = async (program: string, ...args: string[]): Promise<number> => {
      const { stdout } = await run(process.execPath, [join(import.meta.dirname, program), ...args, String(seconds)]);
      return Number(stdout.trim());
    };
    const figuresOf: Record<Figure, number[]> = { node: [], bare: [], peer: [], p99: [], idle: [] };
    const env = { ECHOSIGHT_VISION_THREADS: '1', TEST_WATCH_LOOP: '1' };
    const host = await NodeRedHost.start(env);
    try {
      await host.deploy(benchFlow());
      await fetch(`${host.url}/frames`, { method: 'POST', body: frames, headers: { 'content-type': 'image/raw' } });
      await drive(host, 3);
      for (let round = 1; round <= rounds; round++) {
        const { fps, p99Ms } = await drive(host, seconds);
        figuresOf.node.push(fps);
        figuresOf.p99.push(p99Ms);
        figuresOf.idle.push((await drive(host, seconds, fps)).p99Ms);
        const { file } = findModel('nanodet-g-416', 'detection');
        figuresOf.bare.push(await child('detect-bare.ts', file, at('input.bin')));
        figuresOf.peer.push(
          await child('detect-peer.ts', folder, at('graph.json'), at('weights.bin'), at('input.bin')),
        );
        console.error(
          `round ${round}: ${Object.entries(figuresOf)
            .map(([name, all]) => `${name} ${rounded(all.at(-1) ?? NaN)}`)
            .join(', ')}`,
        );
      }
    } finally {
      await host.stop();
    }
    const ratios = figuresOf.node.map((fps, round) => fps / (figuresOf.bare[round] ?? NaN));
    return {
      node_fps: rounded(median(figuresOf.node)),
      bare_fps: rounded(median(figuresOf.bare)),
      ratio: Math.round(1000 * median(ratios)) / 1000,
      peer_fps: rounded(median(figuresOf.peer)),
      loop_p99_ms: rounded(median(figuresOf.p99)),
      worst_loop_p99_ms: rounded(Math.max(...figuresOf.p99)),
      loop_p99_ms_without_detector: rounded(median(figuresOf.idle)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Lets the cameras of the flow send for some seconds.
 * @param rate Frames a second that nobody looks at; absent: as many as detectron-infer does.
 */
async function drive(host: NodeRedHost, lasting: number, rate = 0): Promise<{ fps: number; p99Ms: number }> {
  host.seen.length = 0;
  host.send('watch-loop');
  const signal = AbortSignal.timeout(lasting * 1000 + 30_000);
  const response = await fetch(`${host.url}/drive?ms=${lasting * 1000}&rate=${rate}`, { signal });
  const { count, ms } = (await response.json()) as { count: number; ms: number };
  host.send('report-loop');
  const { payload } = await host.waitFor('loop', () => true);
  return { fps: (1000 * count) / ms, p99Ms: (payload as { p99Ms: number }).p99Ms };
}

/** The figure walks through the room, frame by frame. */
async function drawFrames(): Promise<Buffer> {
  const room = await sharp(Buffer.from(roomSvg())).png().toBuffer();
  const frames = Array.from({ length: figures }, async (_, index) => {
    const action =
      actionSvg({ x: 120 + ((sceneSize.width - 240) * index) / figures, step: index / 2 }, undefined) ?? '';
    const drawn = await sharp(room)
      .composite([{ input: Buffer.from(action) }])
      .png()
      .toBuffer();
    return await sharp(drawn).resize(frameSize.width, frameSize.height).removeAlpha().raw().toBuffer();
  });
  return Buffer.concat(await Promise.all(frames));
}

/** Something between black and white as the model sees it. */
function modelInput(): Uint8Array {
  const values = Float32Array.from({ length: 3 * 416 * 416 }, (_, index) => Math.sin(index / 97));
  return new Uint8Array(values.buffer);
}

/**
 * Cameras that send the next frame when the last one was looked at: each in memory of its own (`picture-memory.ts`) that goes
 * with its message and is not copied on the way, as rtsp-in does it.
 */
function benchFlow(): FlowNode[] {
  const { width, height } = frameSize;
  const driver = `
const sources = ['door', 'hall', 'yard'];
const send = (source) => {
  const { frames, at, pauseMs } = context;
  const bytes = ${width * height * 3};
  const first = (at[source]++ % (frames.length / bytes)) * bytes;
  const payload = { v: 1, kind: 'frame', site: 'home', area: 'home', source, seq: at[source], capturedAt: Date.now(),
    width: ${width}, height: ${height}, encoding: 'rgb24' };
  const image = global.get('pictureMemory')(bytes);
  frames.copy(image, 0, first, first + bytes);
  const message = { payload, image };
  const asItIs = false;
  if (pauseMs === undefined) node.send([message, null, null], asItIs);
  else setTimeout(() => node.send([null, null, message], asItIs), pauseMs);
};
if (msg.payload.kind !== undefined) {
  context.count++;
  if (context.drives) send(msg.payload.source);
} else if (Buffer.isBuffer(msg.payload)) {
  context.frames = msg.payload;
  context.at = Object.fromEntries(sources.map((source, index) => [source, 8 * index]));
  return [null, msg, null];
} else if (msg.payload.ms !== undefined) {
  const rate = Number(msg.payload.rate);
  Object.assign(context, { count: 0, drives: true, pauseMs: rate > 0 ? (1000 * sources.length) / rate : undefined });
  const began = Date.now();
  for (const source of sources) send(source);
  setTimeout(() => {
    context.drives = false;
    msg.payload = { count: context.count, ms: Date.now() - began };
    node.send([null, msg, null]);
  }, Number(msg.payload.ms));
}`;
  return [
    { id: 'frames', type: 'http in', url: '/frames', method: 'post', skipBodyParsing: true, wires: [['driver']] },
    { id: 'drive', type: 'http in', url: '/drive', method: 'get', wires: [['driver']] },
    { id: 'driver', type: 'function', func: driver, outputs: 3, wires: [['look'], ['reply'], ['driver']] },
    { id: 'reply', type: 'http response', wires: [] },
    { id: 'look', type: 'detectron-infer', gate: false, crops: 0, wires: [['driver'], []] },
    probe('loop'),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

function rounded(value: number): number {
  return Math.round(10 * value) / 10;
}
