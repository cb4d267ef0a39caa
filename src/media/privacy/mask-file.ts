import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { SentinelError } from '../../contracts/errors.ts';
import type { Clock } from '../../contracts/ports.ts';
import { Child } from '../../process/child.ts';
import type { FfmpegProgram } from '../ffmpeg-program.ts';
import type { Bitmap } from './coverage.ts';
import { PrivacyMask, type PrivacyOptions } from './privacy-mask.ts';

const mostBytes = 32 << 20;
/** Windows has no such pipes, and no such flag, whatever the types say. */
const waitForNobody = (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;
const mostPixels = 50_000_000;
const readWithinMs = 15_000;
/** Larger ones are scaled down to this width: finer than any picture that is analysed needs it. */
const widest = 1280;

/**
 * Darker than half is black. Scaling down comes after that and averages: whatever is not pure white then holds some black.
 */
const filter = [
  'format=gray',
  String.raw`lut=y='if(lt(val\,128)\,0\,255)'`,
  String.raw`scale=w='min(iw\,${widest})':h=-1:flags=area`,
].join(',');

/**
 * What the owner of a camera wants hidden, ready to be used.
 * @throws SentinelError ES_MASK_MISSING, ES_MASK_INVALID; nothing of the camera may be shown then
 */
export async function openPrivacyMask(
  { polygons, maskFile }: PrivacyOptions,
  ports: { program: FfmpegProgram; clock: Clock },
): Promise<PrivacyMask> {
  return new PrivacyMask({ polygons, bitmap: maskFile === '' ? undefined : await readMaskFile(maskFile, ports) });
}

async function readMaskFile(path: string, ports: { program: FfmpegProgram; clock: Clock }): Promise<Bitmap> {
  const bitmap = parsePgm(await decode(await bytesOf(path), ports));
  if (bitmap === undefined) throw invalid(`The mask file ${path} is no picture that ffmpeg can decode.`);
  if (!bitmap.black.includes(0)) {
    throw invalid(`The mask file ${path} is black all over: nothing of the picture would be left.`);
  }
  return bitmap;
}

async function bytesOf(path: string): Promise<Buffer> {
  if (!isAbsolute(path)) throw invalid(`The path of the mask file, ${path}, is not absolute.`);
  try {
    // Before it is opened: that alone does something to some devices. And without waiting for who writes to a pipe, which
    // would hold one of the few threads that Node.js has for all files.
    if (!(await stat(path)).isFile()) throw invalid(`${path} is no mask file: it is not a file.`);
    const file = await open(path, constants.O_RDONLY | waitForNobody);
    try {
      const { size } = await file.stat();
      if (size > mostBytes) throw invalid(`The mask file ${path} is larger than ${mostBytes >> 20} MB.`);
      // No more than that: files of the system have no size, and reading some of them waits.
      const bytes = Buffer.alloc(size);
      const { bytesRead } = await file.read(bytes, 0, size, 0);
      if (bytesRead < size) throw invalid(`The mask file ${path} changes while it is read.`);
      return bytes;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof SentinelError ? error : unreadable(path, error);
  }
}

/** Whole, since half of a mask would hide half. As PGM: `P5`, size, 255, and one byte a pixel. Empty when ffmpeg makes nothing of it. */
async function decode(bytes: Buffer, { program, clock }: { program: FfmpegProgram; clock: Clock }): Promise<Buffer> {
  const child = new Child({
    program: program.path,
    args: [
      ...[
        '-hide_banner',
        '-loglevel',
        'error',
        '-protocol_whitelist',
        'pipe',
        '-err_detect',
        'explode',
        '-max_pixels',
        `${mostPixels}`,
      ],
      ...[
        '-i',
        'pipe:0',
        '-frames:v',
        '1',
        '-vf',
        filter,
        '-pix_fmt',
        'gray',
        '-c:v',
        'pgm',
        '-f',
        'image2pipe',
        'pipe:1',
      ],
    ],
    input: bytes,
    clock,
  });
  const chunks: Buffer[] = [];
  child.output(1).on('data', (chunk: Buffer) => chunks.push(chunk));
  child.output(2).resume();
  const cancel = clock.after(readWithinMs, () => void child.stop());
  const { error } = await child.closed;
  cancel();
  if (error !== undefined) {
    throw new SentinelError('ES_FFMPEG_MISSING', 'ffmpeg could not be started to read the mask file.', {
      cause: error,
    });
  }
  return Buffer.concat(chunks);
}

function parsePgm(pgm: Buffer): Bitmap | undefined {
  const [header, wide, high] = /^P5\n(\d{1,5}) (\d{1,5})\n255\n/.exec(pgm.toString('latin1', 0, 32)) ?? [];
  if (header === undefined) return undefined;
  const [width, height] = [Number(wide), Number(high)];
  const pixels = pgm.subarray(header.length);
  if (pixels.length !== width * height || pixels.length === 0) return undefined;
  const black = new Uint8Array(pixels.length);
  for (let pixel = 0; pixel < black.length; pixel += 1) black[pixel] = pixels[pixel] === 255 ? 0 : 1;
  return { width, height, black };
}

function invalid(message: string): SentinelError {
  return new SentinelError('ES_MASK_INVALID', `${message} No picture leaves the camera.`, {
    hint: 'Choose a PNG, JPEG, PGM or BMP file that is black where nothing may be seen and white elsewhere.',
  });
}

function unreadable(path: string, cause: unknown): SentinelError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SentinelError('ES_MASK_MISSING', `There is no mask file ${path}. No picture leaves the camera.`, {
      hint: 'Correct the path in the camera node, or empty the field.',
      cause,
    });
  }
  return new SentinelError(
    'ES_MASK_INVALID',
    `The mask file ${path} cannot be read (${code}). No picture leaves the camera.`,
    {
      hint: 'Let the user that runs Node-RED read it.',
      cause,
    },
  );
}
