import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fromHalf, toHalf } from '../../../../../src/audio/training/material/float16.ts';
import {
  encodeOtherSounds,
  othersThan,
  otherSoundsFile,
  readOtherSounds,
} from '../../../../../src/audio/training/material/other-sounds.ts';
import { catalogEntries } from '../../../../../src/inference/catalog.ts';
import { packageFile } from '../../../../../src/process/package-files.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

const modelSha256 = '5'.repeat(64);
const sounds = [
  { name: 'dog', embedding: Float32Array.of(0, 1, -2.5) },
  { name: 'glass_hit', embedding: Float32Array.of(0.333251953125, 65504, 6e-8) },
];

describe('16 bit floats', () => {
  test('keep what they can hold, and the nearest of the rest', () => {
    for (const value of [0, 1, -2, 0.5, 65504, 2 ** -14, 2 ** -24]) assert.equal(fromHalf(toHalf(value)), value);
    for (const value of [0.1, -3.14159, 1234.5, 1e-4]) {
      assert.ok(Math.abs(fromHalf(toHalf(value)) - value) <= Math.abs(value) * 2 ** -11, String(value));
    }
    assert.equal(fromHalf(toHalf(1e9)), 65504);
    assert.equal(fromHalf(toHalf(65519)), 65504);
  });
});

describe('built-in everyday sounds', () => {
  test('are read as they were written', (t) => {
    const file = join(temporaryFolder(t), 'sounds.bin');
    writeFileSync(file, encodeOtherSounds(sounds, modelSha256));
    const read = readOtherSounds(modelSha256, file) ?? [];
    assert.deepEqual(
      read.map(({ name }) => name),
      ['dog', 'glass_hit'],
    );
    assert.deepEqual([...(read[0]?.embedding ?? [])], [0, 1, -2.5]);
  });

  test('of another model, or cut off, are refused; where there are none, there are none', (t) => {
    const file = join(temporaryFolder(t), 'sounds.bin');
    const bytes = encodeOtherSounds(sounds, modelSha256);
    for (const [content, sha] of [
      [bytes, '6'.repeat(64)],
      [bytes.subarray(0, 50), modelSha256],
      [bytes.subarray(0, bytes.length - 3), modelSha256],
      [Buffer.from('no'), modelSha256],
    ] as const) {
      writeFileSync(file, content);
      assert.throws(() => readOtherSounds(sha, file), { name: 'ES_MODEL_INVALID' });
    }
    assert.equal(readOtherSounds(modelSha256, join(temporaryFolder(t), 'none.bin')), undefined);
  });

  test('are not what the user wants to hear', () => {
    const left = (...labels: string[]): number => othersThan(labels, sounds).length;
    assert.equal(left('dog_bark', 'safe'), 1);
    assert.equal(left('glass_break', 'safe'), 2);
    assert.equal(left('danger', 'other'), 2);
  });

  test('that come with the package each belong to a model of the catalogue', () => {
    const hashes = catalogEntries().map(({ sha256 }) => sha256);
    for (const name of readdirSync(packageFile('models', 'other-sounds'))) {
      const of = readFileSync(packageFile('models', 'other-sounds', name)).toString('hex', 16, 48);
      assert.ok(hashes.includes(of), name);
      assert.ok((readOtherSounds(of)?.length ?? 0) >= 100);
      assert.equal(otherSoundsFile(of), packageFile('models', 'other-sounds', name));
    }
  });
});
