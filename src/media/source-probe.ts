import type { Clock } from '../contracts/ports.ts';
import { credentialsFor } from '../network/address.ts';
import { redact } from '../network/redact.ts';
import { Child } from '../process/child.ts';
import { failureFrom } from './failures.ts';
import { inputCommand, type SourceOptions } from './ffmpeg-arguments.ts';
import type { FfmpegProgram } from './ffmpeg-program.ts';
import { describeStream } from './rtsp/describe.ts';

const probeWithinMs = 15_000;
const longestReport = 64 * 1024;
/** The report holds titles that the source chose: the gaps have a bound, so that hostile ones cost linear time. */
const picture =
  /Stream #.{0,100}: Video: (\w{1,40})(?:.{0,200}?, (\d{2,5})x(\d{2,5}))?(?:.{0,200}?, (\d{1,4}(?:\.\d{1,3})?) fps)?/;
const sound = /Stream #.{0,100}: Audio: (\w{1,40})/;

/** What a source sends, in ffmpeg's words. */
export interface SourceContent {
  /** Such as h264. */
  video: string;
  /** Pixels; undefined where ffmpeg did not find out in time. */
  size: { width: number; height: number } | undefined;
  /** Pictures a second, as the source itself says; undefined where it does not. */
  rate: number | undefined;
  /** Codec of the sound; undefined without any. */
  audio: string | undefined;
}

/** Codecs of picture and sound as the source names them: by encoding name, such as H264, or in ffmpeg's words. */
export interface SourceTracks {
  video: string | undefined;
  audio: string | undefined;
}

/**
 * Finds out what tracks a source has, and in passing whether it can be reached at all. ffmpeg would end at once
 * if it were asked for a sound track that is not there.
 * @throws SentinelError ES_CAMERA_UNAUTHORISED, ES_CAMERA_NOT_FOUND, ES_CAMERA_UNREACHABLE, ES_STREAM_UNUSABLE,
 *   ES_FFMPEG_UNSUITABLE; the reason of the signal when it was aborted before
 */
export async function sourceTracks(
  source: SourceOptions,
  ports: { program: FfmpegProgram; clock: Clock; signal: AbortSignal },
): Promise<SourceTracks> {
  ports.signal.throwIfAborted();
  const { protocol, location } = source.address;
  if (protocol === 'device') return { video: 'rawvideo', audio: undefined };
  if (protocol === 'rtsp' || protocol === 'rtsps') {
    const media = await describeStream(location, credentialsFor(source.address, source), ports.signal);
    const codec = (kind: string): string | undefined => media.find((track) => track.media === kind)?.codec;
    return { video: codec('video'), audio: codec('audio') };
  }
  const { video, audio } = await sourceContent(source, ports);
  return { video, audio };
}

/**
 * Opens a source for a moment with ffmpeg, to learn what it sends.
 * @throws SentinelError as `sourceTracks` does
 */
export async function sourceContent(
  source: SourceOptions,
  ports: { program: FfmpegProgram; clock: Clock; signal: AbortSignal },
): Promise<SourceContent> {
  ports.signal.throwIfAborted();
  const report = await inspect(source, ports);
  const content = contentIn(report);
  if (content !== undefined) return content;
  const lines = report.trim().split(/[\r\n]+/);
  throw failureFrom(lines.map((line) => redact(line)));
}

/** What ffmpeg's report of a source says of its streams; undefined without a picture. */
export function contentIn(report: string): SourceContent | undefined {
  // What ffmpeg makes of it is told after what it found.
  const [found = ''] = report.split('Stream mapping:', 1);
  const [seen, video = '', width, height, rate] = picture.exec(found) ?? [];
  if (seen === undefined) return undefined;
  const size = width === undefined ? undefined : { width: Number(width), height: Number(height) };
  return { video, size, rate: rate === undefined ? undefined : Number(rate), audio: sound.exec(found)?.[1] };
}

/** What `ffmpeg -i` prints of a source before it ends for want of an output. */
async function inspect(
  source: SourceOptions,
  { program, clock, signal }: { program: FfmpegProgram; clock: Clock; signal: AbortSignal },
): Promise<string> {
  const { args, input } = inputCommand(source, program);
  const child = new Child({
    program: program.path,
    args: ['-hide_banner', ...args],
    ...(input === undefined ? {} : { input }),
    clock,
  });
  let report = '';
  child.output(1).resume();
  child.output(2).on('data', (chunk: Buffer) => {
    if (report.length < longestReport) report += chunk.toString();
  });
  const stop = (): void => void child.stop();
  const cancel = clock.after(probeWithinMs, stop);
  signal.addEventListener('abort', stop);
  await child.closed;
  signal.removeEventListener('abort', stop);
  cancel();
  return report;
}
