import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DetectedObject, FrameZone } from '../../../src/contracts/messages.ts';
import { placeInZones, takenZones } from '../../../src/vision/zones.ts';

const zone = (
  name: string,
  kind: FrameZone['kind'],
  left: number,
  top: number,
  right: number,
  bottom: number,
): FrameZone => ({
  ...{ name, kind },
  points: [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ],
});
const person = (x: number, y: number, width: number, height: number): DetectedObject => ({
  ...{ label: 'person', score: 0.9 },
  box: { x, y, width, height },
});

const drive = zone('drive', 'zone', 0, 0.5, 0.5, 1);
const gate = zone('gate', 'zone', 0, 0.5, 0.2, 1);
const street = zone('street', 'ignore', 0.5, 0, 1, 0.5);

describe('objects in zones', () => {
  test('carry the names of the zones that they stand in', () => {
    const { objects, ignored } = placeInZones([person(0.05, 0.2, 0.1, 0.5)], [drive, gate, street]);
    assert.deepEqual([objects[0]?.zones, ignored], [['drive', 'gate'], 0]);
  });

  test('carry the highest weight of those zones, where one has a weight', () => {
    const places = [{ ...drive, weight: 0.5 }, { ...gate, weight: 2 }, street];
    const weights = [person(0.05, 0.2, 0.1, 0.5), person(0.3, 0.2, 0.1, 0.5), person(0.05, 0, 0.1, 0.2)].map(
      (one) => placeInZones([one], places).objects[0]?.zoneWeight,
    );
    assert.deepEqual(weights, [2, 0.5, undefined]);
    assert.equal(placeInZones([person(0.05, 0.2, 0.1, 0.5)], [drive, gate]).objects[0]?.zoneWeight, undefined);
  });

  test('stand where the middle of their lower edge is, not where they reach to', () => {
    const far = person(0.6, 0.1, 0.2, 0.2);
    const near = person(0.6, 0.1, 0.2, 0.6);
    assert.deepEqual(placeInZones([far, near], [street]), { objects: [near], ignored: 1 });
  });

  test('stand in the middle of a wide box, in a zone of several polygons once', () => {
    const split = [
      zone('yard', 'zone', 0.5, 0, 1, 1),
      zone('yard', 'zone', 0.55, 0, 1, 1),
      zone('drive', 'zone', 0, 0, 0.5, 1),
    ];
    const { objects } = placeInZones([person(0.3, 0.1, 0.6, 0.2)], split);
    assert.deepEqual(objects[0]?.zones, ['yard']);
  });

  test('that the edge of the picture cuts off stand in the zone that ends there', () => {
    const { objects } = placeInZones([person(0.1, 0.6, 0.2, 0.4)], [drive]);
    assert.deepEqual(objects[0]?.zones, ['drive']);
  });

  test('in an ignore polygon count nowhere, even where another zone lies over it', () => {
    const yard = zone('yard', 'zone', 0, 0, 1, 1);
    assert.deepEqual(placeInZones([person(0.7, 0.1, 0.1, 0.2)], [yard, street]), { objects: [], ignored: 1 });
  });

  test('leave the zones in which nothing stands aside', () => {
    const yard = zone('yard', 'zone', 0.5, 0, 1, 1);
    const { objects } = placeInZones([person(0.05, 0.2, 0.1, 0.5)], [drive, gate, yard, street]);
    assert.deepEqual(takenZones(objects, [drive, gate, yard, street]), [drive, gate]);
  });

  test('stay as they are without zones', () => {
    const objects = [person(0.1, 0.1, 0.2, 0.2)];
    assert.deepEqual(placeInZones(objects, []), { objects, ignored: 0 });
  });
});
