import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { clipWindows } from '../../../src/audio/clip-windows.ts';
import type { AudioReply, AudioRequest } from '../../../src/audio/classification.ts';
import type { SoundClassifier } from '../../../src/audio/classifier.ts';
import { ClipListener } from '../../../src/audio/clips/clip-listener.ts';
import { clipStretches, windowCount } from '../../../src/audio/clips/stretches.ts';
import { encodeWav, openWav } from '../../../src/pcm/wav.ts';
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

describe('a clip is cut into stretches', () => {
  for (const rate of [8000, 11_025, 12_345, 16_000, 44_100, 96_000]) {
    test(`of whole seconds at ${rate} Hz, and every window is in one of them`, () => {
      const wav = openWav(encodeWav(new Float32Array(Math.round(29.3 * rate)), rate), long);
      const stretches = [...clipStretches(wav, false)];
      const windows = stretches.reduce((sum, stretch) => sum + stretch.windows, 0);
      const samples = Math.ceil((wav.frames * 16_000) / rate);
      assert.equal(windows, windowCount(samples));
      assert.equal(
        stretches.reduce((sum, stretch) => sum + stretch.own, 0),
        samples,
      );
      for (const { bytes, format, lead, count } of stretches) {
        assert.ok(lead + Math.floor(((count - 1) * format.sampleRate) / 16_000) < bytes.length / 2);
      }
    });
  }
});

describe('a whole clip is heard in one go', () => {
  let classifier: SoundClassifier;
  before(() => {
    classifier = newClassifier();
  });
  after(() => classifier.close());
  const listener = (): ClipListener => new ClipListener((request, transfer) => classifier.ask(request, transfer), 2);

  for (const [seconds, rate] of [
    [0.3, 16_000],
    [3, 16_000],
    [14, 16_000],
    [13, 44_100],
  ] as const) {
    test(`as window by window: ${seconds} s at ${rate} Hz`, async () => {
      const bytes = encodeWav(sound(seconds, rate), rate);
      const heard = await listener().hear(openWav(bytes, long), { rows: true });
      const expected: Record<string, number>[] = [];
      for (const { samples } of clipWindows(await classifier.readClip(bytes))) {
        const outcome = await classifier.classify({ source: 'test', samples });
        assert.ok(outcome);
        expected.push(outcome.scores);
      }
      assert.equal(heard.windows.length, expected.length);
      heard.windows.forEach(({ scores, offset }, index) => {
        assert.equal(offset, Math.round(index * 48) / 100);
        for (const [name, score] of Object.entries(expected[index] ?? {})) {
          assert.ok(Math.abs(((scores as Record<string, number>)[name] ?? NaN) - score) < 2e-4, `${index} ${name}`);
        }
      });
      assert.equal(heard.top.length, 5);
      assert.ok(Math.abs((heard.rows?.length ?? 0) / 64 - seconds * 100) <= 100);
      assert.ok(heard.dbfs < 0 && heard.dbfs > -40 && heard.peak > 0.1);
    });
  }

  test('one that holds no sound does not spoil those that are heard together with it', async () => {
    const wav = (samples: Float32Array) => openWav(encodeWav(samples, 16_000), long);
    const format = { tag: 3, channels: 1, sampleRate: 16_000, bits: 32 };
    const nan = new Float32Array(16_000).fill(NaN);
    const bad = { format, frames: 16_000, frameBytes: 4, data: Buffer.from(nan.buffer) };
    const together = listener();
    const [first, second, third] = await Promise.allSettled([
      together.hear(wav(sound(3)), { rows: false }),
      together.hear(bad, { rows: false }),
      together.hear(wav(sound(2, 16_000, 2)), { rows: false }),
    ]);
    assert.equal(first.status, 'fulfilled');
    assert.equal(second.status === 'rejected' && (second.reason as Error).name, 'ES_AUDIO_INVALID');
    assert.equal(third.status, 'fulfilled');
  });
});

describe('the line of clips', () => {
  test('has so many requests under way, several clips in each, and has a bound', async () => {
    const asked: { request: AudioRequest; answer: (reply: AudioReply) => void }[] = [];
    const listener = new ClipListener((request) => new Promise((answer) => asked.push({ request, answer })), 2);
    const wav = openWav(encodeWav(sound(3), 16_000), long);
    const clips = Array.from({ length: 400 }, () => listener.hear(wav, { rows: false }));
    await assert.rejects(listener.hear(wav, { rows: false }), { name: 'ES_BUSY' });
    await Promise.resolve();
    assert.equal(asked.length, 2);
    let most = 0;
    for (let served = 0; served < asked.length; served++) {
      const { request, answer } = asked[served] ?? assert.fail();
      const stretches = 'stretches' in request ? request.stretches : assert.fail();
      most = Math.max(most, stretches.length);
      const level = { count: 1, sum: 0, squares: 1, peak: 1 };
      const scores = Array.from({ length: 6 }, () => ({ glass_break: 0, gunshot: 0, scream: 0, forced_entry: 0 }));
      answer({ heard: stretches.map(() => ({ scores, top: [], level })), backend: 'test' });
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(asked.length - served - 1 <= 2);
    }
    await Promise.all(clips);
    assert.equal(most, 5);
    assert.equal(listener.clips, 0);
  });
});
