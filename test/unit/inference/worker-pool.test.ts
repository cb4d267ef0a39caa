import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import type { Clock } from '../../../src/contracts/ports.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import type { ModelDescription } from '../../../src/inference/model-description.ts';
import { WorkerPool } from '../../../src/inference/worker-pool.ts';
import type { Share, WorkerLane } from '../../../src/inference/worker-lane.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

export interface PoolOrder {
  say: string;
  after: number;
  how?: 'die' | 'hang' | 'fail';
}

type Lane = WorkerLane<PoolOrder, string>;

const everyModel = { isKnown: () => true, admit: (model: ModelDescription) => Promise.resolve(model) };

function setUp(t: TestContext, options: { size?: number; trials?: typeof everyModel; clock?: Clock } = {}) {
  const { size = 1, trials = everyModel, clock = new SiteClock() } = options;
  const log = new RecordingLog();
  const file = resolve(import.meta.dirname, 'pool-worker.ts');
  const pool = new WorkerPool({ ...{ name: 'test', file, size, trials, clock, log } });
  const lane = (id: string, title = ''): Lane => {
    const model = { ...findModel('nanodet-g-416', 'detection'), id, title };
    const opened = pool.lane<PoolOrder, string>({ model, provider: 'cpu' });
    t.after(() => opened.close());
    return opened;
  };
  return { pool, lane, log, clock };
}

/** What came of a job, in a word. */
async function ask(lane: Lane, source: string, order: Partial<PoolOrder> = {}, maxWaitMs = Infinity): Promise<string> {
  const request = { say: source, after: 0, ...order };
  const outcome = await lane.run({ place: [source], maxWaitMs, make: () => ({ request, transfer: [] }) });
  return outcome.dropped === false ? outcome.reply : outcome.dropped;
}

describe('worker pool', () => {
  test('one thread serves several models, opens each once, and takes the jobs in turn', async (t) => {
    const { lane } = setUp(t);
    const [people, cars] = [lane('people'), lane('cars')];
    const done: string[] = [];
    const jobs = [
      [people, 'hall'],
      [people, 'hall'],
      [cars, 'hall'],
      [people, 'door'],
      [people, 'hall'],
    ] as const;
    await Promise.all(
      jobs.map(async ([which, source], index) => {
        done.push(`${index}: ${await ask(which, source)}`);
      }),
    );
    assert.deepEqual(done, [
      '1: superseded',
      '0: hall by people 1',
      '4: hall by people 1',
      '2: hall by cars 2',
      '3: door by people 1',
    ]);
  });

  test('two sources run side by side on two threads, one source never does, and its answers keep their order', async (t) => {
    const { lane } = setUp(t, { size: 2 });
    const people = lane('people');
    await Promise.all([ask(people, 'hall', { after: 100 }), ask(people, 'door', { after: 100 })]);
    const order: string[] = [];
    const note = async (answer: Promise<string>) => order.push(await answer);
    await Promise.all([
      note(ask(people, 'hall', { say: 'slow', after: 1000 })),
      note(ask(people, 'hall', { say: 'next' })),
      note(ask(people, 'door', { say: 'quick' })),
      note(ask(people, 'gate', { say: 'quick too' })),
    ]);
    assert.deepEqual(
      order.map((said) => said.replace(/ by .*/, '')),
      ['quick', 'quick too', 'slow', 'next'],
    );
  });

  test('a second thread starts only when the first has too much to do', async (t) => {
    const { lane } = setUp(t, { size: 2 });
    const people = lane('people');
    for (const source of ['hall', 'door', 'hall']) assert.equal(await ask(people, source), `${source} by people 1`);
    const cars = lane('cars');
    assert.equal(await ask(cars, 'hall'), 'hall by cars 2', 'in the thread that runs, where it is the second model');
  });

  test('a thread has its next job before it is free', async (t) => {
    const { lane } = setUp(t);
    const people = lane('people');
    for (let warm = 0; warm < 2; warm++) await ask(people, 'hall', { after: 100 });
    const made: string[] = [];
    const job = (source: string) => {
      const make = () => {
        made.push(source);
        return { request: { say: source, after: 100 }, transfer: [] };
      };
      return people.run({ place: [source], maxWaitMs: Infinity, make });
    };
    const [first] = [job('hall'), job('door'), job('hall'), job('gate')];
    assert.deepEqual(made, ['hall']);
    await first;
    assert.deepEqual(made, ['hall', 'door'], 'and the one that waits for its own turn stays behind it');
  });

  test('a model that wants several jobs at once gets them, and no other model has to wait for that', async (t) => {
    const { lane } = setUp(t);
    const [people, cars] = [lane('people', 'three at once'), lane('cars')];
    assert.equal(await ask(people, 'hall'), 'hall, one of 1');
    const done: string[] = [];
    const note = async (answer: Promise<string>) => done.push(await answer);
    await Promise.all([
      note(ask(people, 'hall', { after: 300 })),
      // While that one runs, these two join the thread, and the next waits.
      note(ask(people, 'door', { after: 20 })),
      note(ask(people, 'gate', { after: 20 })),
      note(ask(people, 'yard', { after: 20 })),
      note(ask(cars, 'hall')),
      note(ask(people, 'hall', { say: 'hall again', after: 20 })),
    ]);
    const order = done.map((said) => said.replace(/,? (one|by) .*/, ''));
    assert.deepEqual(order, ['hall', 'door', 'gate', 'yard', 'hall', 'hall again']);
    assert.match(done[1] ?? '', /one of [23]/);
    assert.equal(done[4], 'hall by cars 2');
  });

  test('what jobs share with a thread lies in the same few memories again, also after a job that failed', async (t) => {
    const { lane } = setUp(t);
    const people = lane('people');
    const seen = new Set<SharedArrayBuffer>();
    const job = (source: string, how?: PoolOrder['how']) => {
      const make = (share: Share) => {
        seen.add(share(new Uint8Array(100)).buffer);
        return { request: { say: source, after: 0, ...(how === undefined ? {} : { how }) } };
      };
      return people.run({ place: [source], maxWaitMs: Infinity, make });
    };
    for (let round = 0; round < 5; round++) await job('hall');
    await assert.rejects(job('hall', 'fail'), { name: 'ES_MODEL_FAILED' });
    for (let round = 0; round < 5; round++) await job('hall');
    assert.equal(seen.size, 1);
  });

  test('a job that waited too long is dropped', async (t) => {
    const clock = new ManualClock();
    const { lane } = setUp(t, { clock });
    const people = lane('people');
    const running = ask(people, 'hall', { after: 50 });
    const waiting = ask(people, 'door', {}, 1000);
    clock.advance(1001);
    assert.deepEqual(await Promise.all([running, waiting]), ['hall by people 1', 'too-old']);
  });

  test('closing one model drops what waits for it and leaves the other alone; it can be opened anew', async (t) => {
    const { lane } = setUp(t);
    const [people, cars] = [lane('people'), lane('cars')];
    const jobs = [ask(people, 'hall', { after: 30 }), ask(people, 'door'), ask(cars, 'hall')];
    await people.close();
    assert.equal(await ask(people, 'late'), 'closed');
    assert.deepEqual(await Promise.all(jobs), ['hall by people 1', 'closed', 'hall by cars 2']);
    assert.equal(await ask(lane('people'), 'hall'), 'hall by people 3', 'the same thread still runs');
    await Promise.all([cars.close(), cars.close()]);
  });

  test('a lost thread costs its own job alone; the other goes on, and the loss is told once', async (t) => {
    const { lane, log } = setUp(t, { size: 2 });
    const people = lane('people');
    await Promise.all([ask(people, 'hall', { after: 50 }), ask(people, 'door', { after: 50 })]);
    const lost = ask(people, 'hall', { how: 'die' });
    const others = [ask(people, 'door', { after: 100 }), ask(people, 'gate'), ask(people, 'yard')];
    await assert.rejects(lost, { name: 'ES_WORKER_LOST', message: /ended with code 3/ });
    for (const answer of await Promise.all(others)) assert.match(answer, /by people 1$/);
    assert.deepEqual(log.lines, ['error: ES_WORKER_LOST: The test worker ended with code 3.']);
  });

  test('when all threads are lost, what waits is told so at once, and after a pause it goes on', async (t) => {
    const clock = new ManualClock();
    const { lane, log } = setUp(t, { clock });
    const people = lane('people');
    const jobs = [ask(people, 'hall', { how: 'die' }), ask(people, 'door')];
    for (const job of jobs) await assert.rejects(job, { name: 'ES_WORKER_LOST' });
    await assert.rejects(ask(people, 'hall'), { name: 'ES_WORKER_LOST' });
    clock.advance(1000);
    assert.equal(await ask(people, 'hall'), 'hall by people 1');
    assert.deepEqual(
      log.lines.map((line) => line.split(':')[0]),
      ['error', 'info'],
    );
  });

  test('a model that cannot be opened says why, is tried again with growing pauses, and harms no other', async (t) => {
    const clock = new ManualClock();
    const { lane, log } = setUp(t, { clock });
    const [broken, people] = [lane('broken', 'cannot be opened'), lane('people')];
    const reason = { name: 'ES_MODEL_INVALID', message: 'No such model.', hint: 'Go.' };
    for (const pause of [1000, 2000, 4000]) {
      await assert.rejects(ask(broken, 'hall'), reason);
      clock.advance(pause - 1);
      await assert.rejects(ask(broken, 'hall'), reason);
      assert.equal(await ask(people, 'hall'), 'hall by people 1');
      clock.advance(1);
    }
    assert.deepEqual(log.lines, ['error: ES_MODEL_INVALID: No such model. Go.']);
  });

  test('a model that hangs twice in a row is given up, and the others go on', async (t) => {
    const clock = new ManualClock();
    const { lane } = setUp(t, { clock });
    const [bad, people] = [lane('bad'), lane('people')];
    for (let time = 1; time <= 2; time++) {
      assert.equal(await ask(people, 'hall'), 'hall by people 1');
      const hung = ask(bad, 'hall', { how: 'hang' });
      // Until it is open and asked: opening has a limit of its own.
      while (clock.waiting > 1) await new Promise(setImmediate);
      clock.advance(60_000);
      await assert.rejects(hung, { name: 'ES_WORKER_LOST', message: /did not answer/ });
      clock.advance(2000);
    }
    const refused = { name: 'ES_WORKER_LOST', message: 'The model "bad" hung 2 times and is not started again.' };
    await assert.rejects(ask(bad, 'hall'), refused);
    assert.equal(await ask(people, 'hall'), 'hall by people 1');
  });

  test('one hang counts once, also when a second job is in the thread already', async (t) => {
    const clock = new ManualClock();
    const { lane } = setUp(t, { clock });
    const bad = lane('bad');
    const slow = ask(bad, 'hall', { after: 50 });
    // Until it is open and asked.
    while (clock.waiting > 1) await new Promise(setImmediate);
    clock.advance(100);
    await slow;
    const jobs = [ask(bad, 'hall', { how: 'hang' }), ask(bad, 'door')];
    clock.advance(60_000);
    for (const job of jobs) await assert.rejects(job, { name: 'ES_WORKER_LOST', message: /did not answer/ });
    clock.advance(2000);
    assert.equal(await ask(bad, 'hall'), 'hall by bad 1');
  });

  test('a model waits for its trial, and its refusal is told to all who wait', async (t) => {
    const clock = new ManualClock();
    const verdict = Promise.withResolvers<ModelDescription>();
    const { lane, log } = setUp(t, { clock, trials: { isKnown: () => false, admit: () => verdict.promise } });
    const unknown = lane('unknown');
    const jobs = [ask(unknown, 'hall'), ask(unknown, 'hall'), ask(unknown, 'door')];
    assert.equal(await jobs[0], 'superseded');
    verdict.reject(new SentinelError('ES_MODEL_INVALID', 'It was refused.'));
    for (const job of jobs.slice(1)) await assert.rejects(job, { message: 'It was refused.' });
    await assert.rejects(ask(unknown, 'hall'), { message: 'It was refused.' });
    assert.deepEqual(log.lines, ['error: ES_MODEL_INVALID: It was refused.']);
  });
});
