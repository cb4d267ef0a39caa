import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeFrames, encodeWav, openWav } from '../../../src/pcm/wav.ts';

function decodeWav(bytes: Buffer): { samples: Float32Array; sampleRate: number } {
  const { data, format } = openWav(bytes);
  return { samples: decodeFrames(data, format), sampleRate: format.sampleRate };
}

/** A WAV file from its parts; `tag` 1 is integers, 3 floats. */
function wav(options: {
  tag?: number;
  bits?: number;
  channels?: number;
  rate?: number;
  data: Buffer;
  extensible?: boolean;
  declared?: number;
  before?: Buffer;
}): Buffer {
  const { tag = 1, bits = 16, channels = 1, rate = 16_000, data, extensible = false, declared = data.length } = options;
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt16LE(bits, 14);
  if (extensible) format.writeUInt16LE(tag, 24);
  return Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'),
    chunk('fmt ', format, format.length),
    options.before ?? Buffer.alloc(0),
    chunk('data', data, declared),
  ]);
}

function chunk(id: string, body: Buffer, size: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body]);
}

const half = [0x4000, -0x4000];
const int16 = (...values: number[]) => Buffer.from(Int16Array.from(values).buffer);
const float32 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

describe('a WAV file is read', () => {
  const good: Record<string, Buffer> = {
    '8 bit': wav({ bits: 8, data: Buffer.from([0xc0, 0x40]) }),
    '16 bit': wav({ data: int16(...half) }),
    '24 bit': wav({ bits: 24, data: Buffer.from([0, 0, 0x40, 0, 0, 0xc0]) }),
    '32 bit': wav({ bits: 32, data: Buffer.from(Int32Array.from([0x4000_0000, -0x4000_0000]).buffer) }),
    floats: wav({ tag: 3, bits: 32, data: float32(0.5, -0.5) }),
    'the extensible form': wav({ extensible: true, data: int16(...half) }),
    'with other chunks before, one of odd size': wav({
      data: int16(...half),
      before: Buffer.concat([chunk('LIST', Buffer.from('abc'), 3), Buffer.alloc(1)]),
    }),
    'streamed, its size unknown': wav({ data: int16(...half), declared: 0xffff_ffff }),
    'cut off in the middle of a sample': wav({ data: Buffer.concat([int16(...half), Buffer.of(7)]), declared: 9000 }),
  };
  for (const [what, bytes] of Object.entries(good)) {
    test(what, () => {
      const { samples, sampleRate } = decodeWav(bytes);
      assert.equal(sampleRate, 16_000);
      assert.deepEqual([...samples], [0.5, -0.5]);
    });
  }

  test('stereo at 96 kHz becomes the mean of both channels', () => {
    const { samples, sampleRate } = decodeWav(
      wav({ channels: 2, rate: 96_000, data: int16(0x4000, 0, -0x4000, -0x4000) }),
    );
    assert.equal(sampleRate, 96_000);
    assert.deepEqual([...samples], [0.25, -0.5]);
  });

  test('a single sample', () => {
    assert.deepEqual([...decodeWav(wav({ data: int16(0x4000) })).samples], [0.5]);
  });

  test('floats beyond full scale are clipped', () => {
    assert.deepEqual([...decodeWav(wav({ tag: 3, bits: 32, data: float32(3, -1e30) })).samples], [1, -1]);
  });
});

describe('what is no usable WAV is refused by name', () => {
  const bad: Record<string, { bytes: Buffer; message: RegExp }> = {
    'an empty file': { bytes: Buffer.alloc(0), message: /does not begin/ },
    text: { bytes: Buffer.from('RIFFs are fun, said the guitar player.'), message: /does not begin/ },
    'an MP3': { bytes: Buffer.from('ID3\x04\0\0\0\0\0\x23TSSE', 'latin1'), message: /does not begin/ },
    'a header alone': { bytes: wav({ data: Buffer.alloc(0) }), message: /no sound/ },
    'a header cut off': { bytes: wav({ data: int16(1) }).subarray(0, 30), message: /cut off|ends before/ },
    'no description': {
      bytes: Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), chunk('data', int16(1), 2)]),
      message: /before it says/,
    },
    'not a single whole sample': { bytes: wav({ data: Buffer.of(1) }), message: /no sound/ },
    NaN: { bytes: wav({ tag: 3, bits: 32, data: float32(0, Number.NaN) }), message: /no sound/ },
    infinity: { bytes: wav({ tag: 3, bits: 32, data: float32(Infinity) }), message: /no sound/ },
    'A-law': { bytes: wav({ tag: 6, bits: 8, data: Buffer.of(1) }), message: /tag 6, 8 bits/ },
    '12 bit': { bytes: wav({ bits: 12, data: int16(1) }), message: /12 bits/ },
    'no channels': { bytes: wav({ channels: 0, data: int16(1) }), message: /0 channels/ },
    '65,535 channels': { bytes: wav({ channels: 65_535, data: int16(1) }), message: /65535 channels/ },
    'a rate of 0': { bytes: wav({ rate: 0, data: int16(1) }), message: /0 samples a second/ },
    'a rate of 384,000': { bytes: wav({ rate: 384_000, data: int16(1) }), message: /384000 samples a second/ },
    '16 s at 192 kHz': {
      bytes: wav({ bits: 8, rate: 192_000, data: Buffer.alloc(16 * 192_000) }),
      message: /has 3072000 samples/,
    },
    'chunks without end': {
      bytes: wav({
        data: int16(1),
        before: Buffer.concat(Array<Buffer>(1000).fill(chunk('junk', Buffer.alloc(0), 0))),
      }),
      message: /too many chunks/,
    },
    'more than a minute': {
      bytes: wav({ rate: 4000, data: Buffer.alloc(2 * 4000 * 61) }),
      message: /longer than 60 s/,
    },
  };
  for (const [what, { bytes, message }] of Object.entries(bad)) {
    test(what, () => {
      assert.throws(() => decodeWav(bytes), { name: 'ES_AUDIO_INVALID', message });
    });
  }
});

test('what is written is read again, to 16 bits', () => {
  const samples = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index / 7));
  const { samples: read, sampleRate } = decodeWav(encodeWav(samples, 16_000));
  assert.equal(sampleRate, 16_000);
  assert.equal(read.length, 1000);
  samples.forEach((sample, index) => {
    assert.ok(Math.abs((read[index] ?? NaN) - sample) < 2 ** -14);
  });
});

test('full scale and beyond is clipped when written, never wrapped', () => {
  const { samples } = decodeWav(encodeWav(Float32Array.of(2, -2, Number.NaN), 8000));
  assert.ok((samples[0] ?? 0) > 0.999 && (samples[1] ?? 0) < -0.999);
  assert.equal(samples[2], 0);
});
