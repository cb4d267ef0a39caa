import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Box, FrameZone } from '../../../../src/contracts/messages.ts';
import { MotionGate } from '../../../../src/vision/motion/motion-gate.ts';
import { looks, size, Yard, type Patch } from './yard.ts';

/** Somebody far away: 20 pixels tall, on a walk. */
const walker = (at: number): Patch => ({ x: 300 + Math.round(at * 12), y: 200, width: 8, height: 20, brightness: 110 });
const boxOf = ({ x, y, width, height }: Patch): Box => ({
  x: x / size.width,
  y: y / size.height,
  width: width / size.width,
  height: height / size.height,
});

function rectangle(left: number, top: number, right: number, bottom: number): FrameZone['points'] {
  return [
    { x: left, y: top },
    { x: right, y: top },
    { x: right, y: bottom },
    { x: left, y: bottom },
  ];
}
const yardIgnored: FrameZone = { name: 'street', kind: 'ignore', points: rectangle(0.4, 0.4, 0.8, 0.8) };

describe('a motion gate is not bothered by', () => {
  for (const noise of [1, 4, 12]) {
    test(`sensor noise of ${noise}`, () => {
      const yard = new Yard();
      yard.watch(6, () => ({ noise }));
      assert.equal(looks(yard.watch(15, () => ({ noise }))), 0);
    });
  }

  test('noise that begins with the night, for long', () => {
    const yard = new Yard();
    yard.watch(5, () => ({ noise: 1 }));
    yard.watch(15, () => ({ noise: 20, light: 0.9 }));
    assert.equal(looks(yard.watch(10, () => ({ noise: 20, light: 0.9 }))), 0);
  });

  test('clouds: light that drifts to half and back within half a minute', () => {
    const yard = new Yard();
    const light = (at: number) => 0.75 + 0.25 * Math.cos((at / 30) * 2 * Math.PI);
    yard.watch(5, () => ({}));
    assert.equal(looks(yard.watch(30, (at) => ({ light: light(at) }))), 0);
  });

  test('shade that creeps over a part of the picture', () => {
    const yard = new Yard();
    const shade = (at: number): Patch => ({ x: 320, y: 0, width: 320, height: 200, brightness: 60 - at });
    yard.watch(5, () => ({ patches: [shade(0)] }));
    assert.equal(looks(yard.watch(20, (at) => ({ patches: [shade(at)] }))), 0);
  });

  test('a tree, after half a minute; but it sees somebody beside it', () => {
    const yard = new Yard();
    const tree = (at: number): Patch[] =>
      Array.from({ length: 12 }, (_, leaf) => ({
        ...{ x: 420 + (leaf % 4) * 20 + (Math.round(at * 5 + leaf) % 2) * 10, y: 40 + leaf * 8, width: 10, height: 8 },
        brightness: 110,
      }));
    const restless = looks(yard.watch(30, (at) => ({ patches: tree(at) })));
    assert.ok(restless > 5, `${restless} looks at a new tree`);
    assert.equal(looks(yard.watch(10, (at) => ({ patches: tree(at) }))), 0);
    assert.ok(looks(yard.watch(2, (at) => ({ patches: [...tree(at), walker(at)] }))) >= 9);
  });

  test('a thing that was put down, or taken away, once it has seen it', () => {
    const yard = new Yard();
    const box: Patch = { x: 100, y: 200, width: 40, height: 40, brightness: 30 };
    yard.watch(5, () => ({ patches: [box] }));
    const removed = yard.watch(12, () => ({}));
    assert.equal(removed[0]?.why, 'motion');
    assert.ok(looks(removed) < 25, `${looks(removed)} looks`);
    assert.equal(looks(removed.slice(50)), 0);
    assert.equal(yard.show({ patches: [box] }).why, 'motion');
  });
});

describe('a motion gate sees', () => {
  test('the first frame, and the first frame with somebody far away, and where', () => {
    const yard = new Yard();
    assert.equal(yard.show().why, 'first');
    yard.watch(10, () => ({}));
    const [first, ...more] = yard.watch(3, (at) => ({ patches: [walker(at)] }));
    assert.equal(first?.why, 'motion');
    assert.equal(first.regions.length, 1);
    const [region] = first.regions;
    const person = boxOf(walker(0));
    assert.ok(region !== undefined && region.x <= person.x && region.y <= person.y);
    assert.ok(region.x + region.width >= person.x + person.width && region.width < 0.05 && region.height < 0.1);
    assert.equal(looks(more), more.length);
  });

  test('somebody in front of clouds, and at night', () => {
    const yard = new Yard();
    const scene = (at: number) => ({ noise: 6, light: 0.3 + at / 100 });
    yard.watch(10, scene);
    const seen = yard.watch(3, (at) => ({ ...scene(10 + at), patches: [{ ...walker(at), brightness: 160 }] }));
    assert.ok(looks(seen) >= 14, `${looks(seen)} of 15`);
  });

  test('somebody who is hardly brighter than the wall, not a few pixels that flicker', () => {
    const yard = new Yard();
    yard.watch(10, () => ({}));
    const pixel: Patch = { x: 100, y: 100, width: 2, height: 2, brightness: 255 };
    assert.equal(looks(yard.watch(5, (at) => ({ patches: Math.round(at * 5) % 2 === 0 ? [pixel] : [] }))), 0);
    const faint = (at: number): Patch => ({ ...walker(at), brightness: 80 });
    assert.ok(looks(yard.watch(3, (at) => ({ patches: [faint(at)] }))) >= 12);
  });

  test('somebody who stops, for three seconds, also after a pause of the camera', () => {
    const yard = new Yard();
    yard.watch(5, () => ({}));
    const stopped = yard.watch(2.8, () => ({ patches: [walker(0)] }));
    assert.ok(stopped.every(({ moves }) => moves));
    const paused = new Yard();
    paused.watch(5, () => ({}));
    paused.show({ patches: [walker(0)] }, 60);
    assert.ok(paused.watch(1, () => ({ patches: [walker(0)] })).every(({ moves }) => moves));
  });

  test('somebody at a place where people often stop for a moment', () => {
    const yard = new Yard();
    yard.watch(5, () => ({}));
    for (let visit = 0; visit < 6; visit += 1) {
      assert.equal(yard.show({ patches: [walker(0)] }).moves, true, `visit ${visit}`);
      yard.watch(2.4, () => ({ patches: [walker(0)] }));
      yard.watch(3, () => ({}));
    }
  });

  test('two people apart as two regions, who take turns to be the first', () => {
    const yard = new Yard();
    yard.watch(5, () => ({}));
    const both = (at: number): Patch[] => [walker(at), { ...walker(at), x: 500, y: 100 + Math.round(at * 12) }];
    const seen = yard.watch(2, (at) => ({ patches: both(at) }));
    assert.deepEqual(new Set(seen.map(({ regions }) => regions.length)), new Set([2]));
    const firsts = new Set(seen.map(({ regions: [region] }) => (region?.x ?? 0) > 0.7));
    assert.equal(firsts.size, 2);
  });
});

describe('light that is switched', () => {
  test('on and off: one look at once and one when it is steady, and then none', () => {
    const yard = new Yard();
    yard.watch(5, () => ({ light: 0.4 }));
    const lit = yard.watch(8, () => ({ light: 1 }));
    assert.equal(lit[0]?.why, 'light');
    assert.equal(looks(lit), 2);
    const dark = yard.watch(8, () => ({ light: 0.4 }));
    assert.equal(looks(dark), 2);
    assert.equal(yard.show({ light: 0.4, patches: [walker(0)] }).why, 'motion');
  });

  test('a lamp in a part of the room is seen and learnt', () => {
    const yard = new Yard();
    const lamp: Patch = { x: 0, y: 0, width: 200, height: 200, brightness: 220 };
    yard.watch(5, () => ({}));
    const lit = yard.watch(10, () => ({ patches: [lamp] }));
    assert.equal(lit[0]?.why, 'motion');
    assert.equal(looks(lit.slice(30)), 0);
  });

  test('a little, over the whole picture, is light and no motion', () => {
    const yard = new Yard();
    yard.watch(5, () => ({}));
    assert.deepEqual([yard.show({ light: 1.4 }).why, yard.show({ light: 1.4 }).regions], ['light', []]);
  });

  test('so that here is brighter and there darker than before, over more than half of what counts', () => {
    const half = { ...yardIgnored, points: rectangle(0.5, 0, 1, 1) };
    const shadows = (share: number): Patch[] => [
      { x: 0, y: 0, width: 320 * share, height: 180, brightness: 200 },
      { x: 0, y: 180, width: 320 * share, height: 180, brightness: 10 },
    ];
    const yard = new Yard({ zones: [half] });
    yard.watch(5, () => ({}));
    assert.equal(yard.show({ patches: shadows(0.4) }).why, 'motion');
    yard.watch(10, () => ({}));
    assert.equal(yard.show({ patches: shadows(0.7) }).why, 'light');
  });

  test('and a lamp that flickers cannot make it look at every frame, nor at none', () => {
    const yard = new Yard();
    yard.watch(5, () => ({}));
    const flicker = yard.watch(20, (at) => ({ light: Math.round(at * 5) % 2 === 0 ? 1 : 0.5 }));
    assert.ok(looks(flicker) <= 25 && looks(flicker) >= 10, `${looks(flicker)} of ${flicker.length}`);
  });
});

describe('what a motion gate is told', () => {
  test('motion in a polygon to ignore does not count, beside it it does', () => {
    const yard = new Yard({ zones: [yardIgnored, { ...yardIgnored, name: 'yard', kind: 'zone' }] });
    yard.watch(5, () => ({}));
    assert.equal(looks(yard.watch(4, (at) => ({ patches: [walker(at)] }))), 0);
    assert.ok(looks(yard.watch(4, (at) => ({ patches: [{ ...walker(at), y: 300 }] }))) >= 18);
  });

  test('while something is there, and for 5 s after, every frame is looked at', () => {
    const yard = new Yard();
    const object = { label: 'person', score: 0.8, box: { x: 0.2, y: 0.2, width: 0.2, height: 0.6 } };
    yard.watch(5, () => ({}));
    yard.gate.found('yard', [object]);
    for (let index = 0; index < 50; index += 1) {
      assert.equal(yard.show().why, 'object');
      yard.gate.found('yard', [object]);
    }
    yard.gate.found('yard', []);
    assert.deepEqual(yard.show().regions, [object.box], 'a close look at where it was');
    const after = yard.watch(8, () => ({}));
    assert.ok(looks(after) >= 22 && looks(after) <= 25, `${looks(after)} looks`);
    assert.equal(after[20]?.regions.length, 0);
    assert.equal(looks(after.slice(26)), 0);
  });

  test('a frame that got no look is made up for, and a look is due after the heartbeat', () => {
    const yard = new Yard({ heartbeatSeconds: 1.9 });
    yard.show();
    yard.gate.missed('yard', 'first');
    assert.equal(yard.show().why, 'first');
    assert.equal(yard.show().why, undefined);
    const later = yard.watch(8, () => ({}));
    assert.deepEqual(
      later.filter(({ why }) => why !== undefined).map(({ why }) => why),
      ['heartbeat', 'heartbeat', 'heartbeat', 'heartbeat'],
    );
  });

  test('a recording that is played fast has the time of its pictures', () => {
    const yard = new Yard({ heartbeatSeconds: 5 });
    const frame = { source: 'yard', capturedAt: 0 };
    const fast = Array.from({ length: 51 }, (_, second) => yard.gate.glance(frame, yard.draw({}), second));
    assert.equal(looks(fast), 10);
  });

  test('a camera whose clock stands still or is set back has that of the machine', () => {
    for (const step of [0, -1000]) {
      const yard = new Yard({ heartbeatSeconds: 5 });
      const glances = Array.from({ length: 51 }, (_, second) => {
        yard.clock.advance(1000);
        return yard.gate.glance({ source: 'yard', capturedAt: 1e6 + second * step }, yard.draw({}));
      });
      assert.equal(looks(glances), 10);
    }
  });

  test('a picture of another size is a first one', () => {
    const yard = new Yard();
    yard.watch(1, () => ({}));
    const small = { bytes: new Uint8Array(64 * 36 * 3), encoding: 'rgb24', width: 64, height: 36 } as const;
    assert.equal(yard.gate.glance({ source: 'yard', capturedAt: yard.clock.now() }, small).why, 'first');
  });

  test('other polygons count from the next picture on', () => {
    const yard = new Yard();
    yard.watch(5, () => ({}));
    assert.equal(yard.show({ patches: [walker(0)] }).why, 'motion');
    yard.watch(8, () => ({}));
    yard.zones = [yardIgnored];
    assert.equal(yard.show({ patches: [walker(0)] }).why, undefined);
  });

  test('while a tracker follows something, every frame is looked at', () => {
    const yard = new Yard();
    const followed = new Set(['yard']);
    const gate = new MotionGate({ clock: yard.clock, heartbeatSeconds: 3600, isFollowing: (one) => followed.has(one) });
    const show = () => {
      yard.clock.advance(1000);
      return gate.glance({ source: 'yard', capturedAt: yard.clock.now() }, yard.draw({})).why;
    };
    assert.deepEqual([show(), show(), show()], ['first', 'object', 'object']);
    followed.clear();
    assert.equal(show(), undefined);
  });

  test('no more than the last four places where something was lost are looked at closely', () => {
    const yard = new Yard();
    yard.watch(2, () => ({}));
    const objects = Array.from({ length: 6 }, (_, index) => {
      return { label: 'person', score: 0.8, box: { x: index * 0.15, y: 0.4, width: 0.1, height: 0.4 } };
    });
    yard.gate.found('yard', objects);
    yard.gate.found('yard', objects.slice(0, 1));
    assert.deepEqual(
      yard.show().regions,
      objects.slice(1, 5).map(({ box }) => box),
    );
  });
});
