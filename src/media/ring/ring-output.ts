/** Where the segments of one connection go, and what is in them. */
export interface RingOutput {
  /** Absolute path of a folder of its own. */
  folder: string;
  /** Codec of the picture, in ffmpeg's words. */
  video: string;
  /** `copy` only where MPEG-TS holds the codec of the source; undefined without sound. */
  sound: 'copy' | 'encode' | undefined;
  /** See `Segment`. */
  mask: string | undefined;
}

/** Names are used again only after this many, long after the ring has let go of them: a bound that ffmpeg keeps by itself. */
export const segmentNames = 240;

/** MPEG-TS takes these as they are. PCMU, PCMA and Opus in it come back as data of no known kind. */
const copiedSound = ['aac', 'mp2', 'mp3'];
const copiedVideo = ['h264', 'hevc', 'mpeg4', 'mpeg2video', 'mpeg1video'];

/** Encoding names of session descriptions that ffmpeg calls otherwise. */
const renamed: Readonly<Record<string, string>> = {
  h265: 'hevc',
  'mp4v-es': 'mpeg4',
  mpv: 'mpeg2video',
  'mpeg4-generic': 'aac',
  'mp4a-latm': 'aac',
  mpa: 'mp2',
};

/**
 * The picture codec of segments of a source, in ffmpeg's words; undefined for one that cannot be kept as it comes.
 * @param codec as the source names it.
 */
export function keptVideo(codec: string | undefined): string | undefined {
  return copiedVideo.find((known) => known === nameOf(codec));
}

/** How sound of a codec (as the source names it) comes into the ring. */
export function soundInto(codec: string): 'copy' | 'encode' {
  return copiedSound.includes(nameOf(codec)) ? 'copy' : 'encode';
}

function nameOf(codec = ''): string {
  const name = codec.toLowerCase();
  return Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name;
}

/** File name of a segment. */
export function segmentName(number: number): string {
  return `s${String(number % segmentNames).padStart(3, '0')}.ts`;
}

/**
 * The arguments that add the ring to a command: the stream as it came, in segments from key frame to key frame, and a line
 * on `descriptor` for each that is complete. The tee is there for its `onfail`: a disk that is full ends the ring and
 * nothing else. Without it, ffmpeg would end with all its outputs.
 */
export function ringArguments({ folder, sound }: RingOutput, descriptor: number, soundTrack = '0:a:0'): string[] {
  const encoded = ['-c:a', 'aac', '-b:a', '48k', '-ar', '16000', '-ac', '1'];
  const soundArguments =
    sound === undefined ? [] : ['-map', soundTrack, ...(sound === 'copy' ? ['-c:a', 'copy'] : encoded)];
  const segments = [
    ...['f=segment', 'onfail=ignore', 'segment_time=1', 'segment_format=mpegts', `segment_wrap=${segmentNames}`],
    // Every packet is in the file at once, so that the segment that still grows can be read too.
    ...['segment_format_options=flush_packets=1', 'segment_list_type=csv'],
    String.raw`segment_list=pipe\\:${descriptor}`,
  ].join(':');
  return [
    ...['-map', '0:v:0', '-c:v', 'copy', ...soundArguments, '-f', 'tee'],
    `[${segments}]${teePath(folder)}/s%03d.ts|[f=null]-`,
  ];
}

/** A folder in the words of the tee, which splits at bars, and of the segment muxer, which counts with a percent sign. */
function teePath(folder: string): string {
  const path = process.platform === 'win32' ? folder.replaceAll('\\', '/') : folder;
  return path.replaceAll('%', '%%').replace(/[\\'|]/g, String.raw`\$&`);
}
