import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findModel } from '../../../src/inference/catalog.ts';
import { readModelFile } from '../../../src/inference/model-file.ts';
import { openSession } from '../../../src/inference/session.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const { sha256, ...unchecked } = findModel('nanodet-g-416', 'detection');

describe('model file', () => {
  test('the shipped model has the hash of the catalogue and says what it takes', async () => {
    assert.ok(sha256 !== undefined);
    const { header } = await readModelFile({ ...unchecked, sha256 });
    assert.deepEqual(header.inputs[0]?.shape, [1, 3, 416, 416]);
  });

  test('an absent file, an exchanged one and a damaged one have their names', async (t) => {
    const folder = temporaryFolder(t);
    const damaged = join(folder, 'damaged.onnx');
    writeFileSync(damaged, readFileSync(unchecked.file).subarray(0, 100_000));
    const absent = { ...unchecked, file: join(folder, 'absent.onnx') };
    await assert.rejects(readModelFile(absent), { name: 'ES_MODEL_MISSING' });
    await assert.rejects(readModelFile({ ...unchecked, sha256: '0'.repeat(64) }), { name: 'ES_MODEL_INVALID' });
    await assert.rejects(readModelFile({ ...unchecked, file: damaged }), { name: 'ES_MODEL_INVALID' });
  });

  test('a session refuses bytes that are no model', async () => {
    await assert.rejects(openSession(Buffer.from('no model at all')), { name: 'ES_MODEL_INVALID' });
  });
});
