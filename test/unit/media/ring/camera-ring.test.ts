import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CameraRing } from '../../../../src/media/ring/camera-ring.ts';
import { RingFolders } from '../../../../src/media/ring/ring-folders.ts';
import { ManualClock } from '../../manual-clock.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const h264 = { video: 'H264', audio: 'PCMU' };

function ringIn(t: TestContext, options: { sound?: boolean; limits?: { ms: number; bytes: number } } = {}) {
  const base = temporaryFolder(t);
  const clock = new ManualClock(1_000_000);
  const log = new RecordingLog();
  const folders = new RingFolders(log, [base]);
  const ring = new CameraRing({ camera: 'yard', sound: true, captureDelayMs: 0, folders, clock, log, ...options });
  t.after(() => ring.close());
  return { base, clock, log, folders, ring };
}

/** Writes segments of a second, as ffmpeg would. */
async function keep(t: TestContext, count: number, options: Parameters<typeof ringIn>[1] = {}) {
  const made = ringIn(t, options);
  const output = await made.ring.prepare(h264);
  assert.ok(output);
  const run = made.ring.begin(output);
  for (let n = 0; n < count; n += 1) {
    writeFileSync(join(output.folder, `s${String(n).padStart(3, '0')}.ts`), Buffer.alloc(1000));
    made.clock.advance(1000);
    run.list(Buffer.from(`s${String(n).padStart(3, '0')}.ts,${n},${n + 1}\n`));
  }
  await until(() => made.ring.bytes === Math.min(count, 60) * 1000);
  return { ...made, output, run };
}

/** File operations settle when they do. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition() && tries < 200; tries += 1) await sleep(10);
}

describe('the ring of a camera', () => {
  test('gives the segments that overlap a span, with the one that grows', async (t) => {
    const { ring, clock } = await keep(t, 5);
    const held = ring.hold(1_001_500, 1_003_000);
    assert.deepEqual(
      held.segments.map(({ from }) => from),
      [1_001_000, 1_002_000],
    );
    held.release();
    clock.advance(500);
    assert.deepEqual(
      ring.hold(1_004_200, 1_006_000).segments.map(({ open }) => open),
      [false, true],
    );
    assert.deepEqual(ring.hold(900_000, 1_000_000).segments, []);
  });

  test('keeps a minute, and not more than its bytes', async (t) => {
    const { ring, output } = await keep(t, 70);
    await until(() => readdirSync(output.folder).length === 61);
    assert.equal(ring.hold(0, 2_000_000).segments[0]?.from, 1_009_000);
    const few = ringIn(t, { limits: { ms: 60_000, bytes: 3500 } });
    const room = await few.ring.prepare(h264);
    assert.ok(room);
    const run = few.ring.begin(room);
    for (const n of [0, 1, 2, 3, 4, 5]) {
      writeFileSync(join(room.folder, `s00${n}.ts`), Buffer.alloc(1000));
      few.clock.advance(1000);
      run.list(Buffer.from(`s00${n}.ts,${n},${n + 1}\n`));
      await until(() => few.ring.bytes === Math.min(n + 1, 3) * 1000);
    }
    assert.equal(few.ring.bytes, 3000);
    await until(() => readdirSync(room.folder).length === 3);
    assert.equal(readdirSync(room.folder).length, 3);
  });

  test('empties a file that grows for want of key frames, and says so once', async (t) => {
    const { ring, clock, log } = ringIn(t, { limits: { ms: 60_000, bytes: 1 << 20 } });
    const output = await ring.prepare(h264);
    assert.ok(output);
    const run = ring.begin(output);
    const file = join(output.folder, 's000.ts');
    // As ffmpeg does: a descriptor that goes on where it was.
    const writer = openSync(file, 'w');
    t.after(() => {
      closeSync(writer);
    });
    const megabyte = Buffer.alloc(1 << 20, 1);
    for (let grown = 0; grown < 6; grown += 1) {
      for (let part = 0; part < 2; part += 1) writeSync(writer, megabyte);
      clock.advance(5000);
      await until(() => statSync(file).blocks === 0);
      assert.equal(statSync(file).blocks, 0);
    }
    assert.equal(log.lines.filter((line) => line.includes('between two key frames')).length, 1);
    run.list(Buffer.from('s000.ts,0,30\n'));
    writeFileSync(join(output.folder, 's001.ts'), Buffer.alloc(1000));
    run.list(Buffer.from('s001.ts,30,31\n'));
    await until(() => ring.bytes === 1000);
    assert.deepEqual(
      ring
        .hold(0, 900_000_000)
        .segments.filter(({ open }) => !open)
        .map(({ bytes }) => bytes),
      [1000],
    );
  });

  test('keeps fewer segments than there are names, however fast the time of a camera runs', async (t) => {
    const { ring, clock } = ringIn(t);
    const output = await ring.prepare(h264);
    assert.ok(output);
    const run = ring.begin(output);
    for (let n = 0; n < 600; n += 1) {
      const name = `s${String(n % 240).padStart(3, '0')}.ts`;
      writeFileSync(join(output.folder, name), Buffer.alloc(100));
      clock.advance(33);
      run.list(Buffer.from(`${name},${n},${n + 1}\n`));
    }
    await until(() => ring.bytes === 120 * 100);
    const files = ring.hold(0, 2_000_000).segments.map(({ file }) => file);
    assert.equal(new Set(files).size, files.length);
    assert.equal(ring.bytes, 120 * 100);
  });

  test('does not take away what somebody holds', async (t) => {
    const { ring, run, clock, output } = await keep(t, 3);
    const held = ring.hold(1_000_000, 1_001_000);
    const [first] = held.segments;
    assert.ok(first);
    clock.advance(100_000);
    writeFileSync(join(output.folder, 's003.ts'), 'x');
    run.list(Buffer.from('s003.ts,102,103\n'));
    await until(() => readdirSync(output.folder).length === 2);
    assert.equal(statSync(first.file).size, 1000);
    held.release();
    held.release();
    await until(() => readdirSync(output.folder).length === 1);
    assert.deepEqual(readdirSync(output.folder), ['s003.ts']);
  });

  test('drops the empty files of a full disk, and says once that nothing is kept', async (t) => {
    const { ring, run, clock, output, log } = await keep(t, 2);
    writeFileSync(join(output.folder, 's002.ts'), '');
    clock.advance(1000);
    run.list(Buffer.from('s002.ts,2,3\n'));
    run.said('[tee @ 0x5] Slave muxer #0 failed: No space left on device, continuing with 1/2 slaves.');
    run.said('[tee @ 0x5] Slave muxer #0 failed: No space left on device, continuing with 1/2 slaves.');
    await until(() => ring.hold(0, 2_000_000).segments.length === 2);
    assert.equal(ring.hold(0, 2_000_000).segments.length, 2);
    assert.equal(log.lines.filter((line) => line.includes('No space left on device')).length, 1);
  });

  test('outlives a connection, and leaves no folder for each of many tries', async (t) => {
    const { ring, run, output } = await keep(t, 2);
    run.end();
    for (let tries = 0; tries < 20; tries += 1) await ring.prepare(h264);
    assert.equal(ring.hold(0, 2_000_000).segments.length, 2);
    assert.ok(readdirSync(join(output.folder, '..')).length <= 2);
  });

  test('has no sound unless its owner allows it, and encodes what MPEG-TS does not hold', async (t) => {
    const loud = ringIn(t).ring;
    const silent = ringIn(t, { sound: false }).ring;
    const soundOf = async (ring: CameraRing, audio: string | undefined) =>
      (await ring.prepare({ video: 'h264', audio }))?.sound;
    assert.equal(await soundOf(loud, 'MPEG4-GENERIC'), 'copy');
    assert.equal(await soundOf(loud, 'aac'), 'copy');
    for (const codec of ['PCMU', 'PCMA', 'G726-16', 'OPUS', 'pcm_mulaw'])
      assert.equal(await soundOf(loud, codec), 'encode');
    assert.equal(await soundOf(loud, undefined), undefined);
    assert.equal(await soundOf(silent, 'aac'), undefined);
  });

  test('says once of a picture that cannot be kept as it comes', async (t) => {
    const { ring, log } = ringIn(t);
    assert.equal(await ring.prepare({ video: 'JPEG', audio: undefined }), undefined);
    assert.equal(await ring.prepare({ video: 'JPEG', audio: undefined }), undefined);
    assert.equal(log.lines.length, 1);
    assert.equal((await ring.prepare({ video: 'H265', audio: undefined }))?.video, 'hevc');
  });

  test('says once where no folder can be made, and works again when one can', async (t) => {
    const base = temporaryFolder(t);
    const log = new RecordingLog();
    const folders = new RingFolders(log, [join(base, 'absent')]);
    const ring = new CameraRing({
      camera: 'yard',
      sound: true,
      captureDelayMs: 0,
      folders,
      clock: new ManualClock(),
      log,
    });
    assert.equal(await ring.prepare(h264), undefined);
    assert.equal(await ring.prepare(h264), undefined);
    assert.equal(log.lines.filter((line) => line.includes('ENOENT')).length, 1);
  });

  test('leaves nothing when it is closed, also while room is made', async (t) => {
    const { ring, base } = await keep(t, 3);
    const preparing = ring.prepare(h264);
    await ring.close();
    assert.equal(await preparing, undefined);
    assert.deepEqual(readdirSync(base), []);
    assert.equal(await ring.prepare(h264), undefined);
    assert.deepEqual(readdirSync(base), []);
  });
});
