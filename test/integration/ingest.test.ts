import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Ingest, type IngestOptions } from '../../src/media/ingest.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import type { DemoRelayOptions } from '../../scripts/demo/demo-relay.ts';
import { requirement } from '../requirements.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { demoClip, Receiver, startDemoCamera } from './demo-camera.ts';

// The wall clock may slew while a stream is watched: what is measured is measured by the clock that dates the frames.
const clock = new SiteClock();
const credentials = { username: 'admin', password: "c@nary'/0815" };

function watch(t: TestContext, address: string, options: Partial<IngestOptions> = {}) {
  const receiver = new Receiver();
  const log = new RecordingLog();
  const ingest = new Ingest(
    {
      address: parseSourceAddress(address),
      transport: 'tcp',
      width: 640,
      rate: 5,
      audio: true,
      captureDelayMs: 300,
      privacy: { polygons: [], maskFile: '' },
      clock,
      random: Math.random,
      log,
      ...options,
    },
    receiver,
  );
  t.after(() => ingest.stop());
  ingest.start();
  return { ingest, receiver, log };
}

async function camera(t: TestContext, options: DemoRelayOptions = {}) {
  const started = await startDemoCamera(options);
  t.after(() => started.stop());
  return started;
}

/** Command lines of the ffmpeg processes that this process started and that pull a stream. */
function pullingChildren(): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
        return Number(parent) === process.pid ? [readFileSync(`/proc/${entry}/cmdline`, 'utf8')] : [];
      } catch {
        return []; // It ended while we looked.
      }
    })
    .filter((line) => line.includes('image2pipe'));
}

const linux = process.platform === 'linux';

describe('ingest of a live RTSP stream', { timeout: 300_000 }, () => {
  for (const transport of ['tcp', 'udp'] as const) {
    test(`gives frames and windows of sound over ${transport}`, async (t) => {
      const { url } = await camera(t);
      const { receiver, ingest } = watch(t, url, { transport });
      await receiver.until(() => receiver.frames.length >= 1, 'first frame');
      await receiver.until(() => receiver.frames.length >= 20 && receiver.windows.length >= 6, 'four seconds');
      for (const frame of receiver.frames) {
        assert.equal(frame.width, 640);
        assert.equal(frame.height, 360);
        assert.equal(frame.bytes.length, 640 * 360 * 3);
      }
      assert.deepEqual(
        receiver.frames.map((frame) => frame.seq),
        receiver.frames.map((_, index) => index),
      );
      for (const window of receiver.windows) assert.equal(window.samples.length, 15_600);
      const room = receiver.windows.at(-1);
      assert.ok(room !== undefined && room.dbfs < -20 && room.dbfs > -90, `${room?.dbfs} dBFS`);
      const late = clock.now() - (receiver.frames.at(-1)?.capturedAt ?? 0);
      assert.ok(late >= 300, `the last frame is ${late} ms old`);
      assert.deepEqual(
        receiver.states.map((state) => state.status),
        ['probing', 'connecting', 'connected'],
      );
      assert.equal(ingest.counters.frames, receiver.frames.length);
    });
  }

  test('keeps credentials out of command lines, logs, statuses and errors', async (t) => {
    if (!requirement(t, linux, '/proc')) return;
    const { hidesAddress } = await locateFfmpeg();
    if (!requirement(t, hidesAddress, 'an ffmpeg that can hide credentials')) return;
    const { url, relay } = await camera(t, { credentials });
    const { receiver, log } = watch(t, url, credentials);
    await receiver.until(() => receiver.frames.length >= 2 && receiver.windows.length >= 1, 'frames and sound');
    const children = pullingChildren();
    assert.equal(children.length, 1);
    relay.kick();
    await receiver.until(() => receiver.states.some((state) => state.error !== undefined), 'an error');
    await receiver.until(() => receiver.last?.status === 'connected', 'recovery');
    const said = [
      ...children,
      ...log.lines,
      JSON.stringify(receiver.states),
      ...receiver.states.map((s) => String(s.error)),
    ];
    for (const form of ['c@nary', 'c%40nary', '0815']) {
      assert.ok(!said.join('\n').includes(form), `${form} leaked`);
    }
  });

  test('says in words what is wrong with password, path or port', async (t) => {
    const { url, relay } = await camera(t, { credentials, scheme: 'basic' });
    const wrong = watch(t, url, { username: 'admin', password: 'wrong' }).receiver;
    const none = watch(t, url).receiver;
    const lost = watch(t, relay.url('/attic'), credentials).receiver;
    const refused = watch(t, 'rtsp://127.0.0.1:1/front').receiver;
    const cases = [
      [wrong, 'unauthorised', 'ES_CAMERA_UNAUTHORISED', /refused the user name or password/],
      [none, 'unauthorised', 'ES_CAMERA_UNAUTHORISED', /asks for a user name and password/],
      [lost, 'not-found', 'ES_CAMERA_NOT_FOUND', /no stream under this path/],
      [refused, 'backing-off', 'ES_CAMERA_UNREACHABLE', /nothing listens on this port/],
    ] as const;
    for (const [receiver, status, name, words] of cases) {
      await receiver.until(() => receiver.states.some((state) => state.status === status), status);
      const state = receiver.states.find((candidate) => candidate.status === status);
      assert.equal(state?.error?.name, name);
      assert.match(state.detail, words);
    }
    const again = /Next try in (\d+) s/.exec(wrong.last?.detail ?? '')?.[1];
    assert.ok(Number(again) >= 30, 'wrong passwords are not tried fast');
  });

  test('comes back after the camera was away, and says so once', async (t) => {
    const first = await startDemoCamera();
    const { port } = first.relay;
    const { receiver } = watch(t, first.url);
    await receiver.until(() => receiver.frames.length >= 2, 'frames');
    await first.stop();
    await receiver.until(() => (receiver.last?.attempt ?? 0) >= 3, 'three failed tries');
    const errors = receiver.states.filter((state) => state.error !== undefined);
    assert.deepEqual(
      errors.map((state) => state.error?.name),
      ['ES_CAMERA_UNREACHABLE'],
    );
    const before = receiver.frames.length;
    await camera(t, { port });
    await receiver.until(() => receiver.last?.status === 'connected', 'connected again', 45_000);
    assert.equal(receiver.last?.attempt, 0);
    await receiver.until(() => receiver.frames.length > before + 3, 'frames again');
  });

  test('notices a camera that freezes, and recovers', async (t) => {
    const { url, relay } = await camera(t);
    const { receiver } = watch(t, url);
    await receiver.until(() => receiver.frames.length >= 2, 'frames');
    relay.faults.freeze = true;
    const frozenAt = Date.now();
    await receiver.until(() => receiver.last?.status === 'stalled', 'stalled');
    const noticed = Date.now() - frozenAt;
    assert.ok(noticed >= 4500, `noticed after ${noticed} ms`);
    assert.equal(receiver.last?.error?.name, 'ES_CAMERA_STALLED');
    relay.faults.freeze = false;
    await receiver.until(() => receiver.last?.status === 'connected', 'connected again', 30_000);
  });

  test('leaves no process behind', async (t) => {
    if (!requirement(t, linux, '/proc')) return;
    const { url, relay } = await camera(t);
    const { receiver, ingest } = watch(t, url);
    await receiver.until(() => receiver.frames.length >= 1, 'first frame');
    relay.faults.freeze = true;
    assert.equal(pullingChildren().length, 1);
    // Its ffmpeg hears neither of the first signals.
    await ingest.stop();
    assert.deepEqual(pullingChildren(), []);
    assert.equal(receiver.last?.status, 'stopped');
    const frames = receiver.frames.length;
    await sleep(500);
    assert.equal(receiver.frames.length, frames);
  });
});

describe('ingest of other sources', { timeout: 300_000 }, () => {
  test('plays a file at its own speed', async (t) => {
    const { receiver } = watch(t, demoClip);
    await receiver.until(() => receiver.frames.length >= 10 && receiver.windows.length >= 2, 'frames and sound');
    const [first, tenth] = [receiver.frames[0], receiver.frames[9]];
    const span = (tenth?.capturedAt ?? 0) - (first?.capturedAt ?? 0);
    assert.ok(span > 1200 && span < 2600, `ten frames in ${span} ms`);
  });

  test('plays a web stream with a password, and says when it is refused', async (t) => {
    const { hidesAddress } = await locateFfmpeg();
    if (!requirement(t, hidesAddress, 'an ffmpeg that can hide credentials')) return;
    const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    const server = createServer((request, response) => {
      const passed = request.headers.authorization === expected;
      response.writeHead(passed ? 200 : 401, passed ? {} : { 'WWW-Authenticate': 'Basic realm="camera"' });
      if (passed)
        createReadStream(demoClip)
          .on('error', () => undefined)
          .pipe(response);
      else response.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/video.mp4`;
    const { receiver } = watch(t, url, credentials);
    await receiver.until(() => receiver.frames.length >= 10 && receiver.windows.length >= 2, 'frames and sound');
    const refused = watch(t, url, { ...credentials, password: 'wrong' }).receiver;
    await refused.until(() => refused.states.some((state) => state.status === 'unauthorised'), 'unauthorised');
    server.closeAllConnections();
  });

  test('keeps frames small, whatever shape the picture has', async (t) => {
    const clip = join(temporaryFolder(t), 'tall.mp4');
    const { path: ffmpeg } = await locateFfmpeg();
    for (const [size, width, expected] of [
      ['16x2400', 640, [8, 1200]],
      ['2400x16', 640, [640, 4]],
      ['360x640', 1920, [1172, 2082]],
    ] as const) {
      const made = ['-f', 'lavfi', '-i', `testsrc=s=${size}:r=10`, '-t', '1', '-pix_fmt', 'yuv420p', '-y', clip];
      await promisify(execFile)(ffmpeg, ['-loglevel', 'error', ...made]);
      const { receiver, ingest } = watch(t, clip, { width, audio: false });
      await receiver.until(() => receiver.frames.length >= 2, 'frames');
      await ingest.stop();
      assert.deepEqual([receiver.frames[0]?.width, receiver.frames[0]?.height], expected, size);
    }
  });

  test('says that a file is not there', async (t) => {
    const { receiver } = watch(t, '/nowhere/camera.mp4');
    await receiver.until(() => receiver.states.some((state) => state.status === 'not-found'), 'not-found');
  });
});

describe('the ffmpeg of 2018', { timeout: 300_000 }, () => {
  const packaged = (): string | undefined => {
    try {
      return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;
    } catch {
      return undefined;
    }
  };

  test('serves sources without credentials and refuses to show those of others', async (t) => {
    const ffmpeg = packaged();
    if (!requirement(t, ffmpeg !== undefined, '@ffmpeg-installer/ffmpeg') || ffmpeg === undefined) return;
    const open = await camera(t);
    const { receiver } = watch(t, open.url, { ffmpeg });
    await receiver.until(() => receiver.frames.length >= 5 && receiver.windows.length >= 2, 'frames and sound');
    assert.equal(receiver.frames.at(-1)?.height, 360);
    const closed = await camera(t, { credentials });
    const secret = watch(t, closed.url, { ffmpeg, ...credentials }).receiver;
    await secret.until(() => secret.states.some((state) => state.error !== undefined), 'a refusal');
    assert.equal(secret.states.find((state) => state.error !== undefined)?.error?.name, 'ES_FFMPEG_UNSUITABLE');
  });
});
