import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gaussian, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { placeInZones } from '../../../../src/vision/zones.ts';
import { person, Scene } from './scene.ts';

function rectangle(left: number, top: number, right: number, bottom: number) {
  const corners = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as const;
  return corners.map(([x, y]) => ({ x, y }));
}

/** What the looks tell, such as `zone-enter yard`; one letter per look: where the person stands (. is nowhere, - not seen). */
function story(scene: Scene, looks: string, gapMs = 200): string[] {
  const names: Record<string, string[]> = { y: ['yard'], g: ['yard', 'gate'], '.': [] };
  return Array.from(looks).flatMap((letter) => {
    const { events } = scene.look(letter === '-' ? [] : [person(0.5, 0.8, 0.8, 0.4, names[letter])], gapMs);
    return events.map(({ what, zone }) => `${what} ${zone}`);
  });
}

describe('zones', () => {
  test('are entered and left once each', () => {
    assert.deepEqual(story(new Scene(), '...yyyyygggyyy.....'), [
      'zone-enter yard',
      'zone-enter gate',
      'zone-leave gate',
      'zone-leave yard',
    ]);
  });

  test('in which something comes into being are entered as soon as it is confirmed', () => {
    const scene = new Scene();
    assert.deepEqual(story(scene, 'y'), []);
    assert.deepEqual(story(scene, 'y'), ['zone-enter yard']);
  });

  test('are not entered or left by feet that tremble on the border, nor by a look that misses them', () => {
    assert.deepEqual(story(new Scene(), 'yyyyy.y.y-y-yy.yyy'), ['zone-enter yard']);
    assert.deepEqual(story(new Scene(), '.....y.y-.y.y..'), []);
  });

  for (const [border, x, y] of [
    ['lower', 0, 1],
    ['left', 1, 0],
  ] as const) {
    test(`are not left and entered again by somebody who stands on their ${border} border, however his feet tremble`, () => {
      const random = seededRandom(3);
      const yard = { name: 'yard', kind: 'zone' as const, points: rectangle(0.4, 0.5, 0.9, 0.7) };
      const scene = new Scene();
      const look = (beyond: number): string[] => {
        scene.at += 200;
        const { objects } = placeInZones([person(x === 1 ? 0.4 - beyond : 0.5, y === 1 ? 0.7 + beyond : 0.6)], [yard]);
        const { events } = scene.tracker.update({
          ...{ objects, at: scene.at, capturedAt: scene.at, ...scene.size, zones: [yard] },
        });
        return events.map(({ what }) => what);
      };
      const told = Array.from({ length: 600 }, () => look(0.006 * gaussian(random))).flat();
      assert.deepEqual(told, ['zone-enter', 'loiter']);
      assert.deepEqual([0.04, 0.06, 0.08].flatMap(look), ['zone-leave']);
    });
  }

  test('tell, of somebody who was lost in them, how long he was seen there', () => {
    const scene = new Scene();
    story(scene, 'yyyyyyyyyyy');
    const events = Array.from({ length: 12 }, () => scene.look([]).events).flat();
    assert.deepEqual(
      events.map(({ what, dwellMs }) => [what, dwellMs]),
      [['zone-leave', 1800]],
    );
  });

  test('are left when the object is lost in them, and only then', () => {
    const scene = new Scene();
    assert.deepEqual(story(scene, 'yyyyyyyyyyy----------'), ['zone-enter yard']);
    assert.deepEqual(story(scene, '--'), ['zone-leave yard']);
  });

  test('are left by everybody when the source pauses', () => {
    const scene = new Scene();
    story(scene, 'yyyy');
    assert.deepEqual(story(scene, '-', 60_000), ['zone-leave yard']);
  });

  test('that a ghost stands in tell nothing', () => {
    assert.deepEqual(story(new Scene(), 'y---y---y---'), []);
  });

  test('tell how long somebody has been there, and was', () => {
    const scene = new Scene();
    story(scene, '...');
    story(scene, 'yyyyyyyyyyy');
    const [object] = scene.look([person(0.5, 0.8, 0.8, 0.4, ['yard'])]).objects;
    assert.deepEqual(object?.dwell, { yard: 2.2 });
    scene.look([person(0.5, 0.8)]);
    const { events, objects } = scene.look([person(0.5, 0.8)]);
    assert.deepEqual(
      events.map(({ what, dwellMs }) => [what, dwellMs]),
      [['zone-leave', 2400]],
    );
    assert.equal(objects[0]?.dwell, undefined);
  });

  test('tell a loiterer once per stay', () => {
    const scene = new Scene({ loiterMs: 3000 });
    assert.deepEqual(story(scene, 'y'.repeat(17)), ['zone-enter yard', 'loiter yard']);
    assert.deepEqual(story(scene, 'y'.repeat(40)), []);
    assert.deepEqual(story(scene, `...${'y'.repeat(20)}`), ['zone-leave yard', 'zone-enter yard', 'loiter yard']);
    assert.deepEqual(
      story(scene, `..${'y'.repeat(20)}`),
      ['zone-leave yard', 'zone-enter yard', 'loiter yard'],
      'also when he comes back at once',
    );
    assert.deepEqual(story(new Scene({ loiterMs: 0 }), 'y'.repeat(100)), ['zone-enter yard']);
  });
});
