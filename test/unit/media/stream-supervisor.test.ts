import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { SentinelError, type ErrorName } from '../../../src/contracts/errors.ts';
import {
  firstFrameMs,
  stallMs,
  StreamSupervisor,
  type Renewal,
  type StreamState,
  type StreamWords,
  type SupervisedStream,
} from '../../../src/media/stream-supervisor.ts';
import { ManualClock } from '../manual-clock.ts';

/** A stream whose runs a test ends by hand. */
class ScriptedStream implements SupervisedStream<string> {
  readonly words: StreamWords = {
    ...{ probing: 'probing', connecting: 'connecting', connected: 'connected', unknown: 'ES_CAMERA_UNREACHABLE' },
    stalled: () => failure('ES_CAMERA_STALLED'),
    late: (seconds) => `${seconds} s late`,
  };
  refusal: SentinelError | undefined;
  launches = 0;
  stops = 0;
  frame: () => void = () => undefined;
  end: (end: SentinelError | Renewal) => void = () => undefined;

  probe(): Promise<string> {
    return this.refusal === undefined ? Promise.resolve('plan') : Promise.reject(this.refusal);
  }

  launch(_plan: string, onFrame: () => void) {
    this.launches += 1;
    this.frame = onFrame;
    const ended = new Promise<SentinelError | Renewal>((resolve) => {
      this.end = resolve;
    });
    return {
      ended,
      stop: () => {
        this.stops += 1;
        this.end(failure('ES_CAMERA_UNREACHABLE'));
        return ended;
      },
    };
  }
}

function failure(name: ErrorName): SentinelError {
  return new SentinelError(name, `It failed with ${name}.`);
}

function supervise(random = 0) {
  const clock = new ManualClock();
  const stream = new ScriptedStream();
  const states: StreamState[] = [];
  const supervisor = new StreamSupervisor(stream, { clock, random: () => random }, (state) => states.push(state));
  return { clock, stream, states, supervisor, names: () => states.map((state) => state.status) };
}

describe('stream supervisor', () => {
  test('is connected by the first frame, not by the start of a process', async () => {
    const { stream, supervisor, names } = supervise();
    supervisor.start();
    await settle();
    assert.deepEqual(names(), ['probing', 'connecting']);
    stream.frame();
    stream.frame();
    assert.deepEqual(names(), ['probing', 'connecting', 'connected']);
    await supervisor.stop();
  });

  test('waits longer after every failure, and starts anew with the first frame', async () => {
    const { clock, stream, supervisor, states } = supervise();
    const waits: number[] = [];
    supervisor.start();
    await settle();
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const before = clock.now();
      stream.end(failure('ES_CAMERA_UNREACHABLE'));
      await settle();
      const launched = stream.launches;
      while (stream.launches === launched) {
        clock.advance(500);
        await settle();
      }
      waits.push(clock.now() - before);
    }
    assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    stream.frame();
    assert.equal(states.at(-1)?.attempt, 0);
    stream.end(failure('ES_CAMERA_UNREACHABLE'));
    await settle();
    assert.equal(states.at(-1)?.attempt, 1);
    assert.match(states.at(-1)?.detail ?? '', /Next try in 1 s/);
    await supervisor.stop();
  });

  test('tells each kind of failure once until frames come again', async () => {
    const { clock, stream, supervisor, states } = supervise();
    supervisor.start();
    await settle();
    const fail = async (name: ErrorName): Promise<void> => {
      stream.end(failure(name));
      await settle();
      clock.advance(60_000);
      await settle();
    };
    await fail('ES_CAMERA_UNREACHABLE');
    await fail('ES_CAMERA_UNREACHABLE');
    await fail('ES_STREAM_UNUSABLE');
    await fail('ES_STREAM_UNUSABLE');
    stream.frame();
    await fail('ES_STREAM_UNUSABLE');
    const told = states.flatMap((state) => (state.error === undefined ? [] : [state.error.name]));
    assert.deepEqual(told, ['ES_CAMERA_UNREACHABLE', 'ES_STREAM_UNUSABLE', 'ES_STREAM_UNUSABLE']);
    await supervisor.stop();
  });

  test('stops a run whose frames cease', async () => {
    const { clock, stream, supervisor, states } = supervise();
    supervisor.start();
    await settle();
    clock.advance(3000);
    stream.frame();
    clock.advance(stallMs - 1);
    stream.frame();
    clock.advance(stallMs - 1);
    assert.equal(stream.stops, 0);
    clock.advance(1);
    assert.equal(stream.stops, 1);
    await settle();
    assert.deepEqual(
      states.slice(-2).map(({ status, error }) => [status, error?.name]),
      [
        ['stalled', 'ES_CAMERA_STALLED'],
        ['backing-off', undefined],
      ],
    );
    await supervisor.stop();
  });

  test('gives the first frame more time', async () => {
    const { clock, stream, supervisor } = supervise();
    supervisor.start();
    await settle();
    clock.advance(firstFrameMs - 1);
    assert.equal(stream.stops, 0);
    clock.advance(1);
    assert.equal(stream.stops, 1);
    await supervisor.stop();
  });

  test('tries a refused password at most twice a minute', async () => {
    const { clock, stream, supervisor, states, names } = supervise(1);
    stream.refusal = failure('ES_CAMERA_UNAUTHORISED');
    supervisor.start();
    await settle();
    assert.equal(states.at(-1)?.status, 'unauthorised');
    clock.advance(29_999);
    await settle();
    assert.deepEqual(names(), ['probing', 'unauthorised']);
    clock.advance(1);
    await settle();
    assert.deepEqual(names(), ['probing', 'unauthorised', 'probing', 'unauthorised']);
    await supervisor.stop();
  });

  test('begins anew at once, and says why, when a run was ended for a better one', async () => {
    const { clock, stream, supervisor, states, names } = supervise();
    supervisor.start();
    await settle();
    stream.frame();
    stream.frame();
    stream.end({ why: 'late', detail: 'anew' });
    await settle();
    assert.deepEqual(names(), ['probing', 'connecting', 'connected', 'probing', 'connecting']);
    assert.deepEqual([states[3]?.detail, states[3]?.renewal, states[4]?.renewal], ['anew', 'late', undefined]);
    assert.ok(states.every(({ error, attempt }) => error === undefined && attempt === 0));
    stream.end(failure('ES_CAMERA_UNREACHABLE'));
    await settle();
    clock.advance(1000);
    await settle();
    assert.deepEqual([states.at(-2)?.detail, states.at(-2)?.renewal], ['probing', undefined]);
    await supervisor.stop();
  });

  test('says that pictures are late while they come, and that they are in time again', async () => {
    const { stream, supervisor, states } = supervise();
    supervisor.start();
    await settle();
    supervisor.late(3);
    assert.equal(states.at(-1)?.status, 'connecting', 'nothing is late yet');
    stream.frame();
    supervisor.late(3);
    assert.deepEqual(
      [states.at(-1)?.status, states.at(-1)?.detail, states.at(-1)?.lateSeconds],
      ['connected', '3 s late', 3],
    );
    supervisor.late(undefined);
    assert.deepEqual([states.at(-1)?.detail, states.at(-1)?.lateSeconds], ['connected', undefined]);
    await supervisor.stop();
    const told = states.length;
    supervisor.late(5);
    assert.equal(states.length, told);
  });

  test('leaves nothing behind when it is stopped, wherever it is', async () => {
    const { clock, stream, supervisor, states } = supervise();
    supervisor.start();
    await settle();
    stream.frame();
    await supervisor.stop();
    assert.equal(stream.stops, 1);
    assert.equal(clock.waiting, 0);
    assert.equal(states.at(-1)?.status, 'stopped');

    stream.refusal = failure('ES_CAMERA_NOT_FOUND');
    supervisor.start();
    await settle();
    assert.equal(states.at(-1)?.status, 'not-found');
    await supervisor.stop();
    assert.equal(clock.waiting, 0);
    clock.advance(120_000);
    await settle();
    assert.equal(states.at(-1)?.status, 'stopped');
    assert.equal(stream.launches, 1);
  });
});
