import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { addModel } from '../../../src/inference/added-models.ts';
import { temporaryFolder } from '../temporary-folder.ts';

function placed(t: TestContext, description?: string): { source: string; folder: string } {
  const folder = temporaryFolder(t);
  const source = join(folder, 'yard.onnx');
  writeFileSync(source, 'model');
  if (description !== undefined) writeFileSync(join(folder, 'yard.json'), description);
  return { source, folder: join(folder, 'models') };
}

describe("a user's own model", () => {
  test('is copied with its description, and is nothing to copy where it is already', async (t) => {
    const { source, folder } = placed(t, 'description');
    const file = await addModel(source, folder);
    assert.deepEqual([file, readFileSync(file, 'utf8')], [join(folder, 'own', 'yard.onnx'), 'model']);
    assert.equal(readFileSync(join(folder, 'own', 'yard.json'), 'utf8'), 'description');
    assert.equal(await addModel(file, folder), file);
    assert.deepEqual(readdirSync(join(folder, 'own')).sort(), ['yard.json', 'yard.onnx']);
  });

  test('takes no place of another one, nor a description that another one left behind', async (t) => {
    const { source, folder } = placed(t, 'description');
    const file = await addModel(source, folder);
    await assert.rejects(addModel(source, folder), { name: 'ES_BAD_CONFIG', message: /yard\.onnx already/ });
    rmSync(file);
    rmSync(source.replace('.onnx', '.json'));
    await assert.rejects(addModel(source, folder), { name: 'ES_BAD_CONFIG', message: /yard\.json already/ });
    assert.equal(existsSync(file), false);
  });

  test('leaves nothing behind when it cannot be copied', async (t) => {
    const { source, folder } = placed(t);
    mkdirSync(source.replace('.onnx', '.json'));
    await assert.rejects(addModel(source, folder), { name: 'ES_DOWNLOAD_FAILED' });
    assert.deepEqual(readdirSync(join(folder, 'own')), []);
  });
});
