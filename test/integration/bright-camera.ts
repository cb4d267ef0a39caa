import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { contains, type Polygon } from '../../src/geometry/polygon.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';

/** The right upper part, with one slanted side, and by the mask file the left lower quarter. */
export const hiddenPolygon: Polygon = [
  { x: 0.6, y: 0.1 },
  { x: 0.9, y: 0.1 },
  { x: 0.9, y: 0.6 },
  { x: 0.7, y: 0.6 },
];
const hiddenQuarter: Polygon = [
  { x: 0, y: 0.75 },
  { x: 0.25, y: 0.75 },
  { x: 0.25, y: 1 },
  { x: 0, y: 1 },
];
const hiddenParts: readonly Polygon[] = [hiddenPolygon, hiddenQuarter];

/** Ten seconds of the brightest picture there is, with sound, as a file, and the mask file that belongs to it. */
export async function brightClip(folder: string): Promise<{ clip: string; maskFile: string }> {
  const [clip, maskFile] = [join(folder, 'bright.mp4'), join(folder, 'mask.png')];
  const { path: ffmpeg } = await locateFfmpeg();
  const inputs = ['-f', 'lavfi', '-i', 'color=white:s=1280x720:r=15', '-f', 'lavfi', '-i', 'sine=r=16000'];
  const encoded = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '0',
    '-g',
    '15',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
  ];
  await promisify(execFile)(ffmpeg, ['-loglevel', 'error', ...inputs, '-t', '10', ...encoded, '-y', clip]);
  const black = Buffer.from('<svg width="640" height="360"><rect y="270" width="160" height="90"/></svg>');
  await sharp({ create: { width: 640, height: 360, channels: 3, background: '#fff' } })
    .composite([{ input: black }])
    .png()
    .toFile(maskFile);
  return { clip, maskFile };
}

/** Of an rgb24 picture: the brightest value of all pixels in a hidden part, and the darkest of those far from one. */
export function looksOf(rgb: Uint8Array, width: number, height: number): { hidden: number; shown: number } {
  let [hidden, shown] = [0, 255];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const point = { x: (column + 0.5) / width, y: (row + 0.5) / height };
      const at = (row * width + column) * 3;
      const value = Math.max(rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0);
      const inBox = (point.x > 0.6 && point.y < 0.6) || (point.x < 0.25 && point.y > 0.75);
      if (inBox && hiddenParts.some((part) => contains(part, point))) hidden = Math.max(hidden, value);
      else if (point.y > 0.65 && point.x > 0.3) shown = Math.min(shown, value);
    }
  }
  return { hidden, shown };
}

/** The same of a JPEG or PNG, or of all pictures of an MP4. */
export async function looksOfFile(file: Buffer | string): Promise<{ hidden: number; shown: number }> {
  const bytes = typeof file === 'string' ? readFileSync(file) : file;
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return await looksOfPicture(bytes);
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
  try {
    const video = join(folder, 'video.mp4');
    writeFileSync(video, bytes);
    const { path: ffmpeg, passEveryFrame } = await locateFfmpeg();
    const pictures = ['-i', video, ...passEveryFrame, join(folder, '%04d.png')];
    await promisify(execFile)(ffmpeg, ['-loglevel', 'error', ...pictures]);
    const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
    assert.ok(names.length > 0, 'a video without a picture');
    const looks = [];
    for (const name of names) looks.push(await looksOfPicture(readFileSync(join(folder, name))));
    return {
      hidden: Math.max(...looks.map(({ hidden }) => hidden)),
      shown: Math.min(...looks.map(({ shown }) => shown)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function looksOfPicture(bytes: Buffer): Promise<{ hidden: number; shown: number }> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return looksOf(data, info.width, info.height);
}
