import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { paneSound, recognisedPane, roomTone, soundRate } from './pane-sound.ts';
import { brokenFor, demoScenario, figureAt, loopUnit, type Scenario } from './scenario.ts';
import { actionSvg, roomSvg, sceneSize } from './scene.ts';

const frameRate = 15;
const paneLoudness = 0.5;

/**
 * Draws a scenario and encodes it as the cameras of this world do: H.264 main without B frames, a key frame each
 * second, AAC 16 kHz mono, faststart MP4. Pictures and samples are the same on every run; the bytes of the file
 * depend on the version of ffmpeg that encodes them.
 * @param ffmpeg path of an ffmpeg with libx264
 * @throws RangeError when the duration is no multiple of `loopUnit`
 */
export async function makeClip(scenario: Scenario, file: string, ffmpeg: string): Promise<void> {
  const loops = scenario.duration / loopUnit;
  if (Math.abs(loops - Math.round(loops)) > 1e-6) throw new RangeError(`A clip must last a multiple of ${loopUnit} s.`);
  const unfinished = `${file}.part`;
  const encoder = spawn(ffmpeg, encoderArguments(unfinished), { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
  const [pictures, , words, sound] = encoder.stdio as unknown as [Writable, null, Readable, Writable];
  let complaints = '';
  words.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const [[code]] = (await Promise.all([
    once(encoder, 'close'),
    feed(drawnPictures(scenario), pictures),
    feed([soundTrack(scenario)], sound),
  ])) as [[number | null], unknown, unknown];
  if (code !== 0) throw new Error(`ffmpeg could not encode the clip: ${complaints}`);
  await rename(unfinished, file);
}

/** An encoder that dies early closes its pipes under our hands; its exit code and its words tell that story. */
async function feed(source: AsyncIterable<Buffer> | Iterable<Buffer>, sink: Writable): Promise<void> {
  await pipeline(Readable.from(source), sink).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
  });
}

/** The sound of a scenario as 16 bit little endian samples, mono, 16 kHz. */
function soundTrack(scenario: Scenario): Buffer {
  const track = roomTone(scenario.duration, 1);
  const pane = paneSound(recognisedPane);
  for (const second of scenario.panes) {
    const start = Math.round(second * soundRate);
    pane.subarray(0, track.length - start).forEach((sample, index) => {
      track[start + index] = (track[start + index] ?? 0) + paneLoudness * sample;
    });
  }
  const bytes = Buffer.alloc(track.length * 2);
  track.forEach((sample, index) =>
    bytes.writeInt16LE(Math.round(32767 * Math.max(-1, Math.min(1, sample))), index * 2),
  );
  return bytes;
}

async function* drawnPictures(scenario: Scenario): AsyncGenerator<Buffer> {
  const room = await sharp(Buffer.from(roomSvg())).removeAlpha().raw().toBuffer();
  const frames = Math.round(scenario.duration * frameRate);
  for (let frame = 0; frame < frames; frame += 1) {
    const second = frame / frameRate;
    const action = actionSvg(figureAt(scenario, second), brokenFor(scenario, second));
    yield action === undefined ? room : await overlaid(room, action);
  }
}

async function overlaid(room: Buffer, action: string): Promise<Buffer> {
  return sharp(room, { raw: { ...sceneSize, channels: 3 } })
    .composite([{ input: Buffer.from(action) }])
    .removeAlpha()
    .raw()
    .toBuffer();
}

function encoderArguments(file: string): string[] {
  const { width, height } = sceneSize;
  return [
    ...['-hide_banner', '-loglevel', 'error', '-y'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', `${frameRate}`, '-i', 'pipe:0'],
    ...['-f', 's16le', '-ar', `${soundRate}`, '-ac', '1', '-i', 'pipe:3'],
    ...['-c:v', 'libx264', '-preset', 'medium', '-profile:v', 'main', '-pix_fmt', 'yuv420p', '-crf', '30'],
    ...['-bf', '0', '-g', `${frameRate}`, '-keyint_min', `${frameRate}`, '-sc_threshold', '0', '-threads', '1'],
    ...['-c:a', 'aac', '-b:a', '32k', '-ar', `${soundRate}`, '-ac', '1'],
    ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact', '-map_metadata', '-1'],
    ...['-movflags', '+faststart', '-f', 'mp4', file],
  ];
}

if (import.meta.main) {
  const [file = join(import.meta.dirname, 'demo-clip.mp4'), ffmpeg = 'ffmpeg'] = process.argv.slice(2);
  await makeClip(demoScenario, file, ffmpeg);
  console.log(`${file} written`);
}
