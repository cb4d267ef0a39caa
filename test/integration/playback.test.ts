import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { watch } from './ingest-watch.ts';
import { makeWithFfmpeg, soundForms, videoForms } from './test-streams.ts';

/** Four seconds of a drawn picture with a tone. */
async function clip(folder: string, seconds = 4): Promise<string> {
  const file = join(folder, 'clip.mp4');
  const inputs = ['-f', 'lavfi', '-i', `testsrc=s=320x180:r=25:d=${seconds}`, '-f', 'lavfi', '-i', `sine=d=${seconds}`];
  await makeWithFfmpeg([...inputs, ...videoForms.h264, ...soundForms.AAC, file]);
  return file;
}

describe('a video file', { timeout: 300_000 }, () => {
  test('played once ends at its own time, without an error and without another try', async (t) => {
    const file = await clip(temporaryFolder(t));
    const startedAt = Date.now();
    const { receiver, ingest } = watch(t, file, { width: 320, playback: 'once' });
    await receiver.until(() => receiver.last?.status === 'stopped', 'the end');
    assert.ok(Date.now() - startedAt > 3000, 'at its own speed');
    assert.equal(receiver.last?.detail, 'The file has ended.');
    assert.ok(receiver.frames.length >= 18 && receiver.frames.length <= 22, `${receiver.frames.length} frames`);
    await sleep(1500);
    assert.equal(ingest.counters.runs, 1);
    assert.deepEqual(
      receiver.states.map(({ status }) => status),
      ['probing', 'connecting', 'connected', 'stopped'],
    );
    assert.equal(
      receiver.states.some(({ error }) => error !== undefined),
      false,
    );
    // It can be started again.
    ingest.start();
    await receiver.until(() => receiver.last?.status === 'connected', 'a second play');
  });

  test('played fast waits for who uses the frames, skips none and tells where they are', async (t) => {
    const seconds = 30;
    const file = await clip(temporaryFolder(t), seconds);
    let waiting = 0;
    const ready = async (): Promise<void> => {
      waiting += 1;
      assert.ok(waiting <= 2, 'no more than a frame and a window are out at a time');
      await sleep(5);
      waiting -= 1;
    };
    const startedAt = Date.now();
    const { receiver } = watch(t, file, { width: 320, playback: 'fast', ready });
    await receiver.until(() => receiver.last?.status === 'stopped', 'the end', 50_000);
    assert.ok(Date.now() - startedAt < seconds * 1000, 'faster than it was taken');
    const positions = receiver.frames.map(({ position }) => position ?? -1);
    assert.deepEqual(
      positions.slice(0, 5 * seconds),
      Array.from({ length: 5 * seconds }, (_, index) => index / 5),
    );
    assert.ok(positions.length <= 5 * seconds + 1);
    // A window of 0.975 s every 0.48 s.
    assert.ok(receiver.windows.length >= 60, `${receiver.windows.length} windows`);
    assert.equal(receiver.windows[1]?.position, 1.455);
  });

  test('played fast is not taken for stalled while somebody is slow, and ends when it is told to', async (t) => {
    const file = await clip(temporaryFolder(t));
    const { receiver, ingest } = watch(t, file, { playback: 'fast', ready: () => new Promise(() => undefined) });
    await receiver.until(() => receiver.frames.length === 1, 'the first frame');
    await sleep(6000);
    assert.equal(receiver.frames.length, 1);
    assert.equal(receiver.last?.status, 'connected');
    await ingest.stop();
    assert.equal(receiver.frames.length, 1);
  });

  test('that is not a video is a failure, not an end', async (t) => {
    const { receiver } = watch(t, import.meta.filename, { playback: 'once', audio: false });
    await receiver.until(() => receiver.last?.status === 'backing-off', 'a failure');
    assert.equal(receiver.last?.error?.name, 'ES_STREAM_UNUSABLE');
  });

  test('played over and over goes on after its end', async (t) => {
    const file = await clip(temporaryFolder(t), 1);
    const { receiver, ingest } = watch(t, file, { width: 320 });
    await receiver.until(() => receiver.frames.length > 12, 'a third play');
    assert.equal(ingest.counters.runs, 1);
    assert.equal(receiver.last?.status, 'connected');
  });
});
