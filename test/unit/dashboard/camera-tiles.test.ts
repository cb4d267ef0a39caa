import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CameraSummary } from '../../../src/contracts/cameras.ts';

/** What is asked of the tiles here; their own types need those of a browser. */
interface Tile {
  id: string;
  camera: CameraSummary;
  picture: string | undefined;
  pictureAt: number;
}
interface Module {
  CameraTiles: new (ports: object, show: (tiles: Tile[]) => void) => { beat(): void };
  tileLook: (tile: Tile, now: number) => { word: string; tone: string; isShown: boolean };
  lastSeen: (tile: Tile) => number | undefined;
}
const tilesFile = '../../../dashboard/incidents/now/camera-tiles.ts';
const { CameraTiles, tileLook, lastSeen } = (await import(tilesFile)) as Module;

const turn = () => new Promise((resolve) => setImmediate(resolve));

function camera(source: string, more: Partial<CameraSummary> = {}, rate = 1): CameraSummary {
  return {
    ...{ site: 'home', siteName: 'Home', area: 'yard', source, status: 'connected', detail: '', since: 50 },
    previews: [{ id: `id-${source}`, model: 'm', rate, capturedAt: 100, detects: true }],
    ...more,
  };
}

/** A page in a browser. */
class Bench {
  now = 1000;
  cameras = [camera('gate'), camera('door')];
  isPageInSight = true;
  inSight = ['home/gate', 'home/door'];
  answer: unknown = undefined;
  tiles: Tile[] = [];
  asked: { id: string; tag: string | undefined; at: number }[] = [];
  lists = 0;
  forgotten: string[] = [];
  #pictures = 0;
  readonly #tiles = new CameraTiles(
    {
      cameras: () => {
        this.lists += 1;
        return Promise.resolve({ cameras: this.cameras });
      },
      picture: (id: string, tag: string | undefined) => {
        this.asked.push({ id, tag, at: this.now });
        this.#pictures += 1;
        const fresh = { picture: {}, tag: `tag-${this.#pictures}` };
        return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer ?? fresh);
      },
      address: () => `blob-${this.#pictures}`,
      forget: (address: string) => this.forgotten.push(address),
      isInSight: (tile?: string) => (tile === undefined ? this.isPageInSight : this.inSight.includes(tile)),
      now: () => this.now,
    },
    (tiles) => (this.tiles = tiles),
  );

  async beat(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      this.#tiles.beat();
      await turn();
      this.now += 500;
    }
  }

  asksOf(source: string): number {
    return this.asked.filter(({ id }) => id === `id-${source}`).length;
  }
}

describe('the tiles of cameras', () => {
  test('fetch each picture as often as it is made, with the tag of the one before, and forget old ones', async () => {
    const bench = new Bench();
    bench.cameras = [camera('gate', {}, 0.5), camera('door', {}, 5)];
    await bench.beat(21);
    assert.ok(Math.abs(bench.asksOf('gate') - 5) <= 1, `${bench.asksOf('gate')} in 10 s`);
    assert.ok(Math.abs(bench.asksOf('door') - 20) <= 1, `${bench.asksOf('door')} in 10 s`);
    const [first, second] = bench.asked.filter(({ id }) => id === 'id-gate');
    assert.equal(first?.tag, undefined);
    assert.match(second?.tag ?? '', /^tag-\d+$/);
    assert.equal(bench.forgotten.length, bench.asked.length - 2);
    assert.equal(bench.lists, 3);
  });

  test('ask for nothing while nobody can see them, and at once when somebody can', async () => {
    const bench = new Bench();
    await bench.beat(4);
    bench.inSight = ['home/door'];
    const gate = bench.asksOf('gate');
    await bench.beat(20);
    assert.equal(bench.asksOf('gate'), gate, 'scrolled away');
    bench.isPageInSight = false;
    const [asked, lists] = [bench.asked.length, bench.lists];
    await bench.beat(40);
    assert.deepEqual([bench.asked.length, bench.lists], [asked, lists], 'the tab is hidden');
    bench.isPageInSight = true;
    await bench.beat(1);
    assert.deepEqual([bench.asked.length, bench.lists], [asked + 1, lists + 1]);
  });

  test('ask again soon for a first picture, later after a refusal, and for the list when one is gone', async () => {
    const bench = new Bench();
    bench.inSight = ['home/gate'];
    bench.answer = 'none';
    await bench.beat(9);
    assert.deepEqual(
      bench.asked.map(({ at }) => at - 1500),
      [0, 1000, 2500],
      'after 0.7, 1.4 and 2.8 s, when it beats next',
    );
    assert.equal(bench.tiles[0]?.picture, undefined);
    bench.answer = new Error('429');
    while (bench.asksOf('gate') < 4) await bench.beat(1);
    await bench.beat(7);
    assert.equal(bench.asked.length, 4);
    bench.answer = 'gone';
    bench.cameras = [];
    while (bench.asksOf('gate') < 5) await bench.beat(1);
    const lists = bench.lists;
    await bench.beat(1);
    assert.deepEqual([bench.lists, bench.tiles.length], [lists + 1, 0]);
  });

  test('ask for nothing of a camera that is not connected, and at once when it is again', async () => {
    for (const status of ['paused', 'stopped', 'backing-off', 'connecting'] as const) {
      const bench = new Bench();
      await bench.beat(4);
      bench.cameras = [camera('gate', { status }), camera('door')];
      await bench.beat(11);
      const asked = bench.asksOf('gate');
      await bench.beat(60);
      assert.equal(bench.asksOf('gate'), asked, status);
      const isHidden = status === 'paused' || status === 'stopped';
      assert.equal(bench.tiles[0]?.picture === undefined, isHidden, status);
      bench.cameras = [camera('gate'), camera('door')];
      const lists = bench.lists;
      while (bench.lists === lists) await bench.beat(1);
      await bench.beat(1);
      assert.equal(bench.asksOf('gate'), asked + 1, status);
      if (isHidden) assert.equal(bench.asked.findLast(({ id }) => id === 'id-gate')?.tag, undefined);
    }
  });

  test('ask more and more seldom where no picture comes, and at once when frames come again', async () => {
    const bench = new Bench();
    bench.inSight = ['home/gate'];
    bench.answer = 'none';
    await bench.beat(40);
    const asked = bench.asked.length;
    await bench.beat(60);
    assert.equal(bench.asked.length, asked + 6, 'every 5 s');
    const [gate, door] = bench.cameras;
    assert.ok(gate !== undefined && door !== undefined);
    bench.cameras = [{ ...gate, previews: gate.previews.map((one) => ({ ...one, capturedAt: 200 })) }, door];
    const lists = bench.lists;
    while (bench.lists === lists) await bench.beat(1);
    await bench.beat(3);
    assert.ok(bench.asked.length >= asked + 8, `${bench.asked.length - asked}`);
  });

  test('show no picture that was on its way when its camera was paused', async () => {
    const bench = new Bench();
    const slow = Promise.withResolvers<unknown>();
    bench.answer = slow.promise;
    await bench.beat(2);
    bench.cameras = [camera('gate', { status: 'paused' })];
    await bench.beat(11);
    slow.resolve({ picture: {}, tag: 'late' });
    await turn();
    assert.equal(bench.tiles[0]?.picture, undefined);
  });

  test('wait for a slow answer, one at a time of each', async () => {
    const bench = new Bench();
    const slow = Promise.withResolvers<unknown>();
    bench.answer = slow.promise;
    await bench.beat(30);
    assert.equal(bench.asked.length, 2);
    slow.resolve('same');
    await turn();
    await bench.beat(4);
    assert.equal(bench.asked.length, 4);
  });

  const looks: [what: string, tile: Partial<Tile>, word: string, tone: string, isShown: boolean][] = [
    ['live', {}, 'linkLive', 'live', true],
    ['the first picture', { picture: undefined }, 'cameraComing', 'calm', false],
    ['no picture any more', { pictureAt: 0 }, 'cameraSilent', 'old', true],
    ['offline', { camera: camera('a', { status: 'backing-off' }) }, 'cameraOffline', 'old', true],
    [
      'offline from the start',
      { camera: camera('a', { status: 'stalled' }), picture: undefined },
      'cameraOffline',
      'old',
      false,
    ],
    ['a wrong password', { camera: camera('a', { status: 'unauthorised' }) }, 'cameraLogin', 'old', true],
    ['paused', { camera: camera('a', { status: 'paused' }) }, 'cameraPaused', 'calm', false],
    ['stopped', { camera: camera('a', { status: 'stopped' }) }, 'cameraStopped', 'calm', false],
    ['no detector', { camera: camera('a', { previews: [] }) }, 'cameraUnseen', 'calm', false],
    ['a rate of 0', { camera: camera('a', {}, 0) }, 'cameraOff', 'calm', false],
  ];
  for (const [what, tile, word, tone, isShown] of looks) {
    test(`show ${what}`, () => {
      const whole = { id: 'a', camera: camera('a'), picture: 'blob', pictureAt: 95_000, ...tile };
      const look = tileLook(whole, 100_000);
      assert.deepEqual([look.word, look.tone, look.isShown], [word, tone, isShown]);
    });
  }

  test('show that a model does not work, and when a camera was last seen', () => {
    const blind = camera('a');
    for (const preview of blind.previews) preview.detects = false;
    const tile = { id: 'a', camera: blind, picture: 'blob', pictureAt: 95_000 };
    assert.equal(tileLook(tile, 100_000).word, 'cameraBlind');
    assert.equal(lastSeen(tile), 100);
    assert.equal(lastSeen({ ...tile, camera: camera('a', { previews: [] }) }), 50);
  });
});
