import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { readPart, type ClipPart } from '../../../../src/audio/clip-parts.ts';
import { RawIntake } from '../../../../src/audio/intake/raw-intake.ts';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import { rawSoundIn } from '../../../../src/contracts/guards.ts';
import type { AudioWindow, RawSound } from '../../../../src/contracts/messages.ts';
import { resample } from '../../../../src/pcm/resample.ts';
import { ManualClock } from '../../manual-clock.ts';

const start = 1_000_000;

function setUp({ isDown = false } = {}) {
  const clock = new ManualClock();
  const counted: string[] = [];
  const heard: { window: AudioWindow; samples: Float32Array; fault: string | undefined }[] = [];
  let gate: PromiseWithResolvers<undefined> | undefined;
  const intake = new RawIntake({
    resampler: () => {
      if (isDown) throw new SentinelError('ES_MODEL_MISSING', 'There is no model.');
      return { readPart: (part: ClipPart) => Promise.resolve(readPart(part)) };
    },
    site: () => 'home',
    clock,
    metrics: {
      count: (name, labels = {}) => counted.push(Object.values({ name, ...labels }).join(' ')),
      observe: () => undefined,
    },
  });
  const push = (sound: RawSound, samples: Float32Array | Int16Array): Promise<void> =>
    intake.push(sound, samples, async (window, cut, fault) => {
      await gate?.promise;
      heard.push({ window, samples: cut, fault });
    });
  return {
    ...{ clock, counted, heard, push },
    hold: () => {
      gate = Promise.withResolvers();
    },
    fail: () => {
      gate?.reject(new Error('nobody listens'));
    },
    goOn: () => {
      gate?.resolve(undefined);
      gate = undefined;
    },
  };
}

const tone = (rate: number, seconds: number, hz = 440) =>
  Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, index) => 0.5 * Math.sin((2 * Math.PI * hz * index) / rate),
  );

function nearlySame(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  found.forEach((sample, index) => {
    assert.ok(Math.abs(sample - (expected[index] ?? NaN)) < 1e-5, `sample ${index}`);
  });
}

describe('samples of any length and rate', () => {
  for (const rate of [8000, 16_000, 44_100, 96_000, 7919]) {
    for (const length of [321, 100_000]) {
      test(`${rate} Hz in pieces of ${length} are the windows of the whole`, async () => {
        const { heard, push } = setUp();
        const sound = tone(rate, 3.2);
        for (let from = 0; from < sound.length; from += length) {
          const piece = sound.subarray(from, from + length);
          await push(
            { sampleRate: rate, source: 'gate', capturedAt: start + ((from + piece.length) / rate) * 1000 },
            piece,
          );
        }
        const whole = rate === 16_000 ? sound : resample(sound, rate, 16_000);
        // Odd rates are in step with 16 kHz once a second only.
        assert.ok(heard.length >= (rate === 7919 ? 5 : 4), `${heard.length} windows`);
        heard.forEach(({ window, samples }, index) => {
          nearlySame(samples, whole.slice(index * 7680, index * 7680 + 15_600));
          assert.equal(window.seq, index);
          const end = start + (index * 7680 + 15_600) / 16;
          assert.ok(Math.abs(window.capturedAt - end) <= 1, `${window.capturedAt}, not ${end}`);
        });
      });
    }
  }

  test('pieces of any number of samples lose none of them', async () => {
    // At 48 kHz these are 4,004 at 16 kHz, but 12,012 / 48,000 * 16,000 is a hair less.
    for (const [rate, length] of [
      [48_000, 12_012],
      [96_000, 24_024],
      [8000, 2002],
    ] as const) {
      const { heard, push } = setUp();
      const sound = tone(rate, 4);
      for (let from = 0; from < sound.length; from += length) {
        await push({ sampleRate: rate, source: 'gate' }, sound.subarray(from, from + length));
      }
      const whole = resample(sound, rate, 16_000);
      assert.ok(heard.length >= 6, `${heard.length} windows`);
      heard.forEach(({ samples }, index) => {
        nearlySame(samples, whole.slice(index * 7680, index * 7680 + 15_600));
      });
    }
  });

  test('a clock that is set back begins anew: windows have the time of day, not one of before', async () => {
    const { heard, push, clock, counted } = setUp();
    const hear = async (seconds: number): Promise<void> => {
      for (let piece = 0; piece < 2 * seconds; piece += 1) {
        clock.advance(500);
        await push({ sampleRate: 16_000, source: 'gate' }, tone(16_000, 0.5));
      }
    };
    await hear(5);
    clock.advance(-3_600_000);
    heard.length = 0;
    await hear(5);
    const times = heard.map(({ window }) => window.capturedAt);
    assert.ok(times.length >= 8, `${times.length} windows`);
    for (const [index, time] of times.entries()) {
      assert.ok(Math.abs(time - (times[0] ?? NaN) - index * 480) <= 1, times.join());
      assert.ok(time <= clock.now() && time > clock.now() - 5000, `${time - clock.now()} ms from now`);
    }
    assert.deepEqual(
      counted.filter((line) => line.startsWith('audio_gaps_total')),
      ['audio_gaps_total gate'],
    );
  });

  test('stereo is mixed down, and 16 bit integers are as loud as they are', async () => {
    const { heard, push } = setUp();
    const pairs = Int16Array.from({ length: 2 * 16_000 }, (_, index) => [16_384, 0, -16_384, 0][index % 4] ?? 0);
    await push({ sampleRate: 16_000, channels: 2, source: 'gate', area: 'yard', record: true }, pairs);
    const [{ window, samples } = assert.fail('no window')] = heard;
    assert.deepEqual(new Set(samples), new Set([0.25, -0.25]));
    assert.deepEqual([window.source, window.area, window.record, window.dbfs], ['gate', 'yard', true, -12]);
  });

  test('what is not said has defaults, and the time is that of the arrival', async () => {
    const { heard, push, clock } = setUp();
    await push({ sampleRate: 16_000 }, tone(16_000, 1));
    const { source, area, record, capturedAt } = heard[0]?.window ?? assert.fail('no window');
    assert.deepEqual([source, area, record], ['sound', 'home', false]);
    assert.ok(Math.abs(capturedAt - (clock.now() - 25)) <= 1);
  });

  test('sound that comes faster than time passes keeps its order', async () => {
    const { heard, push, clock } = setUp();
    for (let piece = 0; piece < 20; piece += 1) {
      clock.advance(40);
      await push({ sampleRate: 16_000 }, tone(16_000, 0.5));
    }
    const times = heard.map(({ window }) => window.capturedAt);
    assert.ok(times.length > 15);
    assert.ok(
      times.every((time, index) => time > (times[index - 1] ?? 0)),
      times.join(),
    );
  });

  test('a gap, sound of before and another rate begin anew: no window spans them', async () => {
    const { heard, push, counted } = setUp();
    const half = tone(16_000, 0.6);
    const at = (seconds: number) => ({ sampleRate: 16_000, source: 'gate', capturedAt: start + seconds * 1000 });
    await push(at(0.6), half);
    await push(at(5), half);
    await push(at(2), half);
    await push({ ...at(2.6), sampleRate: 32_000 }, tone(32_000, 0.6));
    assert.equal(heard.length, 0);
    assert.equal(counted.filter((line) => line === 'audio_gaps_total gate').length, 3);
    await push({ ...at(3.2), sampleRate: 32_000 }, tone(32_000, 0.6));
    assert.equal(heard.length, 1);
  });

  test('jitter and clocks that differ are no gap', async () => {
    const { heard, push, counted } = setUp();
    for (let piece = 1; piece <= 600; piece += 1) {
      const jitter = piece % 3 === 0 ? 180 : 0;
      const capturedAt = start + piece * 500 * 1.002 + jitter;
      await push({ sampleRate: 16_000, source: 'gate', capturedAt }, new Float32Array(8000).fill(0.1));
    }
    assert.deepEqual(
      counted.filter((line) => line.startsWith('audio_gaps_total')),
      [],
    );
    const last = heard.at(-1)?.window.capturedAt ?? NaN;
    assert.ok(Math.abs(last - (start + 600 * 500 * 1.002)) < 600, `${last}`);
  });

  test('sources do not mix, and the sound of a dead one is said and counted', async () => {
    const { heard, push, counted } = setUp();
    for (let piece = 1; piece <= 12; piece += 1) {
      const capturedAt = start + piece * 1000;
      await push({ sampleRate: 16_000, source: 'dead', capturedAt }, new Float32Array(16_000));
      await push({ sampleRate: 16_000, source: 'well', capturedAt }, tone(16_000, 1));
    }
    const faults = (name: string) => heard.filter(({ window }) => window.source === name).map(({ fault }) => fault);
    assert.deepEqual([faults('dead').at(0), faults('dead').at(-1)], [undefined, 'silent']);
    assert.ok(faults('well').every((fault) => fault === undefined));
    assert.ok(counted.includes('microphone_fault_seconds_total dead silent'));
  });

  test('without a model they become windows all the same, so that it can be said that nobody listens', async () => {
    const { heard, push, counted } = setUp({ isDown: true });
    await push({ sampleRate: 48_000, source: 'gate' }, tone(48_000, 15));
    assert.ok(heard.length > 25);
    assert.ok(
      heard.every(({ samples, fault }) => fault === undefined && samples.every((sample) => sample === 0)),
      'silence in its place: nothing is computed where nobody will hear it, and no microphone is blamed',
    );
    assert.ok(counted.includes('audio_gaps_total gate'));
  });

  test('however short the pieces of a source, no more than a thousand wait', async () => {
    const { push, hold, goOn } = setUp();
    hold();
    const piece = new Float32Array(16_000).fill(0.1);
    const first = push({ sampleRate: 16_000 }, piece);
    const waiting = Array.from({ length: 999 }, () => push({ sampleRate: 16_000 }, piece.subarray(0, 1)));
    await assert.rejects(push({ sampleRate: 16_000 }, piece.subarray(0, 1)), { message: /Too much sound/ });
    const other = push({ sampleRate: 16_000, source: 'other' }, piece.subarray(0, 1));
    goOn();
    await Promise.all([first, ...waiting, other]);
    await push({ sampleRate: 16_000 }, piece);
  });

  test('what waits has a bound, and what is refused does not hinder what comes next', async () => {
    const { heard, push, hold, fail, goOn } = setUp();
    hold();
    const minute = new Float32Array(60 * 48_000).fill(0.1);
    const first = Array.from({ length: 4 }, () => push({ sampleRate: 48_000 }, minute));
    await assert.rejects(push({ sampleRate: 48_000 }, minute), { name: 'ES_AUDIO_INVALID', message: /Too much sound/ });
    fail();
    for (const { status } of await Promise.allSettled(first)) assert.equal(status, 'rejected');
    goOn();
    await push({ sampleRate: 16_000 }, tone(16_000, 1));
    assert.equal(heard.length, 1);
  });
});

describe('hostile samples are refused by name', () => {
  const good = { sampleRate: 16_000 };
  const bad: Record<string, { sound: RawSound; samples: Float32Array | Int16Array; message: RegExp }> = {
    none: { sound: good, samples: new Float32Array(), message: /they are none/ },
    NaN: { sound: good, samples: Float32Array.of(0, NaN), message: /no sound/ },
    infinity: { sound: good, samples: Float32Array.of(0, -Infinity), message: /no sound/ },
    'numbers far beyond full scale': { sound: good, samples: Float32Array.of(1e9), message: /no sound/ },
    'half a frame': { sound: { ...good, channels: 2 }, samples: new Float32Array(3), message: /each of 2 channels/ },
    'more than six million': { sound: good, samples: new Int16Array(6_000_001), message: /more than 6000000/ },
  };
  for (const [what, { sound, samples, message }] of Object.entries(bad)) {
    test(what, async () => {
      const { heard, push } = setUp();
      await assert.rejects(push(sound, samples), { name: 'ES_AUDIO_INVALID', message });
      await push(sound.channels === undefined ? sound : good, tone(16_000, 1));
      assert.equal(heard.length, 1, 'the next good one is heard');
    });
  }

  const samples = new Float32Array(100);
  const payloads: Record<string, unknown> = {
    'no rate': {},
    'no payload': undefined,
    'a rate of 0': { sampleRate: 0 },
    'a rate of 10 million': { sampleRate: 1e7 },
    'half a sample a second': { sampleRate: 16_000.5 },
    'a rate that is text': { sampleRate: '16000' },
    'a rate that is no number': { sampleRate: NaN },
    'no channels': { sampleRate: 16_000, channels: 0 },
    '65,535 channels': { sampleRate: 16_000, channels: 65_535 },
    'a name without end': { sampleRate: 16_000, source: 'x'.repeat(100_000) },
    'a time that is text': { sampleRate: 16_000, capturedAt: 'now' },
  };
  for (const [what, payload] of Object.entries(payloads)) {
    test(what, () => {
      assert.throws(() => rawSoundIn({ payload, samples }), { name: 'ES_BAD_INPUT' });
    });
  }

  test('what is no sound is none; samples that a function node made are', () => {
    assert.equal(rawSoundIn({ payload: 'text' }), undefined);
    assert.equal(rawSoundIn({ payload: { sampleRate: 16_000 }, samples: [0, 0] }), undefined);
    assert.equal(rawSoundIn({ payload: { v: 1, kind: 'incident' }, samples }), undefined);
    const made = runInNewContext('new Int16Array(3)') as Int16Array;
    assert.equal(rawSoundIn({ payload: { sampleRate: 8000 }, samples: made })?.samples.length, 3);
  });
});
