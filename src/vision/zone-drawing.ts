import type { Point } from '../contracts/configs.ts';
import type { DetectedObject, FrameZone } from '../contracts/messages.ts';
import { arrowAcross } from '../geometry/arrow-across.ts';
import type { Size } from '../geometry/letterbox.ts';
import { textStrokes, textWidth } from './stroke-font.ts';

/** The colours that the dialog of the camera draws them in. */
const looks = {
  zone: { colour: '#2b8cff', dashes: '' },
  ignore: { colour: '#ffb020', dashes: ' stroke-dasharray="6 4"' },
  line: { colour: '#00d08a', dashes: '' },
} as const;
/** How much of its colour covers a zone in which nobody is, and one in which somebody is. */
const fills = { empty: 0.08, taken: 0.18 };
/** Names are short on a picture. */
const longestName = 24;

/** The zones and lines of a camera as SVG, with their names; a zone in which an object stands is filled more. */
export function drawZones(
  zones: readonly FrameZone[],
  objects: readonly Pick<DetectedObject, 'zones'>[],
  size: Size,
): string {
  const taken = new Set(objects.flatMap((object) => object.zones ?? []));
  return zones.map((zone) => drawZone(zone, taken.has(zone.name), size)).join('');
}

function drawZone({ kind, name, points }: FrameZone, isTaken: boolean, { width, height }: Size): string {
  const { colour, dashes } = looks[kind];
  const corners = points.map(({ x, y }) => ({ x: x * width, y: y * height }));
  const unit = Math.max(1, Math.round(Math.max(width, height) / 320));
  const stroke = `stroke="${colour}" stroke-width="${unit}" stroke-linejoin="round"`;
  const shape =
    kind === 'line'
      ? `<polyline points="${listOf(corners)}" fill="none" ${stroke}/>` +
        `<polyline points="${listOf(arrowAcross(corners, unit * 10))}" fill="none" ${stroke} stroke-linecap="round"/>`
      : `<polygon points="${listOf(corners)}" fill="${colour}" fill-opacity="${isTaken ? fills.taken : fills.empty}" ${stroke}${dashes}/>`;
  return shape + drawName(name, colour, corners, { width, height });
}

/** Beside the topmost corner, on a dark ground: the picture below may have any colour. */
function drawName(name: string, colour: string, corners: readonly Point[], { width, height }: Size): string {
  const text = name.slice(0, longestName);
  const letters = Math.max(7, Math.round(Math.max(width, height) / 72));
  const tag = { width: textWidth(text) * letters + letters, height: letters * 1.7 };
  const top = corners.reduce((best, corner) => (corner.y < best.y ? corner : best), { x: 0, y: Infinity });
  const x = Math.max(0, Math.min(top.x, width - tag.width));
  const y = Math.max(0, Math.min(top.y, height - tag.height));
  const ground = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${tag.width.toFixed(1)}" height="${tag.height.toFixed(1)}"`;
  return (
    `<rect ${ground} fill="#000" fill-opacity="0.6"/>` +
    `<g fill="none" stroke="${colour}" stroke-width="0.8" stroke-linecap="round" stroke-linejoin="round">` +
    `${textStrokes(text, x + letters / 2, y + letters * 0.35, letters)}</g>`
  );
}

function listOf(corners: readonly Point[]): string {
  return corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}
