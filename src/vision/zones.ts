import type { Point } from '../contracts/configs.ts';
import type { DetectedObject, FrameZone } from '../contracts/messages.ts';
import { contains } from '../geometry/polygon.ts';

/** Just inside: what is cut off by the edge of the picture stands in the zone that ends there. */
const edge = 1 - 1e-6;

/**
 * Puts objects into the zones of their camera. Where an object stands is the middle of its lower edge. One that stands in
 * an ignore polygon is left out, whatever other zone it stands in.
 */
export function placeInZones(
  objects: readonly DetectedObject[],
  zones: readonly FrameZone[],
): { objects: DetectedObject[]; ignored: number } {
  const areas = zones.filter(({ kind }) => kind !== 'line');
  const placed = objects.flatMap((object) => {
    const around = areas.filter(({ points }) => contains(points, footOf(object)));
    if (around.some(({ kind }) => kind === 'ignore')) return [];
    const names = [...new Set(around.map(({ name }) => name))];
    if (names.length === 0) return [object];
    const weights = around.flatMap(({ weight }) => (weight === undefined ? [] : [weight]));
    const zoneWeight = weights.length === 0 ? {} : { zoneWeight: Math.max(...weights) };
    return [{ ...object, zones: names, ...zoneWeight }];
  });
  return { objects: placed, ignored: objects.length - placed.length };
}

/** Those of the zones in which an object stands. */
export function takenZones(
  objects: readonly Pick<DetectedObject, 'zones'>[],
  zones: readonly FrameZone[],
): FrameZone[] {
  const taken = new Set(objects.flatMap((object) => object.zones ?? []));
  return zones.filter(({ kind, name }) => kind === 'zone' && taken.has(name));
}

/** Where an object stands. */
export function footOf({ box: { x, y, width, height } }: Pick<DetectedObject, 'box'>): Point {
  return { x: Math.min(edge, x + width / 2), y: Math.min(edge, y + height) };
}
