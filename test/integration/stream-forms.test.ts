import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { watch } from './ingest-watch.ts';
import { drawn, makeWithFfmpeg, soundForms, streamServer, tone, videoForms } from './test-streams.ts';

const forms = [
  ['h264', 'AAC', /H\.264\) and sound \(AAC\)/],
  ['hevc', 'PCMU', /H\.265 \(HEVC\)\) and sound \(G\.711 \(PCMU\)\)/],
  ['mjpeg', 'PCMA', /MJPEG\) and sound \(G\.711 \(PCMA\)\)/],
  ['h264', 'G.726', /sound \(G\.726\)/],
  ['h264', 'Opus', /sound \(Opus\)/],
  ['hevc', 'L16', /sound \(PCM, 16 bit\)/],
] as const;

describe('what cameras send', { timeout: 300_000, concurrency: 3 }, () => {
  for (const [video, sound, words] of forms) {
    test(`${video} with ${sound}`, async (t) => {
      const { url, publish } = await streamServer(t);
      await publish(...drawn(), ...tone, ...videoForms[video], ...soundForms[sound]);
      const { receiver, ingest } = watch(t, url, { width: 320 });
      await receiver.until(() => receiver.frames.length >= 3 && receiver.windows.length >= 2, 'pictures and sound');
      await ingest.stop();
      assert.equal(receiver.frames[0]?.height, 192);
      assert.ok((receiver.windows.at(-1)?.dbfs ?? -100) > -40, 'the tone is heard');
      assert.match(receiver.states.find(({ status }) => status === 'connected')?.detail ?? '', words);
      assert.equal(receiver.states.filter(({ error }) => error !== undefined).length, 0);
    });
  }

  test('a picture without sound: told, and no failure', async (t) => {
    const { url, publish } = await streamServer(t);
    await publish(...drawn(), ...videoForms.h264);
    const { receiver } = watch(t, url, { width: 320 });
    await receiver.until(() => receiver.frames.length >= 3, 'pictures');
    assert.match(receiver.last?.detail ?? '', /H\.264.*no sound/);
    assert.equal(receiver.last?.error, undefined);
  });

  test('sound without a picture: told in words', async (t) => {
    const { url, publish } = await streamServer(t);
    await publish(...tone, ...soundForms.PCMU);
    const { receiver } = watch(t, url);
    await receiver.until(() => receiver.last?.status === 'backing-off', 'a failure');
    assert.equal(receiver.last?.error?.name, 'ES_STREAM_UNUSABLE');
    assert.match(receiver.last.detail, /has sound \(G\.711 \(PCMU\)\) but no picture/);
  });
});

describe('a stream that changes on its way', { timeout: 300_000 }, () => {
  test('goes on when the camera starts anew with another codec, size and sound', async (t) => {
    const { url, publish } = await streamServer(t);
    const phases = [
      [[...drawn(), ...tone, ...videoForms.h264, ...soundForms.AAC], 192, true],
      [[...drawn('320x240'), ...videoForms.hevc], 240, false],
      [[...drawn('320x160'), ...tone, ...videoForms.mjpeg, ...soundForms.PCMA], 160, true],
    ] as const;
    const { receiver } = watch(t, url, { width: 320 });
    for (const [source, height, hasSound] of phases) {
      const publisher = await publish(...source);
      await receiver.until(() => receiver.frames.at(-1)?.height === height, `pictures ${height} high`);
      const before = receiver.windows.length;
      if (hasSound) await receiver.until(() => receiver.windows.length > before, 'sound');
      await publisher.stop();
    }
    const names = receiver.states.flatMap(({ error }) => (error === undefined ? [] : [error.name]));
    assert.ok(
      names.every((name) => name === 'ES_CAMERA_UNREACHABLE' || name === 'ES_CAMERA_NOT_FOUND'),
      names.join(),
    );
  });

  test('goes on without a pause when only the size changes, and shows the whole picture', async (t) => {
    const folder = temporaryFolder(t);
    // The second part is higher, with a white lower half.
    const halves = 'color=black:s=320x240:r=10:d=6,drawbox=y=120:h=120:color=white:t=fill';
    const parts = ['testsrc=s=320x192:r=10:d=6', halves].map((source, index) => {
      return { source, file: join(folder, `${index}.ts`), offset: `${index * 6}` };
    });
    for (const { source, file, offset } of parts) {
      await makeWithFfmpeg(['-f', 'lavfi', '-i', source, ...videoForms.h264, '-output_ts_offset', offset, file]);
    }
    const { url, publish } = await streamServer(t);
    await publish('-re', '-i', `concat:${parts.map(({ file }) => file).join('|')}`, '-c', 'copy');
    const { receiver, ingest } = watch(t, url, { width: 320 });
    const brightness = (row: number): number => receiver.frames.at(-1)?.bytes[row * 320 * 3] ?? 0;
    await receiver.until(() => brightness(20) < 30 && brightness(110) > 220, 'the second part, whole');
    assert.equal(brightness(85) < 30, true);
    // Until it is connected anew, it keeps the shape of its first picture: places in the picture stay true.
    assert.ok(receiver.frames.every(({ height }) => height === 192));
    assert.equal(ingest.counters.runs, 1);
  });
});
