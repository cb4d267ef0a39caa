import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { DetectedObject, Frame } from '../../../../src/contracts/messages.ts';
import type { Picture, SnapshotForm, SnapshotRenderer } from '../../../../src/contracts/ports.ts';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import { snapshotRenderer } from '../../../../src/vision/annotate.ts';
import { Previews, type PreviewPicture, type PreviewsOptions } from '../../../../src/vision/preview/previews.ts';
import { RenderSeats } from '../../../../src/vision/preview/render-seats.ts';
import { ManualClock } from '../../manual-clock.ts';

const person: DetectedObject = { label: 'person', score: 0.9, box: { x: 0, y: 0, width: 0.5, height: 0.5 } };

/** A node with live pictures; its renderer finishes when the test says so. */
class Bench {
  readonly clock = new ManualClock();
  readonly orders: { picture: Picture; objects: readonly DetectedObject[]; form: SnapshotForm; finish: () => void }[] =
    [];
  readonly counted: string[] = [];
  readonly failures: string[] = [];
  readonly previews: Previews;
  isWired = false;
  fails = false;
  #seq = 0;
  readonly #options: PreviewsOptions;

  constructor(rate = 1, seats = new RenderSeats(2)) {
    this.#options = {
      ...{ node: 'n1', model: 'm', rate, seats, clock: this.clock },
      isWired: () => this.isWired,
      metrics: { count: (name) => this.counted.push(name) },
      failed: ({ name }) => this.failures.push(name),
      renderer: {
        jpeg: (picture, objects, form = {}) => {
          if (this.fails) return Promise.reject(new SentinelError('ES_RUNTIME_MISSING', 'No sharp.'));
          return new Promise((resolve) => {
            const finish = (): void => {
              resolve(Buffer.from(picture.bytes));
            };
            this.orders.push({ picture, objects, form, finish });
          });
        },
      },
    };
    this.previews = new Previews(this.#options);
  }

  /** Another node in its place. */
  withRenderer(renderer: SnapshotRenderer): Previews {
    return new Previews({ ...this.#options, renderer });
  }

  /** A frame every 200 ms, all bytes of which are `value`. */
  see(value = 1, source = 'gate', isDown = false) {
    this.clock.advance(200);
    return this.previews.show(this.frame(source), Buffer.alloc(12, value), isDown ? undefined : [person]);
  }

  frame(source: string): Frame {
    return {
      ...{ v: 1, kind: 'frame', site: 'home', area: 'yard', source, seq: (this.#seq += 1) },
      ...{ capturedAt: this.clock.now(), width: 2, height: 2, encoding: 'rgb24' },
    };
  }

  /** As above, and the picture is made at once. */
  async make(value?: number, source?: string): Promise<Buffer | undefined> {
    const made = this.see(value, source);
    this.orders.at(-1)?.finish();
    return await made;
  }

  id(source = 'gate'): string {
    return this.previews.sources.find((one) => one.source === source)?.id ?? '';
  }

  watch(source?: string): PreviewPicture | undefined {
    const shown = this.previews.watch(this.id(source));
    assert.ok(shown !== 'unknown');
    return shown;
  }
}

describe('live pictures of a node', () => {
  test('are not made while nobody looks and no flow takes them', async () => {
    const bench = new Bench();
    for (let n = 0; n < 50; n++) assert.equal(await bench.see(), undefined);
    assert.deepEqual([bench.orders, bench.counted], [[], []]);
    assert.equal(bench.previews.sources.length, 1, 'the source is known all the same');
  });

  test('are made from the next frame on when somebody looks, until nobody has asked for 15 s', async () => {
    const bench = new Bench();
    await bench.make();
    assert.equal(bench.watch(), undefined);
    assert.equal(await bench.make(7), undefined, 'no flow takes it');
    const first = bench.watch();
    assert.deepEqual(first?.jpeg, Buffer.alloc(12, 7));
    assert.equal(first.capturedAt, bench.clock.now());
    assert.equal(bench.watch()?.tag, first.tag);
    for (let n = 0; n < 200; n++) await bench.make();
    assert.ok(bench.orders.length >= 14 && bench.orders.length <= 17, `${bench.orders.length} in 40 s, watched for 15`);
    assert.equal(bench.counted.length, bench.orders.length);
    assert.equal(bench.watch(), undefined, 'what was made for who looked before is gone');
  });

  for (const rate of [0.5, 1, 5]) {
    test(`come ${rate} times a second at most, also when frames come with a jitter`, async () => {
      const bench = new Bench(rate);
      bench.isWired = true;
      for (let n = 0; n < 300; n++) {
        bench.clock.advance(n % 2 === 0 ? 15 : -15);
        await bench.make();
      }
      const wanted = 60 * rate;
      assert.ok(Math.abs(bench.orders.length - wanted) <= 1 + wanted * 0.05, `${bench.orders.length} in 60 s`);
    });
  }

  test('go to the flow where it takes them, in full, and to nobody else', async () => {
    const bench = new Bench();
    bench.isWired = true;
    assert.deepEqual(await bench.make(3), Buffer.alloc(12, 3));
    assert.equal(bench.orders[0]?.form.longestSide, undefined);
    assert.equal(bench.watch(), undefined);
    bench.isWired = false;
    bench.clock.advance(1000);
    assert.equal(await bench.make(4), undefined);
    assert.equal(bench.orders[1]?.form.longestSide, 1280);
    assert.deepEqual(bench.watch()?.jpeg, Buffer.alloc(12, 4));
  });

  test('are one at a time of each source: a frame that comes meanwhile is passed over, not kept', async () => {
    const bench = new Bench(5);
    bench.isWired = true;
    const first = bench.see(1);
    for (let n = 2; n < 20; n++) assert.equal(await bench.see(n), undefined);
    assert.equal(bench.orders.length, 1);
    bench.orders[0]?.finish();
    assert.deepEqual(await first, Buffer.alloc(12, 1));
    assert.deepEqual(await bench.make(20), Buffer.alloc(12, 20), 'then the newest');
  });

  test('take no more seats than there are, and give them back, also after a failure', async () => {
    const bench = new Bench(5);
    bench.isWired = true;
    const made = ['a', 'b', 'c'].map((source) => bench.see(1, source));
    assert.equal(bench.orders.length, 2);
    for (const { finish } of bench.orders) finish();
    await Promise.all(made);
    bench.fails = true;
    for (let n = 0; n < 9; n++) assert.equal(await bench.see(1, 'c'), undefined);
    assert.deepEqual(bench.failures, ['ES_RUNTIME_MISSING'], 'said once');
    bench.fails = false;
    assert.deepEqual(await bench.make(2, 'c'), Buffer.alloc(12, 2));
  });

  test('show the frame as it was, whatever becomes of its bytes', async () => {
    const bench = new Bench();
    bench.isWired = true;
    bench.clock.advance(200);
    const black = { ...bench.frame('gate'), width: 64, height: 64 };
    const image = Buffer.alloc(64 * 64 * 3);
    const made = bench.withRenderer(snapshotRenderer).show(black, image, []);
    image.fill(255);
    const pixels = await sharp(await made)
      .raw()
      .toBuffer();
    assert.ok(Math.max(...pixels) < 10);
  });

  test('go on without boxes while the detector is down, for who looks and not for the flow', async () => {
    const bench = new Bench();
    await bench.make();
    bench.isWired = true;
    assert.equal(await bench.see(1, 'gate', true), undefined);
    assert.equal(bench.orders.length, 0);
    bench.watch();
    const made = bench.see(2, 'gate', true);
    const [order] = bench.orders;
    assert.deepEqual(order?.objects, []);
    order.finish();
    assert.equal(await made, undefined);
    assert.deepEqual(bench.watch()?.jpeg, Buffer.alloc(12, 2));
  });

  test('are none at a rate of 0, and an old one is not live', async () => {
    const none = new Bench(0);
    none.isWired = true;
    await none.make();
    none.watch();
    await none.make();
    assert.equal(
      await none.previews.single({ bytes: Buffer.alloc(12), encoding: 'jpeg', width: 2, height: 2 }, []),
      undefined,
    );
    assert.equal(none.orders.length, 0);

    const bench = new Bench();
    await bench.make();
    bench.watch();
    await bench.make();
    for (let n = 0; n < 6; n++) {
      assert.ok(bench.watch() !== undefined);
      bench.clock.advance(5000);
    }
    bench.clock.advance(100);
    assert.equal(bench.watch(), undefined);
  });

  test('know sources by ids that stay and tell nothing, and not more than 64 of them', () => {
    const bench = new Bench();
    for (let n = 0; n < 80; n++) void bench.see(1, `camera-${n}`);
    const ids = bench.previews.sources.map(({ id }) => id);
    assert.equal(new Set(ids).size, 64);
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    const again = new Bench();
    void again.see(1, 'camera-79');
    assert.equal(again.id('camera-79'), ids.at(-1));
    assert.equal(bench.previews.watch('0'.repeat(32)), 'unknown');
  });
});
