import type { Playback } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import { isNetworkAddress, withCredentials, type NetworkProtocol, type SourceAddress } from '../network/address.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import type { FfmpegProgram } from './ffmpeg-program.ts';
import { reportFlags, reportPictures } from './ffmpeg-report.ts';
import { mostPixels } from './frame-reader.ts';
import { ringArguments, type RingOutput } from './ring/ring-output.ts';

/** How ffmpeg is to read a source. */
export interface SourceOptions {
  address: SourceAddress;
  username?: string;
  password?: string;
  transport: 'tcp' | 'udp';
  /** Of a source that has an end; default loop. */
  playback?: Playback;
  /** It has an end. */
  finite?: boolean;
}

/** What to make of it. */
export interface AnalysisOptions {
  /** Width of the frames in pixels; the height follows from the picture's true shape. Very tall ones get narrower. */
  width: number;
  /** Frames a second. */
  rate: number;
  audio: boolean;
  /** Where the stream is kept as it comes; absent: nowhere. */
  ring?: RingOutput | undefined;
  /** Which sound track, from 0; default the first. */
  audioTrack?: number;
}

/** A command line, and what goes to standard input. */
export interface FfmpegCommand {
  args: string[];
  input?: string;
}

/** File descriptors of the outputs beside the frames; undefined for one that the command does not have. */
export function outputsOf({ audio, ring }: Pick<AnalysisOptions, 'audio' | 'ring'>): { sound?: number; ring?: number } {
  return { ...(audio ? { sound: 3 } : {}), ...(ring === undefined ? {} : { ring: audio ? 4 : 3 }) };
}

/** Our watchdog is faster; this ends an ffmpeg whose Node process is gone. */
const socketTimeout = '10000000';

/**
 * Half a second to look at a live stream instead of the usual two to five: the session description of RTSP and the
 * headers of RTMP have told the rest. What is read while looking comes out late and in one burst, so this is also how old the first frame is.
 */
const briefLook = { fpsprobesize: '0', analyzeduration: '500000' };

/** What ffmpeg may open for an address from the network: a playlist must not lead to local files. */
const rtspProtocols = 'rtsp,rtp,udp,tcp,tls,crypto';
/** And for a file of this machine: a playlist among files must not lead to the network. */
const fileProtocols = 'file,crypto,data';
const httpProtocols = 'http,https,tcp,tls,crypto,data';
/**
 * What a web server may send: video, and playlists of RFC 8216 with what they lead to. Not everything that ffmpeg reads, such as
 * scripts, session descriptions and text: a stranger chooses it.
 */
const httpFormats = [
  ...['hls', 'mpjpeg', 'mjpeg', 'jpeg_pipe', 'mov', 'mpegts', 'mpeg', 'flv', 'matroska', 'avi', 'asf', 'ogg'],
  ...['h264', 'hevc', 'm4v', 'mpegvideo', 'aac', 'ac3', 'mp3', 'webvtt'],
].join(',');

/**
 * Pixels of the largest picture that is decoded: 8K, and panoramas. A few hostile bytes announce pictures whose
 * references alone take gigabytes.
 */
export const pictureLimit = ['-max_pixels', '36000000'] as const;

/**
 * The input part of a command line. An address from the network travels in an ffconcat script on standard input, since
 * everybody on a machine can read the command line of every process, and cameras take passwords in path and query too.
 * A build that does not read options from a script gets the address as an argument, unless there are credentials.
 * @throws SentinelError ES_FFMPEG_UNSUITABLE when there are credentials and the build cannot hide them
 */
export function inputCommand(source: SourceOptions, program: FfmpegProgram): FfmpegCommand {
  const { args, ...others } = sourceInput(source, program);
  return { args: [...pictureLimit, ...args], ...others };
}

function sourceInput(source: SourceOptions, program: FfmpegProgram): FfmpegCommand {
  const { address } = source;
  const local = localInputs[address.protocol];
  if (local !== undefined) return { args: local(address.location) };
  if (!isNetworkAddress(address)) return fileInput(address.location, source.playback);
  const { protocols, options } = networkInput(address.protocol, source.transport, program);
  // A whole video that a server hands out comes as fast as the network: a file stands for a camera there, too.
  const pace = source.finite === true && source.playback !== 'fast' ? ['-re'] : [];
  const url = withCredentials(address, source);
  if (program.hidesAddress) {
    return {
      args: [...pace, '-f', 'concat', '-safe', '0', '-protocol_whitelist', `pipe,${protocols}`, '-i', 'pipe:0'],
      input: concatScript(url, options),
    };
  }
  if (url === address.location) {
    const flags = Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]);
    return { args: [...pace, '-protocol_whitelist', protocols, ...flags, '-i', url] };
  }
  throw new SentinelError('ES_FFMPEG_UNSUITABLE', 'This ffmpeg cannot keep user and password off its command line.', {
    hint: 'Install ffmpeg 5 or newer, or let the camera stream without a password on a network of its own.',
  });
}

/** Webcams, by the input of their system; those of macOS and Windows are not tested. */
const localInputs: Partial<Record<SourceAddress['protocol'], (location: string) => string[]>> = {
  device: (path) => ['-f', 'v4l2', '-i', path],
  avfoundation: (index) => ['-f', 'avfoundation', '-framerate', '30', '-i', `${index}:none`],
  dshow: (name) => ['-f', 'dshow', '-i', `video=${name}`],
};

const playbackFlags: Readonly<Record<Playback, readonly string[]>> = {
  loop: ['-re', '-stream_loop', '-1'],
  once: ['-re'],
  fast: [],
};

/** The input part of a command line for a video file. `file:` keeps its name from being taken for another protocol. */
export function fileInput(path: string, playback: Playback = 'loop'): FfmpegCommand {
  return { args: [...playbackFlags[playback], '-protocol_whitelist', fileProtocols, '-i', `file:${path}`] };
}

/** The whole command: frames as PPM pictures on stdout; mono PCM as `soundWindow` says, and the list of the ring, see `outputsOf`. */
export function analysisCommand(
  source: SourceOptions,
  analysis: AnalysisOptions,
  program: FfmpegProgram,
): FfmpegCommand {
  const { args, input } = inputCommand(source, program);
  const outputs = outputsOf(analysis);
  const track = `0:a:${analysis.audioTrack ?? 0}`;
  return {
    args: [
      ...['-hide_banner', '-nostdin', ...reportFlags],
      // One thread a camera, and no deblocking: a quarter of the decoding time, and detectors score the same.
      ...['-threads', '1', '-skip_loop_filter', 'all', '-flags2', 'fast'],
      ...args,
      ...['-map', '0:v:0', '-vf', pictureFilter(analysis, source), ...program.passEveryFrame],
      ...['-c:v', 'ppm', '-f', 'image2pipe', 'pipe:1'],
      ...(outputs.sound === undefined ? [] : soundArguments(outputs.sound, track)),
      ...(analysis.ring === undefined || outputs.ring === undefined
        ? []
        : ringArguments(analysis.ring, outputs.ring, track)),
    ],
    ...(input === undefined ? {} : { input }),
  };
}

function soundArguments(descriptor: number, track: string): string[] {
  const { sampleRate } = soundWindow;
  return ['-map', track, '-ac', '1', '-ar', `${sampleRate}`, '-c:a', 'pcm_s16le', '-f', 's16le', `pipe:${descriptor}`];
}

/**
 * `select` passes real frames only (`fps` would repeat them and add delay), and its absolute difference survives
 * timestamps that jump back. Scaling comes after it, to the display aspect ratio and even sizes. A picture
 * gets narrower instead of higher than twice its width: a few hostile bytes must not make huge frames.
 */
function pictureFilter({ width, rate }: AnalysisOptions, { playback = 'loop', finite = false }: SourceOptions): string {
  const interval = (0.95 / rate).toFixed(4);
  // Where the position in the file is told, the n-th picture stands for exactly n / rate seconds.
  const even = playback === 'fast' ? `,fps=${rate}` : '';
  // What has an end does not run away from us.
  const report = finite ? '' : `,${reportPictures}`;
  const select = `select='isnan(prev_selected_t)+gte(abs(t-prev_selected_t)\\,${interval})'`;
  const tallest = 2 * Math.floor(Math.min(2 * width, mostPixels / width) / 2);
  const w = String.raw`min(${width}\,max(2\,2*round(${tallest}*dar/2)))`;
  const h = String.raw`min(${tallest}\,max(2\,2*round(ow/dar/2)))`;
  return `${select}${even}${report},scale=w='${w}':h='${h}':flags=bilinear,setsar=1`;
}

function networkInput(
  protocol: NetworkProtocol,
  transport: 'tcp' | 'udp',
  program: FfmpegProgram,
): { protocols: string; options: Readonly<Record<string, string>> } {
  if (protocol === 'rtsp' || protocol === 'rtsps') {
    const options = { rtsp_transport: transport, [program.rtspTimeoutOption]: socketTimeout, ...briefLook };
    return { protocols: rtspProtocols, options };
  }
  if (protocol === 'rtmp') {
    return { protocols: 'rtmp,tcp,crypto', options: { rw_timeout: socketTimeout, ...briefLook } };
  }
  return { protocols: httpProtocols, options: { rw_timeout: socketTimeout, format_whitelist: httpFormats } };
}

/**
 * An ffconcat script (https://ffmpeg.org/ffmpeg-formats.html#concat-1) with one file and its options. Addresses hold
 * no line break (`parseSourceAddress` refuses them), so a quoted one cannot add directives.
 */
function concatScript(url: string, options: Readonly<Record<string, string>>): string {
  const directives = Object.entries(options).map(([name, value]) => `option ${name} ${value}`);
  return ['ffconcat version 1.0', `file '${url.replaceAll("'", String.raw`'\''`)}'`, ...directives, ''].join('\n');
}
