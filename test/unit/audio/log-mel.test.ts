import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { LogMel } from '../../../src/audio/log-mel.ts';

/**
 * The definition of YAMNet's front end, written down as slowly and plainly as possible: a discrete Fourier transform
 * by its sum, a dense mel matrix, double precision throughout.
 */
function reference(samples: Float32Array, frame: number): number[] {
  const magnitudes = Array.from({ length: 257 }, (_, bin) => {
    let [real, imaginary] = [0, 0];
    for (let n = 0; n < 400; n++) {
      const windowed = (samples[frame * 160 + n] ?? NaN) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 400));
      real += windowed * Math.cos((2 * Math.PI * bin * n) / 512);
      imaginary -= windowed * Math.sin((2 * Math.PI * bin * n) / 512);
    }
    return Math.hypot(real, imaginary);
  });
  const mel = (hz: number) => 1127 * Math.log(1 + hz / 700);
  const edge = (index: number) => mel(125) + ((mel(7500) - mel(125)) * index) / 65;
  return Array.from({ length: 64 }, (_, band) => {
    const energy = magnitudes.reduce((sum, magnitude, bin) => {
      if (bin === 0) return sum;
      const at = mel((bin * 8000) / 256);
      const rising = (at - edge(band)) / (edge(band + 1) - edge(band));
      const falling = (edge(band + 2) - at) / (edge(band + 2) - edge(band + 1));
      return sum + magnitude * Math.max(0, Math.min(rising, falling));
    }, 0);
    return Math.log(energy + 0.001);
  });
}

const random = seededRandom(3);
const sounds: Record<string, Float32Array> = {
  noise: Float32Array.from({ length: 15_600 }, () => random() - 0.5),
  'a tone of 440 Hz': Float32Array.from({ length: 15_600 }, (_, n) => 0.8 * Math.sin((2 * Math.PI * 440 * n) / 16_000)),
  'a single click': new Float32Array(15_600).fill(1, 7000, 7001),
  'hiss at -80 dB': Float32Array.from({ length: 15_600 }, () => 1e-4 * (random() - 0.5)),
};

describe('the log-mel patch equals its definition', () => {
  const logMel = new LogMel();
  for (const [what, samples] of Object.entries(sounds)) {
    test(what, () => {
      const patch = new Float32Array(96 * 64);
      logMel.write(samples, patch);
      for (const frame of [0, 1, 43, 95]) {
        reference(samples, frame).forEach((expected, band) => {
          const found = patch[frame * 64 + band] ?? NaN;
          assert.ok(Math.abs(found - expected) < 2e-6, `frame ${frame}, band ${band}: ${found}, not ${expected}`);
        });
      }
    });
  }

  test('silence is ln 0.001 everywhere', () => {
    const patch = new Float32Array(96 * 64);
    logMel.write(new Float32Array(15_600), patch);
    assert.deepEqual(new Set(patch), new Set([Math.fround(Math.log(0.001))]));
  });

  test('to the bit, whichever frame stands beside it, and beyond the end it is silent', () => {
    const noise = sounds.noise ?? new Float32Array();
    const rows = (frames: number, from: number) => {
      const into = new Float32Array(frames * 64);
      logMel.write(noise, into, frames, from);
      return into.subarray(from * 64);
    };
    const all = rows(99, 0);
    for (const from of [1, 2, 97]) assert.deepEqual(rows(98, from), all.subarray(from * 64, 98 * 64), `from ${from}`);
    assert.deepEqual(new Set(all.subarray(98 * 64)), new Set([Math.fround(Math.log(0.001))]));
  });
});

test('a processor without the instructions for it is told so by name', { skip: process.arch !== 'x64' }, () => {
  const file = join(import.meta.dirname, '..', '..', '..', 'src', 'audio', 'log-mel.ts');
  const code = `import { LogMel } from ${JSON.stringify(file)};
try { new LogMel(); } catch (error) { console.log(String(error)); }`;
  const said = execFileSync(process.execPath, ['--no-enable-sse4-1', '--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  assert.match(said, /^ES_RUNTIME_MISSING: This processor lacks the instructions that listening needs/);
});
