import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inputCommand } from '../../src/media/ffmpeg-arguments.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { childrenNamed, until, vitalsOf } from '../faults/vitals.ts';
import { CameraProcess } from '../hosts/camera-process.ts';
import { readClock } from '../hosts/clock-picture.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { commandLineOf, cpuSecondsOf, percentile, rounded } from './process-cost.ts';

const settleMs = 5000;
const idleMs = 15_000;
const warmUpMs = 20_000;
const watchMs = 60_000;
const baselineMs = 30_000;
/** Between two looks at the memory, of which the median counts: garbage comes and goes. */
const betweenMs = 3000;
const rate = 5;
const width = 640;
/** Where the segments go, in the command line. */
const ringFolder = /\/[^\s\]]*echosight-ring-[^/]+\/\d+/;

/** What a frame message said, as the function node behind rtsp-in reports it. */
interface FrameReport {
  camera: string;
  /** From the clock in the picture to the message. */
  lateMs: number;
  /** What the message says of its capture, less what the clock in the picture says. */
  saidMs: number;
  /** The clock in the picture. */
  shown: number;
}

/**
 * One and then eight cameras of 720p15 H.264 and AAC over TCP, from an RTSP server in another process whose time does not
 * count: frames of 640 pixels at 5/s, sound, and the ring. What Node-RED uses and holds without a camera is taken off. Beside it what a bare ffmpeg with the same command line costs.
 */
export default async function ingest(): Promise<Record<string, unknown>> {
  const camera = await CameraProcess.start('clock');
  try {
    const one = await measure(camera.url, 1);
    const eight = await measure(camera.url, 8);
    const baseline = await bareFfmpeg(camera.url, one.commandLine);
    return { ...eight.figures, one_camera: one.figures, bare_ffmpeg: baseline };
  } finally {
    await camera.stop();
  }
}

async function measure(url: string, cameras: number) {
  console.error(`${cameras} camera${cameras > 1 ? 's' : ''} of 720p15`);
  const host = await NodeRedHost.start({ TEST_WATCH_LOOP: '1' });
  try {
    await host.deploy([]);
    await sleep(settleMs);
    const [idleSpent, idleBegun] = [cpuSecondsOf(host.pid), performance.now()];
    await sleep(idleMs);
    const idlePerSecond = ((cpuSecondsOf(host.pid) - idleSpent) / (performance.now() - idleBegun)) * 1000;
    const idleMb = vitalsOf(host.pid).rss;
    await host.deploy(flowOf(url, cameras));
    const reports = (): FrameReport[] => host.messages('frames').flatMap(({ payload }) => payload as FrameReport[]);
    await until(
      () => new Set(reports().map((one) => one.camera)).size === cameras,
      'every camera shows pictures',
      60_000,
    );
    await sleep(warmUpMs);
    host.seen.length = 0;
    const ffmpegs = childrenNamed(host.pid, 'ffmpeg');
    const cost = (): { ffmpeg: number; node: number } => ({
      ffmpeg: ffmpegs.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
      node: cpuSecondsOf(host.pid),
    });
    host.send('watch-loop');
    const held = (): number =>
      ffmpegs.reduce((sum, pid) => sum + vitalsOf(pid).rss, 0) + vitalsOf(host.pid).rss - idleMb;
    const [before, begun] = [cost(), performance.now()];
    const memory: number[] = [];
    while (performance.now() - begun < watchMs) {
      await sleep(betweenMs);
      memory.push(held());
    }
    const [after, seconds] = [cost(), (performance.now() - begun) / 1000];
    const frames = reports();
    host.send('report-loop');
    const { payload } = await host.waitFor('loop', () => true);
    const nodeSpent = after.node - before.node - idlePerSecond * seconds;
    const perMinute = (spent: number): number => rounded((spent / cameras / seconds) * 60, 2);
    const ffmpegMb = ffmpegs.reduce((sum, pid) => sum + vitalsOf(pid).rss, 0);
    const rates = Object.values(Object.groupBy(frames, (one) => one.camera)).map((list = []) => rateOf(list));
    const figures = {
      cameras,
      cpu_s_per_stream_min: perMinute(after.ffmpeg - before.ffmpeg + nodeSpent),
      rss_mb_per_stream: rounded(percentile(memory, 0.5) / cameras, 1),
      fps: rounded(rates.reduce((sum, one) => sum + one, 0) / cameras, 2),
      dropped: missed(frames),
      loop_p99_ms: rounded((payload as { p99Ms: number }).p99Ms, 1),
      capture_to_message_p50_ms: Math.round(
        percentile(
          frames.map((one) => one.lateMs),
          0.5,
        ),
      ),
      capture_to_message_p90_ms: Math.round(
        percentile(
          frames.map((one) => one.lateMs),
          0.9,
        ),
      ),
      captured_at_error_p50_ms: Math.round(
        percentile(
          frames.map((one) => one.saidMs),
          0.5,
        ),
      ),
      least_fps: rounded(Math.min(...rates), 2),
      ffmpeg_cpu_s_per_stream_min: perMinute(after.ffmpeg - before.ffmpeg),
      ffmpeg_rss_mb_per_stream: rounded(ffmpegMb / cameras, 1),
      node_cpu_s_per_stream_min: perMinute(nodeSpent),
      node_rss_growth_mb: rounded(percentile(memory, 0.5) - ffmpegMb, 1),
      idle_node_cpu_s_per_min: rounded(idlePerSecond * 60, 2),
    };
    return { figures, commandLine: commandLineOf(ffmpegs[0] ?? host.pid) };
  } finally {
    await host.stop();
  }
}

/** Pictures a second between the first and the last. */
function rateOf(frames: readonly FrameReport[]): number {
  const shownMs = (frames.at(-1)?.shown ?? 0) - (frames[0]?.shown ?? 0);
  return ((frames.length - 1) / shownMs) * 1000;
}

/** Pictures that were due after one that came, and did not come. */
function missed(frames: readonly FrameReport[]): number {
  const byCamera = Object.values(Object.groupBy(frames, (one) => one.camera));
  const gaps = byCamera.flatMap((list = []) =>
    list.slice(1).map((one, index) => one.shown - (list[index]?.shown ?? 0)),
  );
  return gaps.reduce((sum, gap) => sum + Math.max(0, Math.round((gap * rate) / 1000) - 1), 0);
}

/** The same command line without Node.js: what it puts out goes to nobody. */
async function bareFfmpeg(url: string, commandLine: readonly string[]) {
  console.error('a bare ffmpeg');
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-bench-'));
  const source = { address: parseSourceAddress(url), transport: 'tcp' } as const;
  const { input } = inputCommand(source, await locateFfmpeg());
  const [program = '', ...args] = commandLine.map((word) => word.replace(ringFolder, folder));
  // `ignore` would leave the descriptors from 3 on closed, and ffmpeg would take its own socket for one of them.
  const nobody = openSync('/dev/null', 'w');
  const child = spawn(program, args, { stdio: ['pipe', nobody, nobody, nobody, nobody, nobody] });
  try {
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    const { pid = 0 } = child;
    await sleep(warmUpMs);
    const [before, begun] = [cpuSecondsOf(pid), performance.now()];
    await sleep(baselineMs);
    const minutes = (performance.now() - begun) / 60_000;
    return {
      cpu_s_per_stream_min: rounded((cpuSecondsOf(pid) - before) / minutes, 2),
      rss_mb_per_stream: vitalsOf(pid).rss,
    };
  } finally {
    child.kill('SIGKILL');
    closeSync(nobody);
    rmSync(folder, { recursive: true, force: true });
  }
}

function flowOf(address: string, cameras: number): FlowNode[] {
  const read = `const { payload, image } = msg;
const shown = (${readClock.toString()})(image, payload.width);
if (shown === undefined) return null;
const camera = payload.source;
const now = Date.now();
const seen = context.get('seen') ?? [];
seen.push({ camera, lateMs: now - shown, saidMs: payload.capturedAt - shown, shown });
// Every message to another process costs more than what is measured here.
const due = now - (context.get('told') ?? 0) >= 1000;
if (due) {
  global.get('report')('frames', { payload: seen });
  context.set('told', now);
}
context.set('seen', due ? [] : seen);
return null;`;
  return [
    { id: 'site', type: 'sentinel-site', name: 'Bench', siteId: 'bench', dataFolder: '' },
    { id: 'read', type: 'function', name: '', func: read, outputs: 1, wires: [[]] },
    ...Array.from({ length: cameras }, (_, index) => index).flatMap((index): FlowNode[] => [
      {
        ...{ id: `lens${index}`, type: 'sentinel-camera', name: `camera${index}`, site: 'site', area: 'hall' },
        ...{ address, audio: 'record' },
      },
      { id: `eye${index}`, type: 'rtsp-in', camera: `lens${index}`, width, rate, wires: [['read'], [], []] },
    ]),
  ];
}
