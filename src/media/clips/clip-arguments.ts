import { pictureLimit } from '../ffmpeg-arguments.ts';
import type { Segment } from '../ring/segment.ts';

/** Plays in every browser. */
const everywhere = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'];
/** Its colours need even sizes: an odd line or column is cut off. */
const evenSize = 'crop=trunc(iw/2)*2:trunc(ih/2)*2';

/** How `concatInput` is read: what a copied segment breaks off with is left out. */
export const concatOptions = [...pictureLimit, '-fflags', '+discardcorrupt', '-f', 'concat', '-safe', '0'] as const;

/**
 * An ffconcat script: whole segments, each as long as its list said, so that small gaps do not add up.
 * @param brief Whether the frame rate of each need not be found, which takes a third of the time; encoders need it.
 */
export function concatInput(segments: readonly Segment[], brief = false): string {
  const entries = segments.flatMap(({ file, from, to, open }) => [
    `file '${file.replaceAll("'", String.raw`'\''`)}'`,
    ...(open ? [] : [`duration ${((to - from) / 1000).toFixed(3)}`]),
    ...(brief ? ['option fpsprobesize 0'] : []),
  ]);
  return ['ffconcat version 1.0', ...entries, ''].join('\n');
}

/**
 * Output options of a clip: the stream as it came, unless something in it is to be hidden, or it is to play everywhere and
 * does not.
 */
export function clipOptions(
  segments: readonly Segment[],
  playable: boolean,
): { options: readonly string[]; encodes: boolean } {
  const [{ video, sound } = { video: '', sound: false }] = segments;
  const mask = maskOf(segments);
  const encodes = mask !== undefined || (playable && video !== 'h264');
  // Apple's players want HEVC under this name.
  const copied = ['-c:v', 'copy', ...(video === 'hevc' ? ['-tag:v', 'hvc1'] : [])];
  const picture = encodes ? [...everywhere, ...filterOf(mask, evenSize)] : copied;
  const track = sound ? ['-map', '0:a:0?', '-c:a', 'copy'] : ['-an'];
  return { options: ['-map', '0:v:0', ...picture, ...track, '-movflags', '+faststart', '-f', 'mp4'], encodes };
}

/** Output options of one picture at full size, so many seconds into its segment. */
export function pictureOptions(segment: Segment, seconds: number): readonly string[] {
  return [
    // Behind the input: a picture between two key frames needs everything from the first one on.
    ...['-map', '0:v:0', '-ss', Math.max(0, seconds).toFixed(3), '-frames:v', '1', ...filterOf(maskOf([segment]))],
    ...['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '3', '-f', 'image2', '-update', '1'],
  ];
}

/** Output options of sound: `skip` seconds into the first segment, `length` seconds of it. */
export function soundOptions(format: 'wav' | 'ogg', skip: number, length: number): readonly string[] {
  const codec = format === 'wav' ? ['-c:a', 'pcm_s16le'] : ['-c:a', 'libopus', '-b:a', '32k'];
  const cut = ['-ss', Math.max(0, skip).toFixed(3), '-t', Math.max(0, length).toFixed(3)];
  return ['-map', '0:a:0', '-vn', ...cut, '-ac', '1', ...codec, '-f', format];
}

/** All masks that were set in this time: what one of them hides stays hidden. */
function maskOf(segments: readonly Segment[]): string | undefined {
  const masks = new Set(segments.flatMap(({ mask }) => (mask === undefined ? [] : [mask])));
  return masks.size === 0 ? undefined : [...masks].join(',');
}

function filterOf(...filters: readonly (string | undefined)[]): string[] {
  const used = filters.filter((filter) => filter !== undefined);
  return used.length === 0 ? [] : ['-vf', used.join(',')];
}
