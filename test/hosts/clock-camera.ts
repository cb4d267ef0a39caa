import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { DemoRelay, type DemoRelayOptions } from '../../scripts/demo/demo-relay.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { demoClip } from '../integration/demo-camera.ts';
import { drawClock } from './clock-picture.ts';

const [width, height, rate] = [1280, 720, 15];
const frameBytes = (width * height * 3) / 2;
/** Where in the clip somebody walks, and how much of it is shown again and again. */
const scene = { from: '2', seconds: '4' };
const path = '/front';
/**
 * ffmpeg sends picture and sound in the order of their times and waits for the one that is behind: AAC of 16 kHz would
 * make every picture 0.2 s late, which no camera does.
 */
const soundRate = 48_000;

/**
 * A 720p15 camera (H.264 at 2 Mbit/s with noise as real ones have, a key frame each second, AAC) whose every picture shows
 * when it was taken: the time is drawn at the moment a picture is handed to the encoder.
 */
export async function startClockCamera(
  options: DemoRelayOptions = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const { path: ffmpeg } = await locateFfmpeg();
  const frames = await noisyScene(ffmpeg);
  const relay = new DemoRelay(options);
  await relay.listen();
  const url = relay.url(path);
  const encoder = spawn(ffmpeg, encoderArguments(url), { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
  const ended = once(encoder, 'close');
  const [pictures, , , sound] = encoder.stdio as unknown as [Writable, null, null, Writable];
  for (const stream of [pictures, sound]) stream.on('error', () => undefined);
  const noise = roomNoise();
  let begun = performance.now();
  let [shown, heard] = [0, 0];
  const timer = setInterval(() => {
    // An encoder that is behind gets nothing more to do, as in a camera: its delay must not grow.
    if (pictures.writableLength > 2 * frameBytes) begun = performance.now() - (shown / rate) * 1000;
    const seconds = (performance.now() - begun) / 1000;
    const due = Math.floor(seconds * soundRate);
    // A process that was held up for more than a second owes no sound of that time.
    sound.write(noise.subarray(0, 2 * (due - heard)));
    heard = due;
    for (; shown < seconds * rate; shown += 1) {
      const frame = Buffer.from(frames[shown % frames.length] ?? Buffer.alloc(frameBytes));
      drawClock(frame, Date.now());
      pictures.write(frame);
    }
  }, 5);
  await relay.published(path);
  return {
    url,
    async stop() {
      clearInterval(timer);
      encoder.kill('SIGKILL');
      await ended;
      await relay.close();
    },
  };
}

function encoderArguments(url: string): string[] {
  const atOnce = ['-probesize', '32', '-analyzeduration', '0'];
  return [
    ...['-hide_banner', '-loglevel', 'error'],
    ...[
      ...atOnce,
      '-f',
      'rawvideo',
      '-pix_fmt',
      'yuv420p',
      '-s',
      `${width}x${height}`,
      '-r',
      `${rate}`,
      '-i',
      'pipe:0',
    ],
    ...[...atOnce, '-f', 's16le', '-ar', `${soundRate}`, '-ac', '1', '-i', 'pipe:3', '-map', '0:v', '-map', '1:a'],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-threads', '1', '-profile:v', 'main'],
    ...['-bf', '0', '-g', `${rate}`, '-b:v', '2M', '-maxrate', '2M', '-bufsize', '1M', '-vsync', 'passthrough'],
    ...['-c:a', 'aac', '-b:a', '48k', '-muxdelay', '0', '-f', 'rtsp', '-rtsp_transport', 'tcp', url],
  ];
}

/** A second of 16 bit samples, quiet. */
function roomNoise(): Buffer {
  const random = seededRandom(1);
  const samples = Int16Array.from({ length: soundRate }, () => Math.round((random() - 0.5) * 400));
  return Buffer.from(samples.buffer);
}

/** Some seconds of the demo scene as raw pictures, with noise that changes from picture to picture. */
async function noisyScene(ffmpeg: string): Promise<Buffer[]> {
  const filter = `fps=${rate},scale=${width}:${height},noise=alls=6:allf=t`;
  const { stdout } = await promisify(execFile)(
    ffmpeg,
    [
      ...['-loglevel', 'error', '-ss', scene.from, '-t', scene.seconds, '-i', demoClip, '-an', '-vf', filter],
      ...['-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 1 << 28 },
  );
  const count = Math.floor(stdout.length / frameBytes);
  return Array.from({ length: count }, (_, index) => stdout.subarray(index * frameBytes, (index + 1) * frameBytes));
}
