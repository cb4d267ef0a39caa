import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { TamperWatch, type Tampering } from '../../../../src/media/tamper/tamper-watch.ts';
import { ManualClock } from '../../manual-clock.ts';
import { blurred, changed, picture, room, type Change } from './scene.ts';

const usual = room(3);
const elsewhere = room(8);
const cover: Change = (_, x) => 110 + 8 * x;

/** A camera that sends one picture a second. */
class Camera {
  readonly clock = new ManualClock();
  readonly watch = new TamperWatch(this.clock);
  readonly news: Tampering[] = [];
  readonly #random = seededRandom(1);
  #seconds = 0;
  readonly #start = this.clock.now();

  constructor(learnSeconds = 60) {
    this.shows(usual, learnSeconds);
  }

  shows(pixels: Float32Array, seconds: number, noise = 4): void {
    for (let second = 0; second < seconds; second += 1) {
      this.clock.advance(1000);
      this.#seconds += 1;
      const told = this.watch.push(picture(pixels, noise, this.#random));
      if (told !== undefined) this.news.push(told);
    }
  }

  /** What was said, and after how many seconds since the camera began. */
  get story(): string[] {
    return this.news.map(({ kind, score }) => `${kind} ${score > 0 ? 'began' : 'is over'}`);
  }

  /** Seconds from the camera's first picture to the beginning of what was said last. */
  get since(): number {
    return (Number(this.news.at(-1)?.features.since) - this.#start) / 1000;
  }
}

describe('a camera that somebody tampers with', () => {
  const attacks: [kind: string, holdSeconds: number, pixels: Float32Array, noise: number][] = [
    ['black', 20, changed(usual, () => 3), 0],
    ['white', 20, changed(usual, () => 252), 4],
    ['covered', 15, changed(usual, cover), 4],
    ['shifted', 30, elsewhere, 4],
    ['blurred', 20, blurred(usual, 4), 0.5],
  ];
  for (const [kind, holdSeconds, pixels, noise] of attacks) {
    test(`is ${kind}: told once after ${holdSeconds} s, and its end once`, () => {
      const camera = new Camera();
      camera.shows(pixels, holdSeconds, noise);
      assert.deepEqual(camera.story, []);
      camera.shows(pixels, 1, noise);
      assert.deepEqual(camera.story, [`${kind} began`]);
      assert.equal(camera.since, 61);
      assert.equal(camera.watch.present?.kind, kind);
      camera.shows(pixels, 200, noise);
      assert.equal(camera.news.length, 1);
      camera.shows(usual, 5);
      assert.equal(camera.news.length, 1);
      camera.shows(usual, 60);
      assert.deepEqual(camera.story, [`${kind} began`, `${kind} is over`]);
      assert.equal(camera.news[1]?.features.lastedSeconds, holdSeconds + 201 + 5);
      assert.equal(camera.watch.present, undefined);
    });
  }

  test('is frozen: told after two minutes of exactly the same picture', () => {
    const camera = new Camera();
    camera.shows(usual, 120, 0);
    assert.deepEqual(camera.story, []);
    camera.shows(usual, 30, 0);
    assert.deepEqual(camera.story, ['frozen began']);
    assert.equal(camera.since, 61);
    camera.shows(usual, 30);
    assert.deepEqual(camera.story, ['frozen began', 'frozen is over']);
  });

  test('is covered, then painted black: both are told', () => {
    const camera = new Camera();
    camera.shows(changed(usual, cover), 40);
    camera.shows(
      changed(usual, () => 0),
      40,
      0,
    );
    camera.shows(usual, 20);
    assert.deepEqual(camera.story, ['covered began', 'black began', 'black is over']);
  });

  test('was black from the start, as there is nothing to compare with', () => {
    const camera = new Camera(0);
    camera.shows(
      changed(usual, () => 0),
      30,
      0,
    );
    assert.deepEqual(camera.story, ['black began']);
  });

  test('explains itself with numbers', () => {
    const camera = new Camera();
    camera.shows(elsewhere, 40);
    const { features, score } = camera.news[0] ?? assert.fail('nothing was said');
    assert.ok(score > 0.7 && score <= 1);
    assert.equal(features.kind, 'shifted');
    for (const name of ['since', 'brightness', 'structure', 'detail', 'likeness', 'edges']) {
      assert.equal(typeof features[name], 'number', name);
    }
    assert.ok(Number(features.edges) < 0.3);
  });
});

describe('a camera that nobody tampers with', () => {
  const harmless: [what: string, pixels: Float32Array, noise: number][] = [
    ['the light is switched off, and the sensor sees noise', changed(usual, (value) => value * 0.03), 8],
    ['a lamp stays on in a dark room', changed(usual, (value, x) => (x > 0.9 ? value : value * 0.04)), 2],
    ['the light gets dim', changed(usual, (value) => value * 0.3), 4],
    ['the light comes from the left now', changed(usual, (value, x) => value * (1.35 - 1.2 * x)), 4],
    ['the light comes from the right now', changed(usual, (value, x) => value * (0.15 + 1.2 * x)), 4],
    ['somebody stands before a third of the view', changed(usual, (value, x) => (x > 0.3 && x < 0.63 ? 60 : value)), 4],
    ['a car stands before half of the view', changed(usual, (value, x) => (x > 0.25 && x < 0.75 ? 150 : value)), 4],
    ['the picture gets a little softer', blurred(usual, 1), 8],
  ];
  for (const [what, pixels, noise] of harmless) {
    test(`says nothing when ${what}`, () => {
      const camera = new Camera();
      camera.shows(pixels, 300, noise);
      camera.shows(usual, 60);
      assert.deepEqual(camera.story, []);
    });
  }

  test('says nothing of what is over before its time', () => {
    const camera = new Camera();
    for (const [pixels, seconds, noise] of [
      [changed(usual, () => 0), 19, 0],
      [changed(usual, cover), 14, 4],
      [elsewhere, 29, 4],
      [usual, 110, 0],
    ] as const) {
      camera.shows(pixels, seconds, noise);
      camera.shows(usual, 10);
    }
    assert.deepEqual(camera.story, []);
  });

  test('says nothing of things that go by before the lens', () => {
    const camera = new Camera();
    for (let seed = 20; seed < 40; seed += 1) camera.shows(room(seed), 5);
    assert.deepEqual(camera.story, []);
  });

  test('says nothing when the pictures come back after a while and are other ones', () => {
    const camera = new Camera();
    camera.shows(elsewhere, 5);
    camera.clock.advance(600_000);
    camera.shows(elsewhere, 20);
    camera.shows(usual, 20);
    assert.deepEqual(camera.story, []);
  });

  test('says nothing of a video whose scene changes every twenty seconds', () => {
    const camera = new Camera();
    for (let cut = 0; cut < 30; cut += 1) camera.shows(cut % 2 === 0 ? elsewhere : usual, 20);
    assert.deepEqual(camera.story, []);
  });

  test('that was moved on purpose takes the new view for the usual one after ten minutes', () => {
    const camera = new Camera();
    camera.shows(elsewhere, 700);
    assert.deepEqual(camera.story, ['shifted began', 'shifted is over']);
    assert.equal(camera.news[1]?.features.why, 'taken as the usual view');
    camera.shows(usual, 60);
    assert.equal(camera.story.at(-1), 'shifted began');
  });

  test('that changes its picture size is looked at anew', () => {
    const camera = new Camera();
    const small = { width: 80, height: 45, bytes: Buffer.alloc(80 * 45 * 3, 100) };
    for (let second = 0; second < 60; second += 1) {
      camera.clock.advance(1000);
      small.bytes[second * 3 + 1] = 255;
      assert.equal(camera.watch.push(small), undefined);
    }
  });
});
