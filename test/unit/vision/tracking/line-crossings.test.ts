import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gaussian, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import type { FrameZone } from '../../../../src/contracts/messages.ts';
import { placeInZones } from '../../../../src/vision/zones.ts';
import { LineCrossings } from '../../../../src/vision/tracking/line-crossings.ts';
import { person, Scene } from './scene.ts';

const line = (name: string, ...points: [x: number, y: number][]): FrameZone => {
  return { name, kind: 'line', points: points.map(([x, y]) => ({ x, y })) };
};
const gate = line('gate', [0.2, 0.7], [0.8, 0.7]);

/** What a walk over these places tells, of somebody who is 0.4 of the picture high. */
function walk(lines: FrameZone[], ...feet: [x: number, y: number][]): string[] {
  const crossings = new LineCrossings();
  return feet.flatMap(([x, y]) =>
    crossings.see({ x, y }, 0.4, 16 / 9, lines).map((crossing) => `${crossing.line} ${crossing.direction}`),
  );
}

describe('a line', () => {
  test('is crossed in to its right, for whoever goes along it, and out to its left', () => {
    assert.deepEqual(walk([gate], [0.5, 0.5], [0.5, 0.6], [0.5, 0.8], [0.5, 0.9]), ['gate in']);
    assert.deepEqual(walk([gate], [0.5, 0.9], [0.5, 0.5]), ['gate out']);
    assert.deepEqual(walk([gate], [0.5, 0.5], [0.5, 0.9], [0.4, 0.5]), ['gate in', 'gate out']);
  });

  test('is not crossed by feet that tremble on it, and once by those that go on', () => {
    assert.deepEqual(walk([gate], [0.5, 0.6], [0.5, 0.69], [0.5, 0.71], [0.5, 0.69], [0.5, 0.72], [0.5, 0.6]), []);
    assert.deepEqual(walk([gate], [0.5, 0.6], [0.5, 0.69], [0.5, 0.71], [0.5, 0.72], [0.5, 0.78]), ['gate in']);
    assert.deepEqual(walk([gate], [0.5, 0.71], [0.5, 0.69], [0.5, 0.8]), [], 'nobody knows where it came from');
  });

  test('is not crossed again and again by somebody who stands on it', () => {
    const random = seededRandom(4);
    const feet = Array.from({ length: 600 }, (): [number, number] => [0.5, 0.7 + 0.015 * gaussian(random)]);
    assert.deepEqual(walk([gate], [0.5, 0.5], ...feet, [0.5, 0.9]), ['gate in']);
  });

  test('is crossed by somebody who is hardly beyond it once a second look says so', () => {
    assert.deepEqual(walk([gate], [0.5, 0.6], [0.5, 0.74]), []);
    assert.deepEqual(walk([gate], [0.5, 0.6], [0.5, 0.74], [0.5, 0.74]), ['gate in']);
    assert.deepEqual(walk([gate], [0.5, 0.6], [0.5, 0.74], [0.5, 0.66], [0.5, 0.74], [0.5, 0.71], [0.5, 0.74]), []);
  });

  test('is crossed by somebody who is beyond it before he is confirmed', () => {
    const scene = new Scene();
    const told = [0.6, 0.78, 0.9].flatMap((y) => {
      scene.at += 200;
      const look = { objects: [person(0.5, y)], at: scene.at, capturedAt: scene.at, ...scene.size, zones: [gate] };
      return scene.tracker.update(look).events.map(({ what, direction }) => `${what} ${direction}`);
    });
    assert.deepEqual(told, ['line-cross in']);
  });

  test('far away is crossed by a small step', () => {
    const crossings = new LineCrossings();
    const told = [0.69, 0.71, 0.71].flatMap((y) => crossings.see({ x: 0.5, y }, 0.05, 16 / 9, [gate]));
    assert.deepEqual(told, [{ line: 'gate', direction: 'in' }]);
  });

  test('is not crossed by those who pass its end', () => {
    assert.deepEqual(walk([gate], [0.05, 0.5], [0.05, 0.9]), []);
  });

  test('with bends is crossed where it is, and not by a step over a bend and back', () => {
    const bent = line('bent', [0.2, 0.3], [0.5, 0.7], [0.8, 0.3]);
    assert.deepEqual(walk([bent], [0.5, 0.3], [0.5, 0.95]), ['bent in']);
    assert.deepEqual(walk([bent], [0.2, 0.5], [0.8, 0.5]), []);
  });

  test('is one of several, each for itself', () => {
    const fence = line('fence', [0.6, 0.9], [0.6, 0.1]);
    assert.deepEqual(walk([gate, fence], [0.4, 0.5], [0.8, 0.55], [0.75, 0.9]), ['fence in', 'gate in']);
    assert.deepEqual(walk([], [0.4, 0.5], [0.4, 0.9]), []);
  });

  test('is no zone to stand in', () => {
    const corner = line('corner', [0, 0], [1, 0], [1, 1], [0, 1]);
    assert.equal(placeInZones([person(0.5, 0.5)], [corner]).objects[0]?.zones, undefined);
  });

  test('is crossed once by somebody who is followed, in spite of a missed look', () => {
    const scene = new Scene();
    const told: unknown[] = [];
    for (let look = 0; look < 20; look += 1) {
      scene.at += 200;
      const objects = look % 4 === 3 ? [] : [person(0.5, 0.5 + look * 0.02)];
      const size = { width: 640, height: 360 };
      const { events } = scene.tracker.update({ objects, at: scene.at, capturedAt: scene.at, ...size, zones: [gate] });
      told.push(...events.map(({ what, zone, direction, trackId }) => [what, zone, direction, trackId]));
    }
    assert.deepEqual(told, [['line-cross', 'gate', 'in', '1']]);
  });
});
