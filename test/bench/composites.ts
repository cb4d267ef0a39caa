import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import type { Box } from '../../src/contracts/messages.ts';
import type { Size } from '../../src/geometry/letterbox.ts';

/** A frame with one small person pasted into it. */
export interface Composite {
  bytes: Uint8Array;
  size: Size;
  /** 0..1 of the frame. */
  person: Box;
  /** Of the person, in pixels of the frame. */
  height: number;
}

interface Labelled {
  file: string;
  people: Box[];
}

const personClass = 0;

/** Pictures with their labels in YOLO format: class cx cy w h, a line each. */
function readLabelled(folder: string): Labelled[] {
  const labelled = new Set(readdirSync(join(folder, 'labels')));
  return readdirSync(join(folder, 'images'))
    .sort()
    .filter((name) => labelled.has(labelsOf(name)))
    .map((name) => {
      const lines = readFileSync(join(folder, 'labels', labelsOf(name)), 'utf8');
      const people = lines
        .trim()
        .split('\n')
        .map((line) => line.split(' ').map(Number))
        .filter(([label]) => label === personClass)
        .map(([, cx = 0, cy = 0, width = 0, height = 0]) => ({ x: cx - width / 2, y: cy - height / 2, width, height }));
      return { file: join(folder, 'images', name), people };
    });
}

function labelsOf(picture: string): string {
  return picture.replace(/\.\w+$/, '.txt');
}

/**
 * People who stand alone and whole in labelled pictures, shrunk to each of some heights and laid with soft edges onto
 * pictures without people.
 */
export async function* composites(
  folder: string,
  size: Size,
  heights: readonly number[],
): AsyncGenerator<Composite, void> {
  const pictures = readLabelled(folder);
  const random = seededRandom(5);
  const empty = pictures.filter(({ people }) => people.length === 0);
  const figures: { file: string; left: number; top: number; width: number; height: number }[] = [];
  for (const { file, people } of pictures) {
    const { width, height } = await sharp(file).metadata();
    for (const box of people) {
      const shape = (box.height * height) / (box.width * width);
      const inside = box.x > 0.01 && box.y > 0.01 && box.x + box.width < 0.99 && box.y + box.height < 0.99;
      if (box.height * height < 110 || shape < 1.7 || shape > 4.5 || !inside) continue;
      figures.push({
        file,
        left: Math.round(box.x * width),
        top: Math.round(box.y * height),
        width: Math.round(box.width * width),
        height: Math.round(box.height * height),
      });
    }
  }
  for (const { file, ...region } of figures) {
    for (const height of heights) {
      const background = empty[Math.floor(random() * empty.length)];
      const width = Math.max(4, Math.round((region.width * height) / region.height));
      const figure = await sharp(file)
        .extract(region)
        .removeAlpha()
        .toColourspace('srgb')
        .resize(width, height)
        .png()
        .toBuffer();
      const soft = await sharp(figure)
        .composite([{ input: softEdge(width, height), blend: 'dest-in' }])
        .png()
        .toBuffer();
      const left = Math.round((0.05 + 0.85 * random()) * (size.width - width));
      const top = Math.round((0.2 + 0.7 * random()) * (size.height - height));
      const bytes = await sharp(background?.file)
        .removeAlpha()
        .toColourspace('srgb')
        .resize(size.width, size.height, { fit: 'cover' })
        .composite([{ input: soft, left, top }])
        .removeAlpha()
        .raw()
        .toBuffer();
      const person = {
        x: left / size.width,
        y: top / size.height,
        width: width / size.width,
        height: height / size.height,
      };
      yield { bytes, size, person, height };
    }
  }
}

function softEdge(width: number, height: number): Buffer {
  const blur = Math.max(0.4, width / 16);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><filter id="f" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${blur}"/></filter></defs>
<rect x="${width * 0.06}" y="${height * 0.02}" width="${width * 0.88}" height="${height * 0.96}" rx="${width * 0.3}" fill="#fff" filter="url(#f)"/></svg>`,
  );
}
