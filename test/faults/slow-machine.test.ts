import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Ingest, type IngestFrame } from '../../src/media/ingest.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { CameraProcess } from '../hosts/camera-process.ts';
import { drawClock, readClock } from '../hosts/clock-picture.ts';
import { Receiver, startDemoCamera } from '../integration/demo-camera.ts';
import { requirement } from '../requirements.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { House } from './house.ts';
import { until } from './vitals.ts';

const onLinux = process.platform === 'linux';

async function cameraProcess(t: TestContext): Promise<CameraProcess> {
  const camera = await CameraProcess.start();
  t.after(() => camera.stop());
  return camera;
}

/** An ffmpeg that does half of its work as long as it is told to, as on a machine that is too slow. */
async function slowFfmpeg(t: TestContext): Promise<{ path: string; recover: () => void }> {
  const folder = temporaryFolder(t);
  const [path, mark] = [join(folder, 'ffmpeg'), join(folder, 'slow')];
  const { path: ffmpeg } = await locateFfmpeg();
  const script = `#!/bin/sh
for argument do
  shift
  case "$argument" in select=*) [ -e "${mark}" ] && argument="$argument,realtime=speed=0.5";; esac
  set -- "$@" "$argument"
done
exec "${ffmpeg}" "$@"
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  writeFileSync(mark, '');
  return {
    path,
    recover: () => {
      rmSync(mark);
    },
  };
}

/** Half a minute of pictures that show how far into it they are. */
async function clockClip(t: TestContext): Promise<string> {
  const file = join(temporaryFolder(t), 'clock.mp4');
  const { path } = await locateFfmpeg();
  const input = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '1280x720', '-r', '15', '-i', 'pipe:0'];
  const made = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', '15', '-y', file];
  const encoder = spawn(path, ['-loglevel', 'error', ...input, ...made], { stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = once(encoder, 'close');
  const picture = Buffer.alloc(1280 * 720, 128);
  for (let number = 0; number < 30 * 15; number += 1) {
    drawClock(picture, (number * 1000) / 15);
    if (!encoder.stdin.write(Buffer.from(picture))) await once(encoder.stdin, 'drain');
  }
  encoder.stdin.end();
  await ended;
  return file;
}

/** A picture with a clock in it; milliseconds. */
interface Seen {
  arrived: number;
  shown: number;
  captured: number;
}

/** Keeps what the clock in each picture says beside what the frame says of its capture. */
class ClockReceiver extends Receiver {
  readonly seen: Seen[] = [];

  override frame(frame: IngestFrame): void {
    const shown = readClock(frame.bytes, frame.width);
    if (shown !== undefined) this.seen.push({ arrived: Date.now(), shown, captured: frame.capturedAt });
    super.frame({ ...frame, bytes: Buffer.alloc(0) });
  }
}

function watch(t: TestContext, { url }: { url: string }, ffmpeg?: string) {
  const receiver = new ClockReceiver();
  const view = { transport: 'tcp', width: 640, rate: 5, audio: true, captureDelayMs: 300 } as const;
  const ports = { clock: new SiteClock(), random: Math.random, log: new RecordingLog() };
  const more = { privacy: { polygons: [], maskFile: '' }, ...(ffmpeg === undefined ? {} : { ffmpeg }) };
  const ingest = new Ingest({ address: parseSourceAddress(url), ...view, ...more, ...ports }, receiver);
  t.after(() => ingest.stop());
  ingest.start();
  return { ingest, receiver };
}

/** The picture of a reader in time that shows the same, or nearly. */
function sameAs({ shown, arrived }: Seen, others: readonly Seen[]): Seen {
  const near = others.filter((other) => Math.abs(other.shown - shown) < 400 && other.arrived < arrived + 3000);
  return near.at(-1) ?? assert.fail(`nobody else saw the picture of ${shown}`);
}

describe('a machine that is too slow for its cameras', { timeout: 200_000 }, () => {
  test('says when its pictures were taken, how late they are, and comes back to the present', async (t) => {
    if (!requirement(t, onLinux, 'Linux')) return;
    const slow = await slowFfmpeg(t);
    const camera = await startDemoCamera({ file: await clockClip(t) });
    t.after(() => camera.stop());
    const inTime = watch(t, camera).receiver;
    const { receiver, ingest } = watch(t, camera, slow.path);
    await receiver.until(() => (receiver.last?.lateSeconds ?? 0) >= 4, 'four seconds late', 60_000);
    slow.recover();
    const [first] = receiver.states.filter(({ lateSeconds }) => lateSeconds !== undefined);
    assert.match(first?.detail ?? '', /^Pictures are \d s late: this machine is too slow for its cameras\./);
    await receiver.until(() => receiver.states.some(({ renewal }) => renewal === 'late'), 'a new connection', 60_000);
    const compared = receiver.seen.map((picture) => ({ picture, truth: sameAs(picture, inTime.seen) }));
    const late = compared.filter(({ picture, truth }) => picture.arrived - truth.arrived > 3500);
    assert.ok(late.length > 10, `${late.length} pictures were more than 3.5 s late`);
    const errors = late.map(({ picture, truth }) => Math.abs(picture.captured - truth.captured));
    const worst = Math.max(...errors);
    assert.ok(worst < 2000, `capture times are wrong by ${worst} ms`);
    const renewedAt = receiver.seen.length;
    await receiver.until(() => receiver.seen.length > renewedAt + 10, 'pictures again');
    const last = receiver.seen.at(-1) ?? assert.fail('nothing');
    const behind = last.arrived - sameAs(last, inTime.seen).arrived;
    assert.ok(behind < 1500, `${behind} ms behind`);
    assert.equal(ingest.counters.runs, 2);
    assert.ok(receiver.states.every(({ error, status }) => error === undefined && status !== 'backing-off'));
    assert.deepEqual([receiver.last?.status, receiver.last?.lateSeconds], ['connected', undefined]);
  });

  test('is not what a camera is told to be that pauses now and then', async (t) => {
    if (!requirement(t, onLinux, 'Linux')) return;
    const camera = await cameraProcess(t);
    const { receiver, ingest } = watch(t, camera);
    await receiver.until(() => receiver.frames.length > 5, 'pictures');
    for (let pause = 0; pause < 4; pause += 1) {
      camera.freeze();
      await sleep(3500);
      camera.thaw();
      const seen = receiver.frames.length;
      await receiver.until(() => receiver.frames.length > seen + 8, 'pictures go on');
    }
    await sleep(3000);
    assert.deepEqual(
      receiver.states.filter(({ lateSeconds, renewal }) => lateSeconds !== undefined || renewal !== undefined),
      [],
    );
    assert.equal(ingest.counters.runs, 1);
  });

  test('is said under the node, by the health route and in the metrics', async (t) => {
    if (!requirement(t, onLinux, 'Linux')) return;
    const slow = await slowFfmpeg(t);
    const camera = await cameraProcess(t);
    const house = await House.open(t, { camera: camera.url, env: { FFMPEG_PATH: slow.path } });
    const said = /pictures \d s late: machine too slow, lower rate or width/;
    await until(() => house.statuses('eye').some((text) => said.test(text)), 'the status', 60_000);
    const [source] = (await house.health()).site.sources;
    assert.match(source?.detail ?? '', /Pictures are \d s late/);
    assert.ok((source?.lagSeconds ?? 0) > 1.5, `${source?.lagSeconds} s`);
    slow.recover();
    const details = (): string => JSON.stringify(house.host.messages('stream').map(({ payload }) => payload));
    await until(() => details().includes('connecting anew'), 'a new connection', 60_000);
    await until(() => house.streams().at(-1) === 'connected', 'connected again');
    await house.nextFrame();
    const metrics = await (await fetch(`${house.host.url}/echosight/metrics`)).text();
    assert.match(metrics, /^stream_renewals_total\{site="house",source="[^"]+",reason="late"\} 1$/m);
    assert.match(metrics, /^stream_lag_seconds\{site="house",source="[^"]+"\} /m);
    assert.deepEqual(house.errors(), []);
    house.assertCalm();
  });
});
