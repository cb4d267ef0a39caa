import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { person, Scene } from './scene.ts';

/** A scene in which somebody has been for long enough to be known as 1. */
function inhabited(x: number, options: ConstructorParameters<typeof Scene>[0] = {}, height = 0.4): Scene {
  const scene = new Scene(options);
  for (let look = 0; look < 15; look += 1) scene.ids([person(x, 0.8, 0.8, height)]);
  return scene;
}

/** The ids after two looks at the same objects: what is new is confirmed by then. */
function soon(scene: Scene, objects: ReturnType<typeof person>[]): (string | undefined)[] {
  scene.ids(objects);
  return scene.ids(objects);
}

describe('a box is not taken for an object', () => {
  test('of another class, though it is where that one was', () => {
    const scene = inhabited(0.5);
    assert.deepEqual(soon(scene, [{ ...person(0.5, 0.8), label: 'dog' }]), ['2']);
  });

  test('that cannot have come so far since the last look', () => {
    // One body length in a fifth of a second, by somebody who stood still.
    assert.deepEqual(soon(inhabited(0.3), [person(0.3 + (0.4 * 360) / 640, 0.8)]), ['2']);
  });

  test('that is too far away, however long it was out of sight', () => {
    const hidden = (): Scene => {
      const scene = inhabited(0.2, { keepMs: 10_000 }, 0.2);
      for (let look = 0; look < 25; look += 1) scene.ids([]);
      return scene;
    };
    const reach = (0.2 * 360) / 640;
    assert.deepEqual(soon(hidden(), [person(0.2 + 1.8 * reach, 0.8, 0.8, 0.2)]), ['1']);
    assert.deepEqual(soon(hidden(), [person(0.2 + 3 * reach, 0.8, 0.8, 0.2)]), ['2']);
  });

  test('of a tenth of its area', () => {
    assert.deepEqual(soon(inhabited(0.5), [person(0.5, 0.665, 0.8, 0.13)]), ['2']);
  });

  test('that is as far as it could be up and down, but not across, in a wide picture', () => {
    const scene = new Scene();
    scene.size = { width: 1280, height: 320 };
    for (let look = 0; look < 15; look += 1) scene.ids([person(0.3, 0.8)]);
    assert.deepEqual(soon(scene, [person(0.42, 0.8)]), ['2']);
  });

  test('when it is weak, unless it lies upon it', () => {
    const scene = inhabited(0.5);
    assert.deepEqual(scene.ids([person(0.52, 0.82, 0.25)]), ['1']);
    assert.deepEqual(scene.ids([person(0.6, 0.8, 0.25)]), []);
  });

  test('when it is weak, of one that is not confirmed', () => {
    const scene = new Scene();
    scene.ids([person(0.5, 0.8)]);
    assert.deepEqual(soon(scene, [person(0.5, 0.8, 0.3)]), []);
  });
});

describe('an object', () => {
  test('begins with a box of just the threshold', () => {
    assert.deepEqual(soon(new Scene(), [person(0.5, 0.8, 0.4)]), ['1']);
  });

  test('that stopped out of sight is found where it stopped', () => {
    const scene = new Scene({ keepMs: 8000 });
    for (let look = 0; look < 20; look += 1) scene.ids([person(0.1 + look * 0.02, 0.8, 0.8, 0.2)]);
    for (let look = 0; look < 25; look += 1) scene.ids([]);
    assert.deepEqual(soon(scene, [person(0.55, 0.8, 0.8, 0.2)]), ['1']);
  });

  test('beside another, when both jump so far that each is nearer to where the other was', () => {
    const scene = new Scene();
    const both = (x: number) => [person(x, 0.8, 0.8), person(x + 0.1, 0.8, 0.7)];
    for (let look = 0; look < 5; look += 1) scene.ids(both(0.4));
    assert.deepEqual(scene.ids(both(0.46)), ['1', '2']);
  });

  test('counts the looks that showed it among its last five', () => {
    const scene = inhabited(0.5);
    const seen = (objects: ReturnType<typeof person>[]) => scene.look(objects).objects[0]?.seen;
    assert.deepEqual(seen([person(0.5, 0.8)]), { n: 5, of: 5 });
    seen([]);
    assert.deepEqual(seen([person(0.5, 0.8)]), { n: 4, of: 5 });
  });

  test('that has no size is none, even where one look is enough', () => {
    const scene = new Scene({ confirmation: { n: 1, of: 1 } });
    assert.deepEqual(scene.ids([{ ...person(0.5, 0.8), box: { x: 0.5, y: 0.5, width: 0, height: 0.2 } }]), []);
  });

  test('beyond a crowd of 256 that is remembered is not followed', () => {
    const scene = new Scene();
    const crowd = (left: number) =>
      Array.from({ length: 256 }, (_, index) =>
        person(left + (index % 16) * 0.03, 0.06 + Math.floor(index / 16) * 0.06, 0.8, 0.05),
      );
    assert.equal(soon(scene, crowd(0.02)).length, 256);
    assert.deepEqual(soon(scene, crowd(0.52)), []);
  });
});

describe('time goes on as usual when the clock is set back', () => {
  for (const gapMs of [200, 1000]) {
    test(`at a picture in ${gapMs} ms`, () => {
      const scene = new Scene();
      const dwell = () => scene.look([person(0.5, 0.8, 0.8, 0.4, ['yard'])], gapMs).objects[0]?.dwell?.yard ?? NaN;
      for (let look = 0; look < 30; look += 1) dwell();
      const before = dwell();
      scene.at -= 3_600_000;
      const passed = dwell() - before;
      assert.ok(Math.abs(passed - gapMs / 1000) < 0.11, `${passed} s`);
    });
  }
});

describe('whether something moves', () => {
  const still = (scene: Scene, at: (look: number) => ReturnType<typeof person>) => {
    let moving: boolean | undefined;
    for (let look = 0; look < 20; look += 1) moving = scene.look([at(look)]).objects[0]?.moving;
    return moving;
  };

  test('is judged by its size: half its height far away is a way', () => {
    assert.equal(
      still(inhabited(0.5, {}, 0.1), (look) => person(0.5 + look * 0.003, 0.8, 0.8, 0.1)),
      true,
    );
    assert.equal(
      still(inhabited(0.5, {}, 0.8), (look) => person(0.5 + look * 0.003, 0.8, 0.8, 0.8)),
      false,
    );
  });

  test('is not told by a box that trembles', () => {
    assert.equal(
      still(inhabited(0.5), (look) => person(0.5 + Math.sin(look * 2) * 0.01, 0.8 + Math.cos(look * 3) * 0.01)),
      false,
    );
  });

  test('is judged by the feet: who bends stands', () => {
    const scene = inhabited(0.5);
    const told = [0.35, 0.3, 0.25, 0.25].map(
      (height) => scene.look([person(0.5, 0.8, 0.8, height)]).objects[0]?.moving,
    );
    assert.deepEqual(told, [false, false, false, false]);
  });

  test('is judged across as up and down', () => {
    // 0.3 of its height to the side.
    const scene = inhabited(0.5);
    const aside = (0.3 * 0.4 * 360) / 640;
    const told = [0, 1, 2, 3].map((look) => scene.look([person(0.5 + (aside * look) / 3, 0.8)]).objects[0]?.moving);
    told.push(scene.look([person(0.5 + aside, 0.8)]).objects[0]?.moving);
    assert.equal(told.at(-1), true);
  });
});
