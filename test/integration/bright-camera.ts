import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Polygon } from '../../src/geometry/polygon.ts';
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
export const hiddenParts: readonly Polygon[] = [hiddenPolygon, hiddenQuarter];

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
