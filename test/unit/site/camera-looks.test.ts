import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import type { IngestListener } from '../../../src/media/ingest.ts';
import type { Look } from '../../../src/media/look-once.ts';
import { parseSourceAddress } from '../../../src/network/address.ts';
import { CameraFeeds } from '../../../src/site/camera-feeds.ts';
import { CameraLooks, type LookOrder } from '../../../src/site/camera-looks.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

const address = parseSourceAddress('rtsp://192.0.2.7/live');
const order: LookOrder = {
  source: { address },
  transport: 'tcp',
  running: 'cam',
  masked: false,
  fresh: false,
};
const look: Look = {
  ...{ video: 'h264', size: { width: 1280, height: 720 }, rate: 15, audio: 'aac' },
  ...{ jpeg: Buffer.from('jpeg'), firstPictureMs: 1234 },
};
const refused = new SentinelError('ES_CAMERA_UNREACHABLE', 'Too many viewers.');

/** A camera that runs, and the looks at it. */
function setUp(own: (signal: AbortSignal) => Promise<Look> = () => Promise.resolve(look)) {
  const clock = new ManualClock();
  const listeners: IngestListener[] = [];
  const feeds = new CameraFeeds((_options, listener) => {
    listeners.push(listener);
    return { start: () => undefined, stop: () => Promise.resolve() };
  });
  const counting = { source: 'gate', metrics: { count: () => undefined, set: () => undefined } };
  const ports = { clock, random: () => 0, log: new RecordingLog(), ...counting };
  const view = { transport: 'tcp', width: 4, rate: 5, audio: false, tamper: false, captureDelayMs: 0 } as const;
  const options = { address, ...view, privacy: { polygons: [], maskFile: '' }, ...ports };
  const seen: Buffer[] = [];
  const viewer = {
    frame: ({ bytes }: { bytes: Buffer }) => seen.push(bytes),
    audio: () => undefined,
    tamper: () => undefined,
    sound: () => undefined,
    status: () => undefined,
  };
  const lease = feeds.watch('cam', options, viewer);
  let asked = 0;
  const looks = new CameraLooks({
    clock,
    feeds: () => [feeds],
    lookOnce: (_source, signal) => {
      asked += 1;
      return own(signal);
    },
  });
  return {
    ...{ clock, looks, lease, seen, feeds },
    asked: () => asked,
    say: (status: 'connected' | 'backing-off') => {
      listeners[0]?.status({ status, detail: '', attempt: 0 });
    },
    picture: () => {
      listeners[0]?.frame({ seq: 0, width: 4, height: 2, bytes: Buffer.alloc(24, 200), capturedAt: 5 });
    },
  };
}

const never = new AbortController().signal;

describe('looking at a camera', () => {
  test('takes the next picture of the running feed, and no connection of its own', async () => {
    const { looks, say, picture, asked, seen } = setUp();
    say('connected');
    const answer = looks.look(order, never);
    picture();
    const { from, picture: jpeg, width, height, stream } = await answer;
    assert.deepEqual([from, width, height, stream, asked()], ['running', 4, 2, undefined, 0]);
    assert.match(jpeg, /^data:image\/jpeg;base64,\/9j\//);
    assert.equal(seen.length, 1, 'the viewer of the feed gets it as well');
  });

  const own: [why: string, change: Partial<LookOrder>, status: 'connected' | 'backing-off'][] = [
    ['of a camera that gives no pictures now', {}, 'backing-off'],
    ['of a running camera with masks', { masked: true }, 'connected'],
    ['when it is a test', { fresh: true }, 'connected'],
    ['when another login was typed', { running: undefined }, 'connected'],
  ];
  for (const [why, change, status] of own) {
    test(`connects by itself ${why}`, async () => {
      const { looks, say, asked } = setUp();
      say(status);
      const answer = await looks.look({ ...order, ...change }, never);
      assert.deepEqual([answer.from, asked()], ['camera', 1]);
      assert.deepEqual(answer.stream, {
        ...{ video: 'H.264', size: { width: 1280, height: 720 }, rate: 15, audio: 'AAC', latency: 1.2 },
      });
    });
  }

  test('shows the masked picture where the camera takes no second viewer, and says so', async () => {
    const { looks, say, picture } = setUp(() => Promise.reject(refused));
    say('connected');
    const answer = looks.look({ ...order, masked: true }, never);
    await new Promise(setImmediate);
    picture();
    assert.equal((await answer).from, 'running-masked');
  });

  test('a test of a camera that takes no second viewer fails with its words', async () => {
    const { looks, say } = setUp(() => Promise.reject(refused));
    say('connected');
    await assert.rejects(looks.look({ ...order, fresh: true }, never), refused);
  });

  test('a feed that is slow is not waited for', async () => {
    const { looks, say, clock, asked } = setUp();
    say('connected');
    const answer = looks.look(order, never);
    clock.advance(3000);
    assert.deepEqual([(await answer).from, asked(), clock.waiting], ['camera', 1, 0]);
  });

  test('a feed that ends meanwhile is not waited for', async () => {
    const { looks, say, lease } = setUp();
    say('connected');
    const answer = looks.look(order, never);
    await lease.release();
    assert.equal((await answer).from, 'camera');
  });

  test('sixteen at a time wait for the running feed, each for a copy of its own', async () => {
    const { looks, say, picture } = setUp();
    say('connected');
    const answers = Array.from({ length: 16 }, () => looks.look(order, never));
    await assert.rejects(looks.look(order, never), { name: 'ES_CAMERA_BUSY' });
    picture();
    for (const answer of answers) assert.equal((await answer).from, 'running');
    const next = looks.look(order, never);
    picture();
    assert.equal((await next).from, 'running');
  });

  test('one at a time at each camera, four in all', async () => {
    const opened = Promise.withResolvers<Look>();
    const { looks, clock } = setUp(() => opened.promise);
    const at = (host: string): LookOrder => ({
      ...order,
      fresh: true,
      source: { address: parseSourceAddress(`rtsp://${host}/live`) },
    });
    const first = ['a', 'b', 'c', 'd'].map((host) => looks.look(at(host), never));
    const second = looks.look(at('a'), never);
    clock.advance(500);
    await assert.rejects(second, { name: 'ES_CAMERA_BUSY' });
    assert.equal(clock.waiting, 0);
    await assert.rejects(looks.look(at('e'), never), { name: 'ES_CAMERA_BUSY' });
    opened.resolve(look);
    await Promise.all(first);
    assert.equal((await looks.look(at('e'), never)).from, 'camera');
  });

  test('who asks anew after leaving gets an answer when the former look has ended', async () => {
    const closing = Promise.withResolvers<undefined>();
    const { looks, asked } = setUp(async (signal) => {
      if (signal.aborted) await closing.promise;
      signal.throwIfAborted();
      return look;
    });
    const left = new AbortController();
    left.abort();
    const former = looks.look({ ...order, fresh: true }, left.signal);
    const next = looks.look({ ...order, fresh: true }, never);
    await new Promise(setImmediate);
    assert.equal(asked(), 1);
    closing.resolve(undefined);
    await assert.rejects(former);
    assert.equal((await next).from, 'camera');
  });

  test('whoever asks again and again, leaving each time, gets the last answer, and one connection at a time', async () => {
    let open = 0;
    const { looks, asked, clock } = setUp(async (signal) => {
      open += 1;
      assert.equal(open, 1);
      await new Promise(setImmediate);
      open -= 1;
      signal.throwIfAborted();
      return look;
    });
    const clicks = Array.from({ length: 5 }, () => {
      const leaves = new AbortController();
      return { leaves, left: looks.look({ ...order, fresh: true }, leaves.signal) };
    });
    const last = looks.look({ ...order, fresh: true }, never);
    // That somebody left is heard after what they asked next.
    for (const { leaves } of clicks) leaves.abort();
    for (const { left } of clicks) await assert.rejects(left, { name: 'AbortError' });
    assert.equal((await last).from, 'camera');
    assert.equal(clock.waiting, 0);
    assert.equal(asked(), 2, 'of those who left, only the first had begun');
  });
});
