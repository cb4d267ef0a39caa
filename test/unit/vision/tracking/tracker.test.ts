import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { person, Scene } from './scene.ts';

/** What the looks let through, as a set of all ids. */
function idsOver(scene: Scene, looks: number, at: (index: number) => ReturnType<typeof person>[], gapMs = 200) {
  const ids = new Set<string | undefined>();
  for (let index = 0; index < looks; index += 1) for (const id of scene.ids(at(index), gapMs)) ids.add(id);
  return ids;
}

describe('a new object', () => {
  test('is let through when a second look shows it, and says so', () => {
    const scene = new Scene();
    assert.deepEqual(scene.look([person(0.5, 0.8)]).objects, []);
    const [object] = scene.look([person(0.51, 0.8)]).objects;
    assert.equal(object?.trackId, '1');
    assert.deepEqual([object.seen, object.since], [{ n: 2, of: 2 }, 200]);
  });

  test('is not started by a ghost of a single look, nor by ghosts here and there', () => {
    const scene = new Scene();
    const random = seededRandom(1);
    for (let look = 0; look < 200; look += 1) {
      const ghosts = look % 4 === 0 ? [person(random(), 0.5 + random() / 2, 0.9)] : [];
      assert.deepEqual(scene.ids(ghosts), []);
    }
    assert.equal(scene.tracker.isFollowing, false);
  });

  test('is not started by boxes below the threshold, however often they come', () => {
    const scene = new Scene();
    for (let look = 0; look < 20; look += 1) assert.deepEqual(scene.ids([person(0.5, 0.8, 0.39)]), []);
  });

  test('is believed at once with one of one', () => {
    const scene = new Scene({ confirmation: { n: 1, of: 1 } });
    assert.deepEqual(scene.ids([person(0.5, 0.8)]), ['1']);
  });

  test('is confirmed at the third look when the second missed it', () => {
    const scene = new Scene();
    scene.ids([person(0.5, 0.8)]);
    scene.ids([]);
    assert.deepEqual(scene.look([person(0.52, 0.8)]).objects[0]?.seen, { n: 2, of: 3 });
  });
});

describe('an object keeps its id', () => {
  test('while it walks, and while its box trembles', () => {
    const random = seededRandom(2);
    const tremble = () => (random() - 0.5) * 0.02;
    const scene = new Scene();
    const at = (look: number) => [person(0.1 + look * 0.02 + tremble(), 0.8 + tremble(), 0.8, 0.4 + tremble() * 2)];
    assert.deepEqual([...idsOver(scene, 40, at)], ['1']);
  });

  test('when it runs farther than its own width between two looks', () => {
    const scene = new Scene();
    // 0.12 of the picture: 1.3 of its widths, four body lengths a second.
    const far = (look: number) => [person(0.1 + look * 0.06, 0.6, 0.8, 0.2)];
    assert.ok((far(1)[0]?.box.x ?? 0) - (far(0)[0]?.box.x ?? 0) > 1.3 * (far(0)[0]?.box.width ?? 0));
    assert.deepEqual([...idsOver(scene, 14, far)], ['1']);
  });

  test('when looks come at odd intervals, as behind a motion gate or a busy detector', () => {
    const random = seededRandom(3);
    const scene = new Scene();
    const ids = new Set<string | undefined>();
    for (let x = 0.1; x < 0.9;) {
      const gapMs = [100, 200, 400, 1000, 1400][Math.floor(random() * 5)] ?? 200;
      x += (gapMs / 1000) * 0.1;
      for (const id of scene.ids([person(x, 0.8)], gapMs)) ids.add(id);
    }
    assert.deepEqual([...ids], ['1']);
  });

  test('when single looks miss it', () => {
    const scene = new Scene();
    assert.deepEqual(
      [...idsOver(scene, 40, (look) => (look % 3 === 2 ? [] : [person(0.1 + look * 0.02, 0.8)]))],
      ['1'],
    );
  });

  test('behind a pillar: out of sight for a second and a half, walking on', () => {
    const scene = new Scene();
    const at = (look: number) => (look > 15 && look < 23 ? [] : [person(0.1 + look * 0.02, 0.8)]);
    assert.deepEqual([...idsOver(scene, 40, at)], ['1']);
  });

  test('when a desk hides its lower half', () => {
    const scene = new Scene();
    const upper = person(0.5, 0.6, 0.7, 0.25);
    assert.deepEqual([...idsOver(scene, 20, (look) => [look < 10 ? person(0.5, 0.75) : upper])], ['1']);
  });

  test('through boxes that are too weak to begin it, but not by them for ever', () => {
    const scene = new Scene();
    idsOver(scene, 5, () => [person(0.5, 0.8)]);
    assert.deepEqual([...idsOver(scene, 30, () => [person(0.5, 0.8, 0.25)])], ['1']);
    idsOver(scene, 60, () => [person(0.5, 0.8, 0.25)]);
    assert.equal(scene.tracker.isFollowing, false);
  });

  test('at a camera of one picture in five seconds, also when one of them misses it', () => {
    const scene = new Scene();
    const at = (look: number) => (look === 6 ? [] : [person(0.5 + look * 0.01, 0.8)]);
    assert.deepEqual([...idsOver(scene, 12, at, 5000)], ['1']);
  });
});

describe('two people', () => {
  test('keep their ids when they pass each other', () => {
    const scene = new Scene();
    const left = (look: number) => person(0.2 + look * 0.02, 0.8, 0.8);
    const right = (look: number) => person(0.8 - look * 0.02, 0.78, 0.7);
    for (let look = 0; look < 2; look += 1) scene.ids([left(look), right(look)]);
    assert.deepEqual(scene.ids([left(2), right(2)]), ['1', '2']);
    for (let look = 3; look < 29; look += 1) {
      // In the middle one hides the other.
      const hidden = Math.abs(look - 15) < 2;
      scene.ids(hidden ? [left(look)] : [left(look), right(look)]);
    }
    assert.deepEqual(scene.ids([left(29), right(29)]), ['1', '2']);
  });

  test('side by side are two, also when one is missed now and then', () => {
    const scene = new Scene();
    const ids = idsOver(scene, 40, (look) => [
      ...(look % 5 === 3 ? [] : [person(0.3 + look * 0.01, 0.8)]),
      ...(look % 4 === 2 ? [] : [person(0.4 + look * 0.01, 0.8)]),
    ]);
    assert.deepEqual([...ids], ['1', '2']);
  });

  test('one after the other at one place are two, once the first was away for longer than it is remembered', () => {
    const scene = new Scene();
    idsOver(scene, 5, () => [person(0.5, 0.8)]);
    idsOver(scene, 12, () => []);
    assert.deepEqual([...idsOver(scene, 5, () => [person(0.5, 0.8)])], ['2']);
  });

  test('at opposite ends of the picture are never one', () => {
    const scene = new Scene();
    idsOver(scene, 5, () => [person(0.1, 0.8)]);
    assert.deepEqual([...idsOver(scene, 5, () => [person(0.9, 0.8)])], ['2']);
  });
});

describe('objects of two classes', () => {
  test('are two, though they are at one place', () => {
    const scene = new Scene();
    const both = [person(0.5, 0.8), { ...person(0.5, 0.8, 0.7), label: 'dog' }];
    scene.look(both);
    assert.deepEqual(
      scene.look(both).objects.map(({ label, trackId }) => [label, trackId]),
      [
        ['person', '1'],
        ['dog', '2'],
      ],
    );
  });
});

describe('a source', () => {
  test('that pauses begins anew', () => {
    const scene = new Scene();
    idsOver(scene, 5, () => [person(0.5, 0.8)]);
    assert.deepEqual(scene.ids([person(0.5, 0.8)], 60_000), []);
    assert.deepEqual(scene.ids([person(0.5, 0.8)]), ['2']);
  });

  test('whose clock is set back keeps its objects', () => {
    const scene = new Scene();
    const at = (look: number) => [person(0.1 + look * 0.02, 0.8)];
    idsOver(scene, 10, at);
    scene.at -= 3_600_000;
    assert.deepEqual([...idsOver(scene, 10, (look) => at(10 + look))], ['1']);
  });

  test('whose clock shows nonsense once goes on as before', () => {
    for (const nonsense of [1e300, 1.8e18, -1e300]) {
      const scene = new Scene();
      idsOver(scene, 5, () => [person(0.5, 0.8)]);
      const { at } = scene;
      scene.at = nonsense;
      scene.ids([person(0.5, 0.8)]);
      scene.at = at;
      assert.equal(idsOver(scene, 5, () => [person(0.5, 0.8)]).size, 1);
      idsOver(scene, 15, () => []);
      assert.equal(scene.tracker.isFollowing, false, `${nonsense}`);
    }
  });

  test('that gives the same picture in another size keeps them; one of another shape begins anew', () => {
    const scene = new Scene();
    idsOver(scene, 5, () => [person(0.5, 0.8)]);
    scene.size = { width: 1280, height: 718 };
    assert.deepEqual(scene.ids([person(0.5, 0.8)]), ['1']);
    scene.size = { width: 640, height: 480 };
    assert.deepEqual(scene.ids([person(0.5, 0.8)]), []);
    assert.deepEqual(scene.ids([person(0.5, 0.8)]), ['2']);
  });
});

describe('standing still', () => {
  test('is said after two seconds, moving as soon as it goes, and nothing before either is known', () => {
    const scene = new Scene();
    const moving = (x: number) => scene.look([person(x, 0.8)]).objects[0]?.moving;
    moving(0.5);
    assert.equal(moving(0.501), undefined);
    for (let look = 0; look < 10; look += 1) moving(0.5 + (look % 2) * 0.005);
    assert.equal(moving(0.5), false);
    let x = 0.5;
    for (let look = 0; look < 6; look += 1) moving((x += 0.02));
    assert.equal(moving((x += 0.02)), true);
    for (let look = 0; look < 12; look += 1) moving(x);
    assert.equal(moving(x), false);
  });
});

describe('speed', () => {
  test('is in own lengths a second, the same near and far; unknown at first, and none while standing', () => {
    /** The feet go half a length in a second: a tenth of one in each look. */
    const walk = (height: number): (number | undefined)[] => {
      const scene = new Scene();
      const step = (0.1 * height * 360) / 640;
      return Array.from({ length: 15 }, (_, look) => {
        return scene.look([person(0.2 + look * step, 0.8, 0.8, height)]).objects[0]?.speed;
      });
    };
    for (const height of [0.4, 0.15]) {
      const speeds = walk(height);
      assert.equal(speeds[1], undefined);
      const last = speeds.at(-1) ?? 0;
      assert.ok(Math.abs(last - 0.5) < 0.08, `${height}: ${last}`);
    }
    const scene = new Scene();
    let speed: number | undefined;
    for (let look = 0; look < 20; look += 1) {
      speed = scene.look([person(0.5 + (look % 2) * 0.005, 0.8)]).objects[0]?.speed;
    }
    assert.equal(speed, 0);
  });
});

describe('crowds and nonsense', () => {
  test('two hundred people keep two hundred ids', () => {
    const random = seededRandom(4);
    const walkers = Array.from({ length: 200 }, (_, index) => ({
      x: 0.05 + (index % 20) * 0.047,
      y: 0.1 + Math.floor(index / 20) * 0.09,
      speed: (random() - 0.5) * 0.02,
    }));
    const scene = new Scene();
    const ids = idsOver(scene, 30, (look) =>
      walkers.map(({ x, y, speed }) => person(x + (speed * look) / 5, y, 0.7, 0.08)),
    );
    assert.equal(ids.size, 200);
  });

  test('more boxes than can be followed are not, and nothing grows', () => {
    const random = seededRandom(5);
    const scene = new Scene();
    for (let look = 0; look < 10; look += 1) {
      const boxes = Array.from({ length: 1000 }, () =>
        person(random(), 0.1 + random() * 0.9, 0.5 + random() / 2, 0.05),
      );
      assert.ok(scene.look(boxes).objects.length <= 256);
    }
  });

  test('boxes without a size, at the edge or as large as the picture break nothing', () => {
    const scene = new Scene();
    const box = (x: number, y: number, width: number, height: number) => {
      return { label: 'person', score: 0.9, box: { x, y, width, height } };
    };
    const odd = [
      box(0.5, 0.5, 0, 0),
      box(1, 1, 0, 0),
      box(0, 0, 1, 1),
      box(0.999, 0, 0.001, 1),
      box(0.2, 0.2, 1e-9, 1e-9),
    ];
    for (let look = 0; look < 5; look += 1) scene.look(odd);
    assert.deepEqual(scene.ids(odd), ['1', '2', '3']);
  });

  test('whatever walks at random: no id twice in a look, none that comes back after it was given up, bounded', () => {
    for (let seed = 10; seed < 30; seed += 1) {
      const random = seededRandom(seed);
      const scene = new Scene();
      const lastSeen = new Map<string, number>();
      let walkers: { x: number; y: number; vx: number; vy: number }[] = [];
      for (let look = 0; look < 150; look += 1) {
        const gapMs = 50 + random() * 600;
        if (random() < 0.15 && walkers.length < 30)
          walkers.push({ x: random(), y: 0.3 + random() * 0.7, vx: (random() - 0.5) / 2, vy: (random() - 0.5) / 5 });
        walkers = walkers.filter(() => random() > 0.01);
        for (const walker of walkers) {
          walker.x += (walker.vx * gapMs) / 1000;
          walker.y += (walker.vy * gapMs) / 1000;
          if (walker.x < 0 || walker.x > 1) walker.vx = -walker.vx;
          if (walker.y < 0.3 || walker.y > 1) walker.vy = -walker.vy;
        }
        const seen = walkers.filter(() => random() > 0.2).map(({ x, y }) => person(x, y, 0.2 + random() * 0.8, 0.2));
        const ids = scene.ids(seen, gapMs).map(String);
        assert.equal(new Set(ids).size, ids.length, `seed ${seed}, look ${look}`);
        assert.ok(ids.length <= seen.length);
        for (const id of ids) {
          const silentMs = scene.at - (lastSeen.get(id) ?? scene.at);
          assert.ok(silentMs <= 2000 + 2 * 650, `id ${id} came back after ${silentMs} ms`);
          lastSeen.set(id, scene.at);
        }
      }
      for (let look = 0; look < 15; look += 1) scene.look([]);
      assert.equal(scene.tracker.isFollowing, false, 'nobody is left when nobody is seen');
    }
  });
});
