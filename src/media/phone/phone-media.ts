import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError } from '../../contracts/errors.ts';
import type { Clock, PhoneMedia } from '../../contracts/ports.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import { Child } from '../../process/child.ts';
import { runFfmpegJob, type JobRunner } from '../clips/ffmpeg-job.ts';
import type { Turns } from '../clips/turns.ts';
import { pictureLimit } from '../ffmpeg-arguments.ts';
import { locateFfmpeg } from '../ffmpeg-program.ts';
import { lastLines } from '../last-lines.ts';
import type { RingFolders } from '../ring/ring-folders.ts';
import { mp4Tracks } from './mp4-tracks.ts';

const voiceWithinMs = 20_000;
/** Half a minute of video on a small machine. */
const videoWithinMs = 120_000;
/** Enough for a telephone; less where the clip is long. */
const [mostBitsPerSecond, leastBitsPerSecond] = [2_500_000, 100_000];
const soundBitsPerSecond = 48_000;
/** Headers, and the encoder's liberty with the rate that it was given. */
const spare = 0.85;
/** No phone shows more; even sizes, as its colours need. */
const phoneSize = "scale='trunc(min(1,1280/max(iw,ih))*iw/2)*2':'trunc(min(1,1280/max(iw,ih))*ih/2)*2'";

export interface PhoneMediaOptions {
  clock: Clock;
  folders: Pick<RingFolders, 'make'>;
  turns: Turns;
  run?: JobRunner;
}

/** Encodes by ffmpeg: one job at a time, behind the rest of the machine. */
export function phoneMedia({ clock, folders, turns, run = runFfmpegJob }: PhoneMediaOptions): PhoneMedia {
  return {
    voiceNote: (samples, signal) => turns.take(() => voiceNote(samples, clock, signal)),
    async video(clip, bytes, signal) {
      const tracks = mp4Tracks(clip);
      if (tracks !== undefined && isForPhones(tracks.codecs) && clip.length <= bytes) return clip;
      const seconds = Math.max(1, tracks?.seconds ?? 30);
      return await turns.take(async () => {
        const folder = await folders.make();
        try {
          const [from, to] = [join(folder, 'clip.mp4'), join(folder, 'phone.mp4')];
          await writeFile(from, clip, { mode: 0o600 });
          const { path: program } = await locateFfmpeg();
          const job = {
            ...{ program, withinMs: videoWithinMs, patient: true },
            input: { file: from, options: [...pictureLimit, '-f', 'mov'] },
            output: { file: to, options: videoOptions(bytes, seconds) },
          };
          await run(job, { clock, signal });
          const encoded = await readFile(to);
          if (encoded.length <= bytes) return encoded;
          throw failed(`it has ${encoded.length} bytes and may have ${bytes}`);
        } finally {
          await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
        }
      });
    },
  };
}

/** H.264 with at most one AAC track. */
function isForPhones(codecs: readonly string[]): boolean {
  const videos = codecs.filter((codec) => codec === 'avc1');
  const sounds = codecs.filter((codec) => codec === 'mp4a');
  return videos.length === 1 && sounds.length <= 1 && videos.length + sounds.length === codecs.length;
}

function videoOptions(bytes: number, seconds: number): string[] {
  const affordable = (bytes * 8 * spare) / seconds - soundBitsPerSecond;
  const rate = Math.round(Math.max(leastBitsPerSecond, Math.min(mostBitsPerSecond, affordable)));
  return [
    ...['-map', '0:v:0', '-map', '0:a:0?', '-vf', phoneSize],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'main', '-pix_fmt', 'yuv420p', '-crf', '25'],
    ...['-maxrate', String(rate), '-bufsize', String(rate), '-threads', '1'],
    ...['-c:a', 'aac', '-b:a', String(soundBitsPerSecond), '-ac', '1', '-movflags', '+faststart', '-f', 'mp4'],
  ];
}

async function voiceNote(samples: Float32Array, clock: Clock, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const { path: program } = await locateFfmpeg();
  const args = [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-threads', '1'],
    ...['-f', 'f32le', '-ar', String(soundWindow.sampleRate), '-ac', '1', '-i', 'pipe:0'],
    ...['-c:a', 'libopus', '-b:a', '24k', '-f', 'ogg', 'pipe:1'],
  ];
  const input = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const child = new Child({ program, args, input, clock });
  const pieces: Buffer[] = [];
  child.output(1).on('data', (piece: Buffer) => pieces.push(piece));
  const said = lastLines(child, [], () => undefined);
  const stop = (): void => {
    void child.stop();
  };
  const cancel = clock.after(voiceWithinMs, stop);
  signal.addEventListener('abort', stop);
  const { error, code } = await child.closed;
  cancel();
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (error !== undefined)
    throw new SentinelError('ES_FFMPEG_MISSING', 'ffmpeg could not be started.', { cause: error });
  if (code !== 0 || pieces.length === 0) throw failed(said.at(-1) ?? `ffmpeg ended with ${code}`);
  return Buffer.concat(pieces);
}

function failed(why: string): SentinelError {
  return new SentinelError('ES_CLIP_FAILED', `What was kept could not be made ready for a phone: ${why}.`);
}
