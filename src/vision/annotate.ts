import type { DetectedObject, FrameZone } from '../contracts/messages.ts';
import type { Picture, SnapshotForm, SnapshotRenderer } from '../contracts/ports.ts';
import type { Size } from '../geometry/letterbox.ts';
import type { Sharp } from 'sharp';
import { damaged, loadSharp, openPicture, ownBytes, pictureSize } from './encoded-picture.ts';
import { isWholeRaw } from './picture.ts';
import { skeletonOf } from './skeleton.ts';
import { textStrokes, textWidth } from './stroke-font.ts';
import { drawZones } from './zone-drawing.ts';

/** Longest side of a snapshot: enough for a phone's screen, and far below the 5 MB that WhatsApp takes. */
const usual = { longestSide: 1920, quality: 85, zones: [] };
const colours = { person: '#ff3b30', other: '#ffcc00' };

/**
 * Draws zones and lines, and every object's box with its label and score, and encodes the upright picture as JPEG: in the
 * threads of the picture library.
 */
export const snapshotRenderer: SnapshotRenderer = {
  async jpeg(shown: Picture, objects: readonly DetectedObject[], form: SnapshotForm = {}): Promise<Buffer> {
    const { longestSide, quality, zones } = { ...usual, ...form };
    const picture = { ...shown, bytes: ownBytes(shown.bytes) };
    const original = picture.encoding === 'jpeg' ? await pictureSize(picture.bytes) : picture;
    const size = atMost(longestSide, original);
    return await decoder(picture)
      .resize(size.width, size.height, { fit: 'fill' })
      .composite([{ input: Buffer.from(overlay(objects, zones, size)) }])
      .jpeg({ quality })
      .toBuffer()
      .catch(damaged);
  },
};

/** Loads the picture library: a tenth of a second, which a deploy has, and the first alert of a running flow has not. */
export function prepareRenderer(): void {
  try {
    loadSharp();
  } catch {
    // Said where a picture is wanted.
  }
}

function decoder(picture: Picture): Sharp {
  const { bytes, encoding, width, height } = picture;
  if (encoding === 'jpeg') return openPicture(bytes);
  if (!isWholeRaw(picture)) damaged(`${bytes.length} bytes are not ${width} x ${height} pixels`);
  return loadSharp()(bytes, { raw: { width, height, channels: 3 } });
}

function atMost(longest: number, { width, height }: Size): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function overlay(objects: readonly DetectedObject[], zones: readonly FrameZone[], { width, height }: Size): string {
  // The weakest first, so that the label of the strongest lies on top.
  const drawn = objects
    .toSorted((a, b) => a.score - b.score)
    .map((object) => skeletonOf(object, { width, height }) + drawObject(object, { width, height }));
  const places = drawZones(zones, objects, { width, height });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${places}${drawn.join('')}</svg>`;
}

function drawObject({ label, score, box, trackId }: DetectedObject, { width, height }: Size): string {
  const colour = label === 'person' ? colours.person : colours.other;
  const line = Math.max(1, Math.round(Math.max(width, height) / 320));
  const textHeight = Math.max(8, Math.round(Math.max(width, height) / 56));
  const id = trackId === undefined ? '' : ` #${trackId}`;
  const text = `${label}${id} ${Math.round(score * 100)}%`.slice(0, 40);
  const tag = { width: textWidth(text) * textHeight + textHeight, height: textHeight * 1.8 };
  const x = box.x * width;
  const y = box.y * height;
  // Above the box where there is room, otherwise inside its upper edge; never beyond the picture's right edge.
  const tagX = Math.max(0, Math.min(x, width - tag.width));
  const tagY = y >= tag.height ? y - tag.height : y;
  const rectangle = (fields: Record<string, number>, paint: string) =>
    `<rect ${Object.entries(fields)
      .map(([name, value]) => `${name}="${value.toFixed(1)}"`)
      .join(' ')} ${paint}/>`;
  return [
    rectangle(
      { x, y, width: box.width * width, height: box.height * height },
      `fill="none" stroke="${colour}" stroke-width="${line}"`,
    ),
    rectangle({ x: tagX, y: tagY, ...tag }, `fill="${colour}"`),
    '<g fill="none" stroke="#000" stroke-width="0.9" stroke-linecap="round" stroke-linejoin="round">',
    textStrokes(text, tagX + textHeight / 2, tagY + textHeight * 0.4, textHeight),
    '</g>',
  ].join('');
}
