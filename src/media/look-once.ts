import { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { Child } from '../process/child.ts';
import { failureFrom } from './failures.ts';
import { inputCommand, type SourceOptions } from './ffmpeg-arguments.ts';
import type { FfmpegProgram } from './ffmpeg-program.ts';
import { contentIn, linesOf, probeSource, type SourceContent } from './source-probe.ts';

const longestLookMs = 20_000;
const longestReport = 64 * 1024;
const mostBytes = 4_000_000;

/** At most 1280 x 1280 pixels, in the true shape of the picture, and never larger than it is. */
const scale = String.raw`scale=w='min(1280\,2*ceil(iw*sar/2))':h='min(1280\,max(2\,2*round(ow/dar/2)))',setsar=1`;

/** What one look at a source shows. */
export interface Look extends SourceContent {
  /** The first picture, a JPEG of at most 4 MB. */
  jpeg: Buffer;
  /** Milliseconds from the first question to the first picture. */
  firstPictureMs: number;
}

/**
 * Opens a source for one picture and closes it again: over a connection of its own, within 20 seconds.
 * @throws SentinelError ES_CAMERA_UNAUTHORISED, ES_CAMERA_NOT_FOUND, ES_CAMERA_UNREACHABLE, ES_CAMERA_STALLED,
 *   ES_STREAM_UNUSABLE, ES_FFMPEG_UNSUITABLE, ES_BAD_ADDRESS; the reason of the signal when it was aborted
 */
export async function lookOnce(
  source: SourceOptions,
  { program, clock, signal }: { program: FfmpegProgram; clock: Clock; signal: AbortSignal },
): Promise<Look> {
  signal.throwIfAborted();
  const began = clock.monotonic();
  const late = new AbortController();
  const cancel = clock.after(longestLookMs, () => {
    late.abort();
  });
  const limit = AbortSignal.any([signal, late.signal]);
  try {
    // Before ffmpeg goes there: this says in words what is wrong, and where it may not go.
    await probeSource(source, { content: false, deep: false }, { program, clock, signal: limit });
    const { at, ...look } = await firstPicture(source, { program, clock, signal: limit });
    return { ...look, firstPictureMs: at - began };
  } catch (error) {
    signal.throwIfAborted();
    throw late.signal.aborted ? stalled() : error;
  } finally {
    cancel();
  }
}

async function firstPicture(
  source: SourceOptions,
  { program, clock, signal }: { program: FfmpegProgram; clock: Clock; signal: AbortSignal },
): Promise<SourceContent & { jpeg: Buffer; at: number }> {
  signal.throwIfAborted();
  const { args, input } = inputCommand(source, program);
  const child = new Child({
    program: program.path,
    args: [
      ...['-hide_banner', ...args, '-map', '0:v:0', '-frames:v', '1', '-vf', scale, ...program.passEveryFrame],
      ...['-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2pipe', 'pipe:1'],
    ],
    ...(input === undefined ? {} : { input }),
    clock,
  });
  const stop = (): void => void child.stop();
  signal.addEventListener('abort', stop);
  const parts: Buffer[] = [];
  let [report, bytes, at] = ['', 0, 0];
  child.output(1).on('data', (part: Buffer) => {
    if (bytes === 0) at = clock.monotonic();
    bytes += part.length;
    if (bytes <= mostBytes) parts.push(part);
    else stop();
  });
  child.output(2).on('data', (part: Buffer) => {
    if (report.length < longestReport) report += part.toString();
  });
  const { error } = await child.closed;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (error !== undefined) throw new SentinelError('ES_FFMPEG_MISSING', 'ffmpeg could not be started.');
  const content = contentIn(report);
  if (content !== undefined && bytes > 0 && bytes <= mostBytes) return { ...content, jpeg: Buffer.concat(parts), at };
  throw failureFrom(linesOf(report, source));
}

function stalled(): SentinelError {
  return new SentinelError('ES_CAMERA_STALLED', 'The camera answers, but sent no picture in time.', {
    hint: 'Restart the camera; some allow only one or two viewers at a time.',
  });
}
