import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { LogMel, patch } from '../../../src/audio/log-mel.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import { readModelFile } from '../../../src/inference/model-file.ts';
import { openSession, type ModelSession } from '../../../src/inference/session.ts';

const outputs = ['tags', 'events', 'embedding'] as const;
/** What PyTorch makes of one computed sound with the file (models/training/example.py). */
const expected = JSON.parse(
  readFileSync(new URL('echosight-audio-v1.example.json', import.meta.url), 'utf8'),
) as Record<(typeof outputs)[number], number[]> & { log_mel: Record<string, number[]> };

/** Four falling bursts of a tone that rises. */
const sound = Float32Array.from({ length: 15_600 }, (_, n) => {
  const time = n / 16_000;
  const wave = Math.sin(2 * Math.PI * (300 * time + 1800 * time ** 2)) * Math.exp(-3 * ((4 * time) % 1));
  return Math.round(12_000 * wave) / 32_768;
});

function logMelOf(samples: Float32Array): Float32Array {
  const into = new Float32Array(patch.size);
  new LogMel().write(samples, into);
  return into;
}

async function run(session: ModelSession, patches: readonly Float32Array[]) {
  const data = new Float32Array(patches.length * patch.size);
  patches.forEach((each, index) => {
    data.set(each, index * patch.size);
  });
  return session.run({ log_mel: { data, dims: [patches.length, patch.frames, patch.bands] } });
}

function assertNear(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(found.length, wanted.length, what);
  const worst = Math.max(...Array.from(wanted, (value, index) => Math.abs(value - (found[index] ?? NaN))));
  assert.ok(worst < tolerance, `${what}: off by ${worst}`);
}

/** The runtime adds integers where PyTorch rounds floats: now and then a number between layers is one of 255 steps off. */
const ofRounding = 0.02;

describe('echosight-audio-v1', () => {
  test('was trained on the log-mel spectrum that the package computes', () => {
    const rows = logMelOf(sound);
    for (const [row, wanted] of Object.entries(expected.log_mel)) {
      const first = Number(row) * patch.bands;
      assertNear(rows.subarray(first, first + patch.bands), wanted, 1e-3, `row ${row}`);
    }
  });

  test('says in the package what it said when it was exported, one window or several at a time', async () => {
    const { bytes } = await readModelFile(findModel('echosight-audio-v1', 'sound'));
    assert.ok(bytes.length <= 4_000_000, `${bytes.length} bytes`);
    const session = await openSession(bytes);
    try {
      const silence = logMelOf(new Float32Array(15_600));
      const [alone, among] = [await run(session, [logMelOf(sound)]), await run(session, [silence, logMelOf(sound)])];
      for (const name of outputs) {
        const width = expected[name].length;
        assertNear(alone[name]?.data ?? [], expected[name], ofRounding, name);
        assertNear(
          among[name]?.data.subarray(width) ?? [],
          alone[name]?.data ?? [],
          1e-4,
          `${name} of the second window`,
        );
      }
    } finally {
      await session.release();
    }
  });
});
