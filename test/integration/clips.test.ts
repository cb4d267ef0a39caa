import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { demoClipAs, keepCamera } from './kept-camera.ts';

/** What ffmpeg finds in a file, and how many pictures it can decode without complaint. */
async function inspect(t: TestContext, name: string, bytes: Buffer) {
  const file = join(temporaryFolder(t), name);
  writeFileSync(file, bytes);
  const { path } = await locateFfmpeg();
  const said = async (...args: string[]) => (await promisify(execFile)(path, ['-hide_banner', ...args])).stderr;
  const report = await said('-i', file, '-map', '0', '-f', 'null', '-');
  const faults = await said('-v', 'error', '-i', file, '-f', 'null', '-');
  return {
    report,
    faults,
    frames: Number([...report.matchAll(/frame= *(\d+)/g)].at(-1)?.[1]),
    seconds: Number(/Duration: 00:00:([\d.]+)/.exec(report)?.[1]),
  };
}

/** Names of the boxes at the outside of an MP4 file. */
function boxes(bytes: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += Math.max(8, bytes.readUInt32BE(at))) {
    names.push(bytes.toString('latin1', at + 4, at + 8));
  }
  return names;
}

describe('clips of a live camera', { timeout: 300_000 }, () => {
  test('play, begin before the event, and are shared', async (t) => {
    const { clips, clock, receiver, base } = await keepCamera(t);
    await receiver.until(() => receiver.frames.length >= 25, 'five seconds of frames');
    const event = clock.now() - 300;
    const span = { from: event - 3000, to: event + 3000 };
    const [clip, same] = await Promise.all([clips.clip(span), clips.clip(span)]);
    assert.ok(clip);
    assert.equal(clip, same, 'who asks for the same shares the work');
    assert.ok(clip.from <= span.from && clip.from > span.from - 1300, `begins ${span.from - clip.from} ms before`);
    assert.ok(clip.to >= span.to, `ends ${clip.to - span.to} ms after`);
    assert.ok(boxes(clip.bytes).indexOf('moov') < boxes(clip.bytes).indexOf('mdat'), 'the index comes first');
    const { report, faults, frames, seconds } = await inspect(t, 'clip.mp4', clip.bytes);
    assert.equal(faults, '');
    assert.match(report, /Video: h264 .*768x432/);
    assert.match(report, /Audio: aac/);
    const expected = (clip.to - clip.from) / 1000;
    assert.ok(Math.abs(seconds - expected) < 0.7, `${seconds} s instead of ${expected} s`);
    assert.ok(Math.abs(frames - seconds * 15) <= 3, `${frames} frames in ${seconds} s`);
    assert.ok(
      readdirSync(base, { recursive: true }).every((name) => !String(name).endsWith('.mp4')),
      'nothing is left',
    );
  });

  test('show a picture of any moment at full size, also of the last instant', async (t) => {
    const { clips, clock, receiver } = await keepCamera(t);
    await receiver.until(() => receiver.frames.length >= 18, 'some seconds of frames');
    for (const at of [clock.now() - 1700, clock.now() - 300, clock.now()]) {
      const still = await clips.snapshot(at);
      assert.ok(still);
      const { format, width, height } = await sharp(still.bytes).metadata();
      assert.deepEqual([format, width, height], ['jpeg', 768, 432]);
      // How old it is on a free machine, the bench `clip` says.
      assert.ok(at - still.capturedAt < 15_000 && still.capturedAt <= at, `${at - still.capturedAt} ms older`);
    }
    assert.equal(await clips.snapshot(clock.now() - 600_000), undefined);
  });

  test('have their sound as WAV and as Opus', async (t) => {
    const { clips, clock, receiver } = await keepCamera(t);
    await receiver.until(() => receiver.frames.length >= 20, 'four seconds of frames');
    const span = { from: clock.now() - 2800, to: clock.now() - 800 };
    for (const [format, codec] of [
      ['wav', /pcm_s16le/],
      ['ogg', /opus/],
    ] as const) {
      const sound = await clips.audio({ ...span, format });
      assert.ok(sound);
      const { report, seconds } = await inspect(t, `sound.${format}`, sound.bytes);
      assert.match(report, codec);
      assert.ok(Math.abs(seconds - 2) < 0.3, `${seconds} s`);
    }
  });

  test('hold no sound that the owner does not allow to be kept', async (t) => {
    const { clips, clock, receiver } = await keepCamera(t, { sound: false });
    await receiver.until(() => receiver.frames.length >= 12 && receiver.windows.length > 0, 'frames and sound');
    const span = { from: clock.now() - 2000, to: clock.now() - 500 };
    const clip = await clips.clip(span);
    assert.ok(clip);
    assert.doesNotMatch((await inspect(t, 'clip.mp4', clip.bytes)).report, /Audio/);
    assert.equal(await clips.audio({ ...span, format: 'wav' }), undefined);
  });

  test('of HEVC with G.711 sound are copied as hvc1 with AAC, and play everywhere on demand', async (t) => {
    const file = await demoClipAs(
      t,
      ...['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'bframes=0:keyint=15:log-level=none'],
      ...['-c:a', 'pcm_mulaw', '-ar', '8000', '-ac', '1'],
    );
    const { clips, clock, receiver } = await keepCamera(t, { file });
    await receiver.until(() => receiver.frames.length >= 15 && receiver.windows.length > 0, 'frames and sound');
    const span = { from: clock.now() - 2500, to: clock.now() - 500 };
    const copied = await clips.clip(span);
    assert.ok(copied);
    assert.match((await inspect(t, 'copy.mp4', copied.bytes)).report, /Video: hevc .*\(hvc1[^]*Audio: aac/);
    const playable = await clips.clip({ ...span, playable: true });
    assert.ok(playable);
    const { report, faults, frames } = await inspect(t, 'playable.mp4', playable.bytes);
    assert.match(report, /Video: h264 .*yuv420p[^]*Audio: aac/);
    assert.equal(faults, '');
    assert.ok(frames >= 25, `${frames} frames`);
    assert.equal((await sharp((await clips.snapshot(clock.now() - 1000))?.bytes).metadata()).width, 768);
  });

  test('of a camera without sound have none', async (t) => {
    const file = await demoClipAs(t, '-c:v', 'copy', '-an');
    const { clips, clock, receiver } = await keepCamera(t, { file });
    await receiver.until(() => receiver.frames.length >= 12, 'frames');
    const clip = await clips.clip({ from: clock.now() - 2000, to: clock.now() - 500 });
    assert.ok(clip);
    const { report, frames } = await inspect(t, 'clip.mp4', clip.bytes);
    assert.doesNotMatch(report, /Audio/);
    assert.ok(frames >= 15, `${frames} frames`);
  });

  test('show nothing of what is hidden', async (t) => {
    const [left, top, right, bottom] = [0.25, 0.25, 0.75, 0.75];
    const corners = [
      { x: left, y: top },
      { x: right, y: top },
      { x: right, y: bottom },
      { x: left, y: bottom },
    ];
    const { clips, clock, receiver } = await keepCamera(t, { privacy: { polygons: [corners], maskFile: '' } });
    await receiver.until(() => receiver.frames.length >= 12, 'frames');
    const clip = await clips.clip({ from: clock.now() - 2000, to: clock.now() - 500 });
    const still = await clips.snapshot(clock.now() - 1000);
    assert.ok(clip && still);
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'clip.mp4'), clip.bytes);
    const { path } = await locateFfmpeg();
    await promisify(execFile)(path, ['-v', 'error', '-i', join(folder, 'clip.mp4'), join(folder, 'f%03d.png')]);
    const pictures = readdirSync(folder).filter((name) => name.endsWith('.png'));
    assert.ok(pictures.length >= 15, `${pictures.length} pictures`);
    for (const picture of [still.bytes, ...pictures.map((name) => join(folder, name))]) {
      const inside = sharp(picture).extract({ left: 192, top: 108, width: 384, height: 216 });
      const { channels } = await sharp(await inside.png().toBuffer()).stats();
      assert.ok(Math.max(...channels.map(({ max }) => max)) < 40, 'what is hidden is black');
      const { channels: whole } = await sharp(picture).stats();
      assert.ok(Math.max(...whole.map(({ max }) => max)) > 100, 'the rest is there');
    }
  });
});
