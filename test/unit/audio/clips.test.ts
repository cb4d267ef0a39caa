import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import type { AudioReply, AudioRequest } from '../../../src/audio/classification.ts';
import type { SoundClassifier, SoundOutcome } from '../../../src/audio/classifier.ts';
import { clipWindows } from '../../../src/audio/training/material/clip-windows.ts';
import { ClipListener, type ClipWindow } from '../../../src/audio/clips/clip-listener.ts';
import { columnsOf } from '../../../src/audio/clips/spectrogram-columns.ts';
import { clipStretches, rowsPerColumn } from '../../../src/audio/clips/stretches.ts';
import { LogMel, patch } from '../../../src/audio/log-mel.ts';
import { levelOf } from '../../../src/pcm/level.ts';
import { resample } from '../../../src/pcm/resample.ts';
import { decodeFrames, encodeWav, openWav, type WavFile } from '../../../src/pcm/wav.ts';
import { newClassifier } from './new-classifier.ts';

const long = { seconds: Infinity, frames: Infinity };

/** Noise with a bang in every second, never the same. */
function sound(seconds: number, rate = 16_000, seed = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, at) => {
    const bang = Math.exp(-((at % rate) / rate) * 12);
    return (random() - 0.5) * (0.02 + 0.7 * bang * ((at / rate) % 3 < 1 ? 1 : 0.2));
  });
}

function wavOf(samples: Float32Array, rate = 16_000): WavFile {
  return openWav(encodeWav(samples, rate), long);
}

/** The clip in one piece, at 16 kHz. */
function whole({ data, format }: WavFile): Float32Array {
  return resample(decodeFrames(data, format), format.sampleRate, 16_000);
}

describe('a clip is cut into stretches', () => {
  for (const rate of [8000, 11_025, 12_345, 16_000, 44_100, 96_000]) {
    test(`of whole seconds at ${rate} Hz, and every window is in one of them`, () => {
      const wav = wavOf(new Float32Array(Math.round(29.3 * rate)), rate);
      const stretches = [...clipStretches(wav, 0)];
      const windows = stretches.reduce((sum, stretch) => sum + stretch.windows, 0);
      const samples = Math.ceil((wav.frames * 16_000) / rate);
      assert.equal(windows, clipWindows(new Float32Array(samples)).length);
      assert.equal(
        stretches.reduce((sum, stretch) => sum + stretch.own, 0),
        samples,
      );
      for (const { bytes, format, lead, count } of stretches) {
        assert.ok(lead + Math.floor(((count - 1) * format.sampleRate) / 16_000) < bytes.length / 2);
      }
    });
  }

  test('a column of a spectrogram lies in one of them, and there are no more of them than there is place for', () => {
    const wav = wavOf(sound(3));
    for (let seconds = 0.1; seconds <= 600; seconds += 7.3) {
      for (const [sampleRate, rows] of [
        [16_000, 1200],
        [96_000, 240],
      ] as const) {
        const together = rowsPerColumn(
          { ...wav, frames: seconds * sampleRate, format: { ...wav.format, sampleRate } },
          1200,
        );
        assert.equal(rows % together, 0);
        assert.ok(Math.ceil((seconds * 100) / together) <= 1200);
      }
    }
    assert.equal(rowsPerColumn({ ...wav, frames: 9_600_000 }, 1200), 50);
    assert.equal(rowsPerColumn(wav, 1200), 1);
  });
});

describe('a whole clip is heard in one go', () => {
  let classifier: SoundClassifier;
  before(() => {
    classifier = newClassifier();
  });
  after(() => classifier.close());

  async function hear(wav: WavFile, columns?: number) {
    const windows: ClipWindow[] = [];
    const heard = await classifier.hear(wav, { trained: false, columns }, (window) => {
      windows.push(window);
    });
    return { ...heard, windows };
  }

  for (const [seconds, rate] of [
    [0.3, 16_000],
    [3, 16_000],
    [14, 16_000],
    [13, 44_100],
    [13, 11_025],
    [5, 96_000],
  ] as const) {
    test(`as window by window: ${seconds} s at ${rate} Hz`, async () => {
      const wav = wavOf(sound(seconds, rate), rate);
      const heard = await hear(wav, 1200);
      const expected: (SoundOutcome & { dbfs: number; peak: number })[] = [];
      for (const { samples } of clipWindows(whole(wav))) {
        const outcome = await classifier.classify({ source: 'test', samples });
        assert.ok(outcome);
        expected.push({ ...outcome, ...levelOf(samples) });
      }
      assert.equal(heard.windows.length, expected.length);
      heard.windows.forEach(({ scores, named, offset, dbfs, peak, top }, index) => {
        const other = expected[index] ?? assert.fail();
        assert.equal(offset, Math.round(index * 48) / 100);
        assert.ok(Math.abs(dbfs - other.dbfs) < 0.11 && Math.abs(peak - other.peak) < 1e-3, `${dbfs} ${other.dbfs}`);
        for (const [name, score] of Object.entries({ ...other.scores, ...other.named })) {
          const said = ({ ...scores, ...named } as Record<string, number>)[name] ?? NaN;
          assert.ok(Math.abs(said - score) < 3e-4, `${index} ${name} ${said} ${score}`);
        }
        assert.equal(top.length, 5);
        assert.ok(Math.abs((top[0]?.score ?? NaN) - (other.top[0]?.score ?? NaN)) < 3e-4);
      });
      assert.ok(Math.abs(heard.dbfs - levelOf(whole(wav)).dbfs) < 0.11);
      assert.ok(heard.timings.featuresMs > 0 && heard.timings.inferenceMs > 0 && heard.timings.waitMs >= 0);
    });
  }

  test('its spectrogram is that of the whole sound, each column the loudest of its rows', async () => {
    const wav = wavOf(sound(29.3));
    const { spectrogram } = await hear(wav, 400);
    assert.equal(spectrogram?.rowsPerColumn, 8);
    const rows = new Float32Array(2930 * patch.bands);
    new LogMel().write(whole(wav), rows, 2930);
    const expected = columnsOf(rows, 8);
    assert.equal(spectrogram.columns.length, expected.length);
    const off = spectrogram.columns.map((value, at) => Math.abs(value - (expected[at] ?? 0)));
    assert.ok(Math.max(...off) <= 1, `${Math.max(...off)}`);
    const bang = columnsOf(
      Float32Array.from({ length: 3 * 64 }, (_, at) => (at === 70 ? 4 : -6)),
      3,
    );
    assert.deepEqual([bang.length, bang[6], bang[7]], [64, 255, 21]);
  });

  test('one that holds no sound does not spoil those that are heard together with it', async () => {
    const format = { tag: 3, channels: 1, sampleRate: 16_000, bits: 32 };
    const nan = new Float32Array(16_000).fill(NaN);
    const bad = { format, frames: 16_000, frameBytes: 4, data: Buffer.from(nan.buffer) };
    const [first, second, third] = await Promise.allSettled([
      hear(wavOf(sound(3))),
      hear(bad),
      hear(wavOf(sound(2, 16_000, 2))),
    ]);
    assert.equal(first.status, 'fulfilled');
    assert.equal(second.status === 'rejected' && (second.reason as Error).name, 'ES_AUDIO_INVALID');
    assert.equal(third.status, 'fulfilled');
  });
});

describe('the line of clips', () => {
  interface Asked {
    stretches: number;
    answer: () => void;
  }

  /** A listener, and what it asks a worker that answers when it is told to. */
  function slow(): { listener: ClipListener; asked: Asked[] } {
    const asked: Asked[] = [];
    const scores = { glass_break: 0, gunshot: 0, scream: 0, forced_entry: 0 };
    const window = { scores, top: [], named: {}, dbfs: -20, peak: 1 };
    const ask = (request: AudioRequest): Promise<AudioReply> => {
      const stretches = 'stretches' in request ? request.stretches : assert.fail();
      const sums = { count: 1, sum: 0, squares: 1, peak: 1, clipped: 0 };
      const heard = stretches.map(({ windows }) => ({ windows: Array.from({ length: windows }, () => window), sums }));
      const timings = { featuresMs: 1, inferenceMs: 1 };
      return new Promise((resolve) => {
        asked.push({
          stretches: stretches.length,
          answer: () => {
            resolve({ heard, backend: 'test', timings });
          },
        });
      });
    };
    return { listener: new ClipListener(ask, 2), asked };
  }

  const nothing = (): void => undefined;

  test('has so many requests under way, several clips in each, and has a bound', async () => {
    const { listener, asked } = slow();
    const wav = wavOf(sound(3));
    const clips = Array.from({ length: 400 }, () => listener.hear(wav, {}, nothing));
    await assert.rejects(listener.hear(wav, {}, nothing), { name: 'ES_BUSY' });
    await Promise.resolve();
    assert.equal(asked.length, 2);
    let most = 0;
    for (let served = 0; served < asked.length; served++) {
      const one = asked[served] ?? assert.fail();
      most = Math.max(most, one.stretches);
      one.answer();
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(asked.length - served - 1 <= 2);
    }
    await Promise.all(clips);
    assert.equal(most, 5);
    assert.equal(listener.clips, 0);
  });

  test('a clip that nobody waits for any more is not heard to its end, nor begun', async () => {
    const { listener, asked } = slow();
    const gone = new AbortController();
    const long = wavOf(sound(60));
    const clips = [listener.hear(long, { signal: gone.signal }, nothing), listener.hear(long, {}, nothing)];
    const third = listener.hear(long, { signal: gone.signal }, nothing);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked.length, 2);
    gone.abort(new Error('gone'));
    asked.forEach(({ answer }) => {
      answer();
    });
    await assert.rejects(clips[0] ?? assert.fail(), { message: 'gone' });
    await assert.rejects(third, { message: 'gone' });
    assert.equal(asked.length, 3, 'the one that is waited for goes on');
    for (let served = 2; served < asked.length; served++) {
      asked[served]?.answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await clips[1];
    assert.equal(asked.length, 6);
    assert.equal(listener.clips, 0);
  });

  test('windows come in order, 25 in one turn at most', async () => {
    const { listener, asked } = slow();
    const turns: number[] = [];
    let turn = 0;
    const heard = listener.hear(wavOf(sound(60)), {}, ({ offset }) => {
      assert.equal(offset, Math.round(48 * turns.reduce((sum, count) => sum + count, 0)) / 100);
      turns[turn] = (turns[turn] ?? 0) + 1;
    });
    for (; turn < asked.length; turn++) {
      asked[turn]?.answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await heard;
    assert.deepEqual(turns, [25, 25, 25, 25, 24]);
  });
});
