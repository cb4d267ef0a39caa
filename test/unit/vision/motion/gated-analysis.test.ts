import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import type { DetectedObject, Frame } from '../../../../src/contracts/messages.ts';
import type { DetectionJob, DetectionOutcome } from '../../../../src/vision/detector.ts';
import { FrameAnalysis } from '../../../../src/vision/frame-analysis.ts';
import { ManualClock } from '../../manual-clock.ts';

const [width, height] = [320, 180];
const person: DetectedObject = { label: 'person', score: 0.9, box: { x: 0.4, y: 0.4, width: 0.1, height: 0.3 } };

/** A detector whose answers the test decides, and what it was asked. */
class Oracle {
  readonly jobs: DetectionJob[] = [];
  objects: DetectedObject[] = [];
  state: 'works' | 'drops' | 'fails' = 'works';
  /** Of pictures that gave way before they were handed in. */
  gone: string[] = [];
  #held: Promise<void> | undefined;

  async detect(job: DetectionJob): Promise<DetectionOutcome> {
    this.jobs.push(job);
    await this.#held;
    return await this.#answer();
  }

  /** Keeps answers back until the result is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#held = promise;
    return () => {
      this.#held = undefined;
      resolve(undefined);
    };
  }

  #answer(): Promise<DetectionOutcome> {
    if (this.state === 'fails') return Promise.reject(new SentinelError('ES_WORKER_LOST', 'It is lost.'));
    if (this.state === 'drops') return Promise.resolve({ dropped: true });
    const timings = { waitMs: 0, preprocessMs: 1, inferenceMs: 40, postprocessMs: 1 };
    const { objects } = this;
    return Promise.resolve({ dropped: false, objects, width, height, model: 'm', backend: 'b', crops: 0, timings });
  }

  prepare = () => Promise.reject(new Error('Nobody asks for this.'));
  staleFrames = () => 0;
  gaveWay = (source: string) => {
    this.gone.push(source);
  };
}

class Bench {
  readonly clock = new ManualClock();
  readonly oracle = new Oracle();
  readonly #analysis: FrameAnalysis;
  /** Lets the detector answer while `order` waits. */
  release: (() => void) | undefined;
  #seq = 0;

  constructor(changes: { gate?: boolean; crops?: number; heartbeatSeconds?: number } = {}) {
    this.#analysis = new FrameAnalysis({
      detector: () => this.oracle,
      clock: this.clock,
      labels: new Set(['person']),
      ...{ threshold: 0.4, maxAgeMs: 1000, gate: true, heartbeatSeconds: 60, crops: 2, ...changes },
      ...{ keepMs: 2000, loiterMs: 0, confirmation: { n: 2, of: 3 } },
    });
  }

  /** @param at where something small lies; nowhere when undefined. */
  see(at?: number) {
    this.clock.advance(200);
    const image = Buffer.alloc(width * height * 3, 90);
    if (at !== undefined) {
      for (let y = 80; y < 92; y += 1) image.fill(200, (y * width + at) * 3, (y * width + at + 6) * 3);
    }
    const frame: Frame = {
      ...{ v: 1, kind: 'frame', site: 'home', area: 'yard', source: 'yard', seq: (this.#seq += 1) },
      ...{ capturedAt: this.clock.now(), width, height, encoding: 'rgb24' },
    };
    return this.#analysis.analyse(frame, image);
  }

  /** Sees one picture after the other without waiting. @returns sequence number and outcome of each, as they come. */
  async order(...pictures: (number | undefined)[]): Promise<string[]> {
    const told: string[] = [];
    const all = pictures.map((at) => {
      const verdict = this.see(at);
      const seq = this.#seq;
      return verdict.then(({ outcome }) => told.push(`${seq} ${outcome}`));
    });
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.release?.();
    await Promise.all(all);
    return told;
  }

  async outcomes(frames: number): Promise<Set<string>> {
    const seen = new Set<string>();
    for (let frame = 0; frame < frames; frame += 1) seen.add((await this.see()).outcome);
    return seen;
  }
}

describe('a still frame behind one that is being looked at', () => {
  /** Everything is still until something moves for a moment. */
  const slow = async (changes = {}) => {
    const bench = new Bench({ heartbeatSeconds: 1.9, ...changes });
    await bench.see();
    // The next picture is looked at for its own sake, and those after it are still.
    await bench.outcomes(9);
    bench.release = bench.oracle.hold();
    return bench;
  };

  test('is told after it', async () => {
    const bench = await slow();
    assert.deepEqual(await bench.order(undefined, undefined), ['11 detections', '12 still']);
    assert.deepEqual(await bench.order(undefined), ['13 still']);
  });

  test('gives way to the next, which is counted', async () => {
    const bench = await slow();
    const order = ['12 dropped', '13 dropped', '11 detections', '14 still'];
    assert.deepEqual(await bench.order(undefined, undefined, undefined, undefined), order);
    assert.deepEqual(bench.oracle.gone, ['yard', 'yard']);
  });

  test('is looked at when somebody is there after all, or the look was dropped', async () => {
    const bench = await slow();
    bench.oracle.objects = [person];
    assert.deepEqual(await bench.order(undefined, undefined), ['11 detections', '12 detections']);
    const dropped = await slow();
    dropped.oracle.state = 'drops';
    const jobs = dropped.oracle.jobs.length;
    assert.deepEqual(await dropped.order(undefined, undefined), ['11 dropped', '12 dropped']);
    assert.equal(dropped.oracle.jobs.length, jobs + 2);
  });

  test('says that the detector is down when the look does', async () => {
    const bench = await slow();
    bench.oracle.state = 'fails';
    assert.deepEqual(await bench.order(undefined, undefined), ['11 down', '12 down']);
  });

  test('is not older than any other when it is looked at', async () => {
    const bench = await slow();
    bench.oracle.objects = [person];
    const release = bench.release;
    bench.release = () => {
      bench.clock.advance(300);
      release?.();
    };
    await bench.order(undefined, undefined);
    // 300 ms of its second are over, and it came 0 ms ago.
    assert.equal(bench.oracle.jobs.at(-1)?.maxWaitMs, 700);
  });
});

describe('frames behind the motion gate', () => {
  test('that are still are messages without objects, and nobody looked', async () => {
    const bench = new Bench();
    await bench.see();
    for (const saved of [1, 2, 3]) {
      const verdict = await bench.see();
      assert.ok(verdict.outcome === 'still');
      assert.deepEqual(verdict.detections.gate, { look: 'still', crops: 0, saved });
      assert.deepEqual(verdict.detections.objects, []);
      assert.equal(verdict.detections.model, 'm');
    }
    assert.equal(bench.oracle.jobs.length, 1);
  });

  test('are looked at as soon as something moves, closely where it does', async () => {
    const bench = new Bench();
    await bench.outcomes(5);
    const verdict = await bench.see(100);
    assert.ok(verdict.outcome === 'detections');
    assert.deepEqual(verdict.detections.gate, { look: 'motion', crops: 0, saved: 4 });
    const region = bench.oracle.jobs[1]?.crops?.regions[0];
    assert.ok(region !== undefined && Math.abs(region.x - 100 / width) < 0.01 && region.width < 0.05);
  });

  test('are all looked at while somebody stands there', async () => {
    const bench = new Bench();
    bench.oracle.objects = [person];
    await bench.see();
    assert.deepEqual(await bench.outcomes(60), new Set(['detections']));
    bench.oracle.objects = [];
    await bench.outcomes(26);
    assert.deepEqual(await bench.outcomes(10), new Set(['still']));
  });

  test('that were dropped are made up for', async () => {
    const bench = new Bench();
    bench.oracle.state = 'drops';
    await bench.outcomes(3);
    bench.oracle.state = 'works';
    assert.equal((await bench.see()).outcome, 'detections');
    assert.equal((await bench.see()).outcome, 'still');
  });

  test('that were dropped are made up for, also when by then nothing moves any more', async () => {
    const bench = new Bench();
    await bench.outcomes(5);
    bench.oracle.state = 'drops';
    await bench.see(100);
    await bench.outcomes(8);
    bench.oracle.state = 'works';
    assert.equal((await bench.see()).outcome, 'detections');
    assert.equal((await bench.see()).outcome, 'still');
  });

  test('are not looked at for something that is too weak to be an object', async () => {
    const bench = new Bench();
    bench.oracle.objects = [{ ...person, score: 0.3 }];
    await bench.see();
    assert.deepEqual(await bench.outcomes(5), new Set(['still']));
  });

  test('are all tried while the detector is down, and motion is told', async () => {
    const bench = new Bench();
    await bench.outcomes(3);
    bench.oracle.state = 'fails';
    const down = await bench.see(100);
    assert.ok(down.outcome === 'down');
    assert.deepEqual(
      down.cues.map(({ cue }) => cue),
      ['detector-down', 'motion'],
    );
    const [, motion] = down.cues;
    assert.ok(motion !== undefined && motion.score > 0 && motion.score <= 1);
    const quiet = await bench.see();
    assert.ok(quiet.outcome === 'down' && quiet.cues.length === 1);
    assert.deepEqual(await bench.outcomes(10), new Set(['down']));
    bench.oracle.state = 'works';
    assert.equal((await bench.see()).outcome, 'detections');
  });

  test('are all looked at when it is off, and not closely when there are to be no crops', async () => {
    const bench = new Bench({ gate: false, crops: 0 });
    assert.deepEqual(await bench.outcomes(10), new Set(['detections']));
    assert.equal(bench.oracle.jobs.length, 10);
    assert.ok(bench.oracle.jobs.every(({ crops }) => crops === undefined));
  });
});
