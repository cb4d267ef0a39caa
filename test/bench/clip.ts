import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Ingest } from '../../src/media/ingest.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { CameraRings } from '../../src/site/camera-rings.ts';
import { Receiver, startDemoCamera } from '../integration/demo-camera.ts';
import { RecordingLog } from '../unit/recording-log.ts';

const [size, pictures, snapshots] = ['1280x720', 15, 15];
const captureDelayMs = 300;

/**
 * A 720p camera with sound: how long a picture of it at full size takes, and how long after its last second a clip of 15 s
 * is there. The baseline is what would be done without a ring: a picture over a new connection.
 */
export default async function clip(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'echosight-bench-'));
  const file = join(folder, 'camera.mp4');
  const { path: ffmpeg } = await locateFfmpeg();
  await promisify(execFile)(ffmpeg, [
    ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${pictures},noise=alls=12:allf=t`],
    ...[
      '-f',
      'lavfi',
      '-i',
      'sine=frequency=440:sample_rate=16000',
      '-t',
      '20',
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
    ],
    ...['-bf', '0', '-g', `${pictures}`, '-b:v', '3M', '-maxrate', '3M', '-bufsize', '3M', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'aac', '-b:a', '48k', file],
  ]);
  const camera = await startDemoCamera({ file });
  const [clock, log, receiver] = [new SiteClock(), new RecordingLog(), new Receiver()];
  const rings = new CameraRings({ clock, log });
  const ring = rings.open({ name: 'camera', area: 'bench', sound: true }, { captureDelayMs });
  const view = { transport: 'tcp', width: 640, rate: 5, audio: true, captureDelayMs } as const;
  const privacy = { polygons: [], maskFile: '' };
  const ingest = new Ingest(
    { address: parseSourceAddress(camera.url), ...view, privacy, ring, clock, random: Math.random, log },
    receiver,
  );
  ingest.start();
  try {
    await receiver.until(() => receiver.frames.length >= 30, 'six seconds of frames');
    console.error('pictures out of the ring and over new connections');
    const ours: number[] = [];
    for (let n = 0; n < snapshots; n += 1) {
      ours.push(await timed(() => rings.snapshot('camera', clock.now() - 1000)));
      await sleep(130);
    }
    const asked = clock.now();
    const newest = await rings.snapshot('camera', asked);
    const still = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', camera.url, '-frames:v', '1', '-q:v', '3', '-y'];
    const theirs: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      theirs.push(await timed(() => promisify(execFile)(ffmpeg, [...still, join(folder, 'still.jpg')])));
    }
    console.error('a clip from five seconds ago until ten seconds from now');
    const event = clock.now();
    const made = await rings.clip('camera', { from: event - 5000, to: event + 10_000 });
    const readyMs = clock.now() - (event + 10_000);
    if (made === undefined) throw new Error('There is no clip.');
    return {
      bench: 'clip',
      camera: `${size} H.264 at ${pictures}/s, 3 Mbit/s, AAC`,
      snapshot_p50_ms: median(ours),
      newest_snapshot_age_ms: newest && asked - newest.capturedAt,
      clip_ready_after_end_ms: readyMs,
      clip_seconds: (made.to - made.from) / 1000,
      clip_bytes: made.bytes.length,
      ring_bytes: ring.bytes,
      baseline: { what: 'a picture over a new RTSP connection', snapshot_p50_ms: median(theirs) },
    };
  } finally {
    await ingest.stop();
    await rings.close();
    await camera.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  if ((await work()) === undefined) throw new Error('There is no picture.');
  return performance.now() - started;
}

function median(values: number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN);
}
