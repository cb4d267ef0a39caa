import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { runFfmpegJob } from '../../../../src/media/clips/ffmpeg-job.ts';
import { Turns } from '../../../../src/media/clips/turns.ts';
import { locateFfmpeg } from '../../../../src/media/ffmpeg-program.ts';
import { mp4Tracks } from '../../../../src/media/phone/mp4-tracks.ts';
import { phoneMedia } from '../../../../src/media/phone/phone-media.ts';
import { soundFileDecoder } from '../../../../src/media/sound-file.ts';
import { ManualClock } from '../../manual-clock.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const { path: ffmpeg } = await locateFfmpeg();
const clock = new ManualClock();
const never = new AbortController().signal;

/** A clip as ffmpeg makes it. */
function clip(t: TestContext, seconds: number, options: readonly string[]): Buffer {
  const file = join(temporaryFolder(t), 'clip.mp4');
  const sources = ['-f', 'lavfi', '-i', `testsrc2=size=640x361:rate=15:duration=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
  execFileSync(ffmpeg, ['-loglevel', 'error', ...sources, ...sound, ...options, '-movflags', '+faststart', file]);
  return readFileSync(file);
}
const usual = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-vf', 'crop=640:360', '-c:a', 'aac'];

function media(t: TestContext) {
  let runs = 0;
  const folder = temporaryFolder(t);
  const made = phoneMedia({
    ...{ clock, turns: new Turns(1), folders: { make: () => mkdtemp(join(folder, 'job-')) } },
    run: (job, ports) => {
      runs += 1;
      return runFfmpegJob(job, ports);
    },
  });
  return { made, runs: () => runs };
}

describe('what goes to a phone', () => {
  test('sound becomes Opus in Ogg, as loud and long as it was', async (t) => {
    const samples = Float32Array.from({ length: 32_000 }, (_, at) => 0.5 * Math.sin((2 * Math.PI * 440 * at) / 16_000));
    const note = await media(t).made.voiceNote(samples, never);
    assert.equal(note.toString('latin1', 0, 4), 'OggS');
    assert.ok(note.includes('OpusHead') && note.length < 20_000, `${note.length}`);
    const file = join(temporaryFolder(t), 'note.ogg');
    writeFileSync(file, note);
    const heard = await soundFileDecoder(clock).decode(file, { seconds: 5 });
    assert.ok(Math.abs(heard.length - samples.length) < 1600, `${heard.length}`);
    const rms = Math.sqrt(heard.reduce((sum, sample) => sum + sample * sample, 0) / heard.length);
    assert.ok(Math.abs(rms - 0.5 / Math.SQRT2) < 0.03, `${rms}`);
  });

  test('a clip that phones play and that is small enough goes as it is', async (t) => {
    const { made, runs } = media(t);
    const bytes = clip(t, 2, usual);
    assert.equal(await made.video(bytes, 15_000_000, never), bytes);
    assert.equal(runs(), 0);
  });

  test('another codec, or too many bytes, are encoded anew until they fit', async (t) => {
    const { made, runs } = media(t);
    const foreign = clip(t, 2, ['-c:v', 'mpeg4', '-c:a', 'mp3']);
    const encoded = await made.video(foreign, 15_000_000, never);
    assert.deepEqual(mp4Tracks(encoded)?.codecs, ['avc1', 'mp4a']);

    const large = clip(t, 8, [...usual, '-crf', '1']);
    const limit = 400_000;
    assert.ok(large.length > limit * 3, `${large.length}`);
    const small = await made.video(large, limit, never);
    assert.ok(small.length <= limit, `${small.length}`);
    assert.ok(Math.abs((mp4Tracks(small)?.seconds ?? 0) - 8) < 0.3);
    assert.equal(runs(), 2);
  });

  test('what is no video is refused by name', async (t) => {
    const { made } = media(t);
    await assert.rejects(made.video(Buffer.from('no video'), 1000, never), { name: 'ES_CLIP_FAILED' });
  });
});

describe('the header of an MP4 file', () => {
  test('names its codecs and how long it lasts', (t) => {
    const { codecs, seconds } = mp4Tracks(clip(t, 2, usual)) ?? { codecs: [], seconds: 0 };
    assert.deepEqual(codecs, ['avc1', 'mp4a']);
    assert.ok(Math.abs(seconds - 2) < 0.2, `${seconds}`);
  });

  test('that is cut off, empty or hostile is none', (t) => {
    const whole = clip(t, 1, usual);
    const moov = whole.indexOf('moov') - 4;
    assert.equal(mp4Tracks(whole.subarray(0, moov + 100)), undefined);
    assert.equal(mp4Tracks(Buffer.alloc(0)), undefined);
    assert.equal(mp4Tracks(Buffer.alloc(64)), undefined);
    const endless = Buffer.from(whole);
    endless.writeUInt32BE(1, moov);
    endless.writeBigUInt64BE(2n ** 62n, moov + 8);
    assert.equal(mp4Tracks(endless), undefined);
  });
});
