import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { findModel } from '../../../src/inference/catalog.ts';
import type { ModelOrigin } from '../../../src/inference/model-description.ts';
import { assertTakes, readModelFile, type ModelInput } from '../../../src/inference/model-file.ts';
import { openSession } from '../../../src/inference/session.ts';
import { graph, model, node } from '../onnx-format/model-bytes.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const { sha256, ...unchecked } = findModel('nanodet-g-416', 'detection');

async function read(model: typeof unchecked & { sha256?: string }, input: ModelInput): Promise<void> {
  assertTakes(model, (await readModelFile(model)).header, input);
}

describe('model file', () => {
  test('the shipped model has the hash of the catalogue', async () => {
    assert.ok(sha256 !== undefined);
    const { bytes } = await readModelFile({ ...unchecked, sha256 });
    assert.deepEqual(bytes, readFileSync(unchecked.file));
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

  const origins: Record<ModelOrigin, { exchanged: RegExp; exchangedHint: RegExp; absentHint: RegExp }> = {
    embedded: {
      exchanged: /not the one that came with the package: /,
      exchangedHint: /install the package again/,
      absentHint: /^Install the package again; in its repository, run "npm run build"\.$/,
    },
    pulled: {
      exchanged: /not the one of the catalogue: /,
      exchangedHint: /npx echosight models pull nanodet-g-416/,
      absentHint: /npx echosight models pull nanodet-g-416/,
    },
    own: {
      exchanged: /not the one that its description means by its sha256: /,
      exchangedHint: /correct the sha256 in .*mine\.json/,
      absentHint: /^Write the path as it is where Node-RED runs/,
    },
    tried: {
      exchanged: /another one than when it was tried: /,
      exchangedHint: /deploy again/,
      absentHint: /^Write the path as it is where Node-RED runs/,
    },
  };
  for (const [origin, { exchanged, exchangedHint, absentHint }] of Object.entries(origins)) {
    test(`an exchanged file, and an absent one, are told of as who has it (${origin}) can mend it`, async (t) => {
      const file = join(temporaryFolder(t), 'mine.onnx');
      const one = { ...unchecked, file, sha256: '0'.repeat(64), origin: origin as ModelOrigin };
      await assert.rejects(readModelFile(one), { name: 'ES_MODEL_MISSING', hint: absentHint });
      writeFileSync(file, model(graph([node('Relu')])));
      await assert.rejects(readModelFile(one), { name: 'ES_MODEL_INVALID', message: exchanged, hint: exchangedHint });
    });
  }

  test('a file as large as a disk, and a pipe, are refused before anybody reads them', async (t) => {
    const folder = temporaryFolder(t);
    const large = join(folder, 'large.onnx');
    writeFileSync(large, '');
    truncateSync(large, 3e9);
    await assert.rejects(readModelFile({ ...unchecked, file: large }), {
      name: 'ES_MODEL_INVALID',
      message: /3\.0 GB/,
    });
    await assert.rejects(readModelFile({ ...unchecked, file: folder }), { name: 'ES_MODEL_MISSING' });
    await assert.rejects(readModelFile({ ...unchecked, file: '/dev/zero' }), { name: 'ES_MODEL_MISSING' });
  });

  test('a model that takes something else than its description means is refused in words', async () => {
    await assert.rejects(read(unchecked, { name: 'log_mel', shape: ['free', 96, 64] }), {
      name: 'ES_MODEL_INVALID',
      message:
        'The model "nanodet-g-416" takes "input_1", float32 [1, 3, 416, 416]; ' +
        'its description means "log_mel", float32 [free, 96, 64].',
    });
    await assert.rejects(read(unchecked, { shape: [1, 3, 320, 320] }), { message: /\[1, 3, 320, 320\]/ });
  });

  test('a size that the model leaves free fits any, but a fixed one no free one', async (t) => {
    const file = join(temporaryFolder(t), 'free.onnx');
    writeFileSync(file, model(graph([node('Relu')]))); // x: [n, 2, ?]
    const free = { ...unchecked, file };
    for (const shape of [
      [1, 2, 3],
      ['free', 2, 'free'],
    ] as const)
      await read(free, { name: 'x', shape });
    for (const wrong of [{ shape: [1, 'free', 3] }, { shape: [1, 2] }, { name: 'y', shape: [1, 2, 3] }] as const) {
      await assert.rejects(read(free, wrong), { name: 'ES_MODEL_INVALID' });
    }
  });

  test('a session refuses bytes that are no model', async () => {
    await assert.rejects(openSession(Buffer.from('no model at all')), { name: 'ES_MODEL_INVALID' });
  });

  test('a session refuses the ORT format, even in a file that ONNX tools can read', async () => {
    // An unknown field before the model: its 6 bytes carry the mark of the other format to where the runtime looks.
    const mark = Buffer.from([0xaa, 0x06, 6, 0, 0x4f, 0x52, 0x54, 0x4d, 0]);
    const polyglot = Buffer.concat([mark, readFileSync(unchecked.file)]);
    await assert.rejects(openSession(polyglot), { name: 'ES_MODEL_INVALID', message: /ORT format/ });
  });
});
