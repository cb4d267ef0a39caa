import type { DetectedObject } from '../contracts/messages.ts';
import type { Size } from '../geometry/letterbox.ts';
import { bones, keypointNames, placeOf } from './pose/coco-keypoints.ts';

/** Below, its authors advise not to believe a point. */
const leastScore = 0.3;

/** Thin lines between the points of a body, as SVG; nothing for other lists of points than the 17 of COCO. */
export function skeletonOf({ keypoints }: DetectedObject, { width, height }: Size): string {
  if (keypoints?.length !== keypointNames.length) return '';
  const at = (index: number): string | undefined => {
    const { x, y, score } = keypoints[index] ?? { x: 0, y: 0, score: 0 };
    return score < leastScore ? undefined : `${(x * width).toFixed(1)} ${(y * height).toFixed(1)}`;
  };
  const lines = bones.flatMap(([from, to]) => {
    const ends = [at(placeOf(from)), at(placeOf(to))];
    return ends.includes(undefined) ? [] : [`M${ends.join('L')}`];
  });
  const dots = keypoints.flatMap((_, index) => (at(index) === undefined ? [] : [`M${at(index)}h0`]));
  if (dots.length === 0) return '';
  const thin = Math.max(1, Math.max(width, height) / 640);
  const path = (parts: readonly string[], colour: string, stroke: number): string =>
    parts.length === 0 ? '' : `<path d="${parts.join('')}" stroke="${colour}" stroke-width="${stroke.toFixed(1)}"/>`;
  return [
    '<g fill="none" stroke-linecap="round">',
    path(lines, '#000', thin * 2),
    path(lines, '#5ac8fa', thin),
    path(dots, '#fff', thin * 2.5),
    '</g>',
  ].join('');
}
