import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import type { DetectedObject } from '../../../../src/contracts/messages.ts';
import type { PoseJob } from '../../../../src/vision/pose/pose-estimator.ts';
import type { PoseReply } from '../../../../src/vision/pose/pose-service.ts';
import { Poses, type PoseLook, type PosesOptions } from '../../../../src/vision/pose/poses.ts';
import { ManualClock } from '../../manual-clock.ts';

const picture = { bytes: new Uint8Array(3), encoding: 'rgb24', width: 1, height: 1 } as const;
const points = [{ x: 0.5, y: 0.5, score: 0.9 }];

function person(trackId: string | undefined, changes: Partial<DetectedObject> = {}): DetectedObject {
  const box = { x: 0.1, y: 0.1, width: 0.2, height: 0.5 };
  return { label: 'person', score: 0.8, box, ...(trackId === undefined ? {} : { trackId }), ...changes };
}

/** An estimator that answers when the test says so. */
class Asked {
  readonly jobs: {
    job: PoseJob;
    answer: (poses?: PoseReply['poses']) => void;
    drop: () => void;
    fail: (error: Error) => void;
  }[] = [];
  readonly estimator = {
    modelId: 'fake',
    estimate: (job: PoseJob): Promise<PoseReply | undefined> => {
      const { promise, resolve, reject } = Promise.withResolvers<PoseReply | undefined>();
      const reply = { backend: 'fake', timings: { cropMs: 0, inferenceMs: 0 } };
      const answer = (poses: PoseReply['poses'] = job.persons.map(() => points)): void => {
        resolve({ ...reply, poses });
      };
      const drop = (): void => {
        resolve(undefined);
      };
      if (job.persons.length === 0) answer([]);
      else this.jobs.push({ job, answer, drop, fail: reject });
      return promise;
    },
  };

  /** The latest. */
  get last(): Asked['jobs'][number] {
    const last = this.jobs.at(-1);
    assert.ok(last !== undefined, 'nobody asked');
    return last;
  }
}

function poses(changes: Partial<PosesOptions> = {}) {
  const asked = new Asked();
  const clock = new ManualClock();
  const counted: string[] = [];
  const faults: (string | undefined)[] = [];
  const all = new Poses({
    ...{ most: 4, minimumScore: 0.5, againMs: 0, clock },
    estimator: () => asked.estimator,
    onChange: (fault) => faults.push(fault?.name),
    metrics: {
      count: (name, labels, by = 1) => counted.push(`${name} ${labels?.reason ?? ''} ${by}`),
      observe: () => undefined,
    },
    ...changes,
  });
  const add = (objects: readonly DetectedObject[], look: Partial<PoseLook> = {}) =>
    all.add({ camera: 'home\nhall', source: 'hall', picture, objects, at: clock.now(), pace: 'live', ...look });
  return { asked, clock, counted, faults, add };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('poses of persons', () => {
  test('persons get points; things, doubtful persons and those whose points a detector gave do not', async () => {
    const { asked, add, counted } = poses();
    const known = person('3', { keypoints: [] });
    const posed = add([person('1'), person('2', { score: 0.4 }), known, person('4', { label: 'car' })]);
    await settled();
    assert.equal(asked.last.job.persons.length, 1);
    asked.last.answer();
    const { objects, pose } = await posed;
    assert.deepEqual(
      objects.map(({ keypoints }) => keypoints),
      [points, undefined, [], undefined],
    );
    assert.deepEqual(pose, { persons: 1, skipped: 0, waitMs: 0 });
    assert.deepEqual(counted, ['poses_total  1']);
  });

  test('a crowd takes turns: who never had one, then whose was longest ago', async () => {
    const { asked, clock, add } = poses({ most: 2 });
    const crowd = ['1', '2', '3'].map((id, index) =>
      person(id, { box: { x: 0, y: 0, width: 0.1, height: 0.9 - index / 10 } }),
    );
    const turns: string[][] = [];
    for (let look = 0; look < 3; look += 1) {
      const posed = add(crowd);
      await settled();
      asked.last.answer();
      turns.push((await posed).objects.flatMap(({ trackId = '', keypoints }) => (keypoints ? [trackId] : [])));
      clock.advance(200);
    }
    assert.deepEqual(
      turns.map((ids) => ids.join()),
      ['1,2', '1,3', '1,2'],
    );
  });

  test('who is followed is looked at again after the time that was set, a new one at once', async () => {
    const { asked, clock, add } = poses({ againMs: 1000 });
    const first = add([person('1')]);
    await settled();
    asked.last.answer();
    await first;
    clock.advance(400);
    assert.equal((await add([person('1')])).pose, undefined);
    const second = add([person('1'), person('2')]);
    await settled();
    assert.equal(asked.last.job.persons.length, 1);
    asked.last.answer();
    assert.deepEqual(
      (await second).objects.map(({ keypoints }) => keypoints !== undefined),
      [false, true],
    );
    clock.advance(700);
    const third = add([person('1'), person('2')]);
    await settled();
    asked.last.answer();
    assert.deepEqual(
      (await third).objects.map(({ keypoints }) => keypoints !== undefined),
      [true, false],
    );
  });

  test('a message waits for a short moment at most, and goes on without', async () => {
    const { asked, clock, counted, add } = poses();
    const late = add([person('1')]);
    await settled();
    assert.equal(asked.last.job.limitMs, 150);
    clock.advance(151);
    const { objects, pose } = await late;
    assert.equal(objects[0]?.keypoints, undefined);
    assert.deepEqual(pose, { persons: 0, skipped: 1, waitMs: 151 });
    // While the last question is open, no other is asked.
    assert.deepEqual((await add([person('1')])).pose?.skipped, 1);
    assert.equal(asked.jobs.length, 1);
    asked.last.answer();
    await settled();
    const next = add([person('1')]);
    await settled();
    asked.last.answer();
    assert.equal((await next).pose?.persons, 1);
    assert.deepEqual(counted, ['poses_skipped_total late 1', 'poses_skipped_total late 1', 'poses_total  1']);
    assert.equal(clock.waiting, 0);
  });

  test('those for whom there was no time are counted', async () => {
    const { asked, counted, add } = poses();
    const [short, dropped] = [add([person('1'), person('2')]), add([person('3')], { camera: 'home\nyard' })];
    await settled();
    asked.jobs[0]?.answer([points]);
    asked.jobs[1]?.drop();
    assert.deepEqual((await short).pose, { persons: 1, skipped: 1, waitMs: 0 });
    assert.deepEqual((await dropped).pose, { persons: 0, skipped: 1, waitMs: 0 });
    assert.equal(counted.filter((line) => line === 'poses_skipped_total late 1').length, 2);
  });

  test('messages of a source leave in the order of its pictures', async () => {
    const { asked, add } = poses();
    const left: number[] = [];
    const [first, second, other] = [add([person('1')]), add([]), add([], { camera: 'home\nyard' })];
    void first.then(() => left.push(1));
    void second.then(() => left.push(2));
    void other.then(() => left.push(3));
    await settled();
    assert.deepEqual(left, [3]);
    asked.last.answer();
    await second;
    assert.deepEqual(left, [3, 1, 2]);
  });

  test('a recording and a single picture wait as long as it takes', async () => {
    const { asked, clock, add } = poses();
    for (const pace of ['patient', 'alone'] as const) {
      const posed = add([person(undefined)], { pace });
      await settled();
      assert.equal(asked.last.job.limitMs, Infinity);
      clock.advance(60_000);
      asked.last.answer();
      assert.equal((await posed).objects[0]?.keypoints, points);
    }
  });

  test('a model that fails is told once, objects go on, and when it works again that is told', async () => {
    const { asked, faults, counted, add } = poses();
    for (let look = 0; look < 3; look += 1) {
      const posed = add([person('1')]);
      await settled();
      asked.last.fail(new SentinelError('ES_MODEL_INVALID', 'It is no model.'));
      const { objects, pose } = await posed;
      assert.deepEqual([objects.length, pose], [1, undefined]);
    }
    assert.deepEqual(faults, ['ES_MODEL_INVALID']);
    assert.deepEqual(
      counted,
      Array.from({ length: 3 }, () => 'poses_skipped_total down 1'),
    );
    const again = add([person('1')]);
    await settled();
    asked.last.answer();
    assert.equal((await again).pose?.persons, 1);
    assert.deepEqual(faults, ['ES_MODEL_INVALID', undefined]);
  });

  test('what was told before is not told again', async () => {
    const broken = (): never => {
      throw new SentinelError('ES_MODEL_MISSING', 'It is not there.');
    };
    const { faults, add } = poses({ estimator: broken, isDown: true });
    assert.equal((await add([person('1')])).objects.length, 1);
    assert.deepEqual(faults, []);
  });

  test('a clock that goes back keeps nobody from a turn', async () => {
    const { asked, add } = poses({ againMs: 1000 });
    for (const at of [10_000, 500]) {
      const posed = add([person('1')], { at });
      await settled();
      asked.last.answer();
      assert.equal((await posed).pose?.persons, 1);
    }
  });
});
