import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { soundFileDecoder } from '../../src/media/sound-file.ts';
import { levelOf } from '../../src/pcm/level.ts';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

/** A tone of two seconds in each format, by the encoders that every ffmpeg has. */
const encodings: Readonly<Record<string, readonly string[]>> = {
  wav: ['-c:a', 'pcm_s24le', '-ar', '96000'],
  flac: ['-c:a', 'flac', '-ar', '44100', '-ac', '2'],
  ogg: ['-c:a', 'vorbis', '-strict', '-2', '-ar', '44100', '-ac', '2'],
  m4a: ['-c:a', 'aac', '-ar', '48000'],
  mp3: ['-c:a', 'libmp3lame', '-ar', '22050'],
};

const decoder = soundFileDecoder(new SiteClock());

describe('a sound file is decoded', () => {
  const ffmpeg = locateFfmpeg().catch(() => undefined);

  async function tone(t: TestContext, format: string, seconds = 2): Promise<string | undefined> {
    const program = await ffmpeg;
    if (!requirement(t, program !== undefined, 'ffmpeg')) return undefined;
    const file = join(temporaryFolder(t), 'tone');
    const source = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
    const container = format === 'm4a' ? 'mp4' : format;
    const args = ['-v', 'error', ...source, ...(encodings[format] ?? []), '-f', container, file];
    await promisify(execFile)(program?.path ?? '', args).catch(() => undefined);
    return requirement(t, existsSync(file), `an encoder for ${format}`) ? file : undefined;
  }

  for (const format of Object.keys(encodings)) {
    test(`${format}, whatever its name says`, async (t) => {
      const file = await tone(t, format);
      if (file === undefined) return;
      const samples = await decoder.decode(file, { seconds: 5 });
      assert.ok(Math.abs(samples.length / 16_000 - 2) < 0.15, `${samples.length / 16_000} s`);
      assert.ok(Math.abs(levelOf(samples).dbfs + 21) < 1.5, `${levelOf(samples).dbfs} dB`);
    });
  }

  test('too long is refused by that name, damaged by another', async (t) => {
    const file = await tone(t, 'flac', 4);
    if (file === undefined) return;
    await assert.rejects(decoder.decode(file, { seconds: 3 }), { name: 'ES_AUDIO_TOO_LONG' });
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length / 2));
    const half = await decoder.decode(file, { seconds: 5 });
    assert.ok(half.length > 16_000 && half.length < 3 * 16_000, 'what is there of one that was cut off');
    writeFileSync(file, Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(5000, 7)]));
    await assert.rejects(decoder.decode(file, { seconds: 5 }), { name: 'ES_AUDIO_INVALID' });
  });

  test('nothing that leads to other files is opened, and the path is not told', async (t) => {
    if (!requirement(t, (await ffmpeg) !== undefined, 'ffmpeg')) return;
    const file = join(temporaryFolder(t), 'list.mp3');
    for (const text of ['#EXTM3U\nfile:///etc/hostname\n', "ffconcat version 1.0\nfile '/etc/hostname'\n", '', 'ID3']) {
      writeFileSync(file, text);
      await assert.rejects(decoder.decode(file, { seconds: 5 }), (error: Error) => {
        assert.equal(error.name, 'ES_AUDIO_INVALID');
        assert.ok(!error.message.includes('/'), error.message);
        return true;
      });
    }
  });

  test('it can be stopped', async (t) => {
    const file = await tone(t, 'flac');
    if (file === undefined) return;
    const stop = new AbortController();
    const decoding = decoder.decode(file, { seconds: 5, signal: stop.signal });
    stop.abort(new Error('enough'));
    await assert.rejects(decoding, { message: 'enough' });
  });
});
