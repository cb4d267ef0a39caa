import type { Clock } from '../contracts/ports.ts';
import { credentialsFor } from '../network/address.ts';
import { redact } from '../network/redact.ts';
import { Child } from '../process/child.ts';
import { codecOfEncoding } from './codecs.ts';
import { failureFrom, noPicture } from './failures.ts';
import { inputCommand, type SourceOptions } from './ffmpeg-arguments.ts';
import type { FfmpegProgram } from './ffmpeg-program.ts';
import { describeStream } from './rtsp/describe.ts';
import type { SdpMedia } from './rtsp/sdp.ts';
import { lookAtWeb } from './web-source.ts';

const probeWithinMs = 15_000;
const longestReport = 64 * 1024;
/** The report holds titles that the source chose: the gaps have a bound, so that hostile ones cost linear time. */
const picture =
  /Stream #.{0,100}: Video: (\w{1,40})(?:.{0,200}?, (\d{2,5})x(\d{2,5}))?(?:.{0,200}?, (\d{1,4}(?:\.\d{1,3})?) fps)?/;
const sound = /Stream #.{0,100}: Audio: (\w{1,40})/;

/** What a source sends. Codecs are named as ffmpeg names them; `codecWords` has the names for people. */
export interface SourceContent {
  /** Such as h264; empty where the source does not say. */
  video: string;
  /** Pixels; undefined where nobody found out in time. */
  size: { width: number; height: number } | undefined;
  /** Pictures a second, as the source itself says; undefined where it does not. */
  rate: number | undefined;
  /** Codec of the sound; undefined without any that can be decoded. */
  audio: string | undefined;
  /** Which of the sound tracks that is, from 0: a camera may offer one first that ffmpeg cannot read. */
  audioTrack?: number;
}

/** What a source is, as far as it must be known before it is read. */
export interface SourceFacts {
  /** Undefined where nobody asked: the source is known to be there and will show what it has. */
  content: SourceContent | undefined;
  /** It has an end, like a file. */
  finite: boolean;
}

interface ProbePorts {
  program: FfmpegProgram;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Finds out what a source sends, and in passing whether it can be reached at all. ffmpeg would end at once if it
 * were asked for a sound track that is not there. RTSP cameras and web servers are asked by us first, which tells what
 * is wrong in words.
 * @param want whether the content must be known, and whether ffmpeg itself must look: it sees what descriptions only promise
 * @throws SentinelError ES_CAMERA_UNAUTHORISED, ES_CAMERA_NOT_FOUND, ES_CAMERA_UNREACHABLE, ES_STREAM_UNUSABLE,
 *   ES_FFMPEG_UNSUITABLE, ES_BAD_ADDRESS; the reason of the signal when it was aborted before
 */
export async function probeSource(
  source: SourceOptions,
  want: { content: boolean; deep: boolean },
  ports: ProbePorts,
): Promise<SourceFacts> {
  ports.signal.throwIfAborted();
  const { protocol, location } = source.address;
  const login = credentialsFor(source.address, source);
  const seen = (): Promise<SourceContent> => sourceContent(source, ports);
  switch (protocol) {
    case 'rtsp':
    case 'rtsps': {
      const described = contentOf(await describeStream(location, login, ports.signal));
      return { content: want.deep ? await seen() : described, finite: false };
    }
    case 'http':
    case 'https': {
      const { finite } = await lookAtWeb(location, login, ports.signal);
      return { content: want.content || want.deep ? await seen() : undefined, finite };
    }
    case 'file':
      return { content: want.content || want.deep ? await seen() : undefined, finite: true };
    case 'rtmp':
      return { content: want.content || want.deep ? await seen() : undefined, finite: false };
    case 'device':
    case 'avfoundation':
    case 'dshow':
      // A webcam has no sound of its own, and some do not like to be opened twice in a row.
      return { content: { video: 'rawvideo', size: undefined, rate: undefined, audio: undefined }, finite: false };
  }
}

/** What a session description tells. */
function contentOf(media: readonly SdpMedia[]): SourceContent {
  const picture = media.find((track) => track.media === 'video');
  const sounds = media.filter((track) => track.media === 'audio').map((track) => codecOfEncoding(track.codec));
  const audioTrack = sounds.findIndex((codec) => codec !== undefined);
  return {
    video: picture === undefined ? '' : (codecOfEncoding(picture.codec) ?? picture.codec.toLowerCase()),
    size: picture?.size,
    rate: picture?.rate,
    audio: sounds[audioTrack],
    ...(audioTrack > 0 ? { audioTrack } : {}),
  };
}

/**
 * Opens a source for a moment with ffmpeg, to learn what it sends.
 * @throws SentinelError as `probeSource` does
 */
export async function sourceContent(source: SourceOptions, ports: ProbePorts): Promise<SourceContent> {
  ports.signal.throwIfAborted();
  const report = await inspect(source, ports);
  const content = contentIn(report);
  if (content !== undefined) return content;
  const heard = sound.exec(report)?.[1];
  throw heard === undefined ? failureFrom(linesOf(report, source)) : noPicture(heard);
}

/** What ffmpeg printed of a source, in lines that hold no secret and are not too long for a status. */
export function linesOf(report: string, source: SourceOptions): string[] {
  const password = credentialsFor(source.address, source)?.password;
  const lines = report.trim().split(/[\r\n]+/);
  return lines.map((line) => redact(line, password === undefined ? [] : [password]).slice(0, 300));
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
async function inspect(source: SourceOptions, { program, clock, signal }: ProbePorts): Promise<string> {
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
