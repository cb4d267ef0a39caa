import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { after, describe, test } from 'node:test';
import { catalogEntries, findModel, modelsFor } from '../../../src/inference/catalog.ts';
import { inspectModel } from '../../../src/onnx-format/inspect.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('models of the catalogue', () => {
  const shipped = [
    { id: 'nanodet-g-416', task: 'detection', labels: 80, outputs: 6 },
    { id: 'echosight-audio-v1', task: 'sound', labels: 2, outputs: 3 },
  ] as const;
  for (const { id, task, labels, outputs } of shipped) {
    test(`${id} is the file that the catalogue describes`, () => {
      const model = findModel(id, task);
      const bytes = readFileSync(model.file);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), model.sha256);
      assert.equal(model.labels.length, labels);
      assert.equal(inspectModel(bytes).outputs.length, outputs);
    });
  }

  test('each says where its file is, and is of a family that can be read', () => {
    for (const { id, sha256, license, labels, download } of catalogEntries()) {
      assert.match(sha256, /^[0-9a-f]{64}$/, id);
      assert.ok(license !== '' && labels.length >= 1, id);
      assert.ok(download === undefined || download.addresses.every((address) => address.startsWith('https://')), id);
    }
  });

  test('are offered with what gets them', () => {
    const offers = modelsFor('pose').filter(({ here }) => !here);
    const told = offers.map(({ id, command, byHand }) => [id, command, byHand]);
    assert.deepEqual(told, [
      ['movenet-lightning', 'echosight models pull movenet-lightning', false],
      ['movenet-thunder', 'echosight models pull movenet-thunder', false],
      ['movenet-lightning-16bit', 'echosight models pull movenet-lightning-16bit --from FILE', true],
    ]);
  });

  test('one that is not downloaded says how it is, and a part of it is no model', (t) => {
    const folder = temporaryFolder(t);
    const before = process.env.ECHOSIGHT_MODELS;
    process.env.ECHOSIGHT_MODELS = folder;
    t.after(() => {
      if (before === undefined) delete process.env.ECHOSIGHT_MODELS;
      else process.env.ECHOSIGHT_MODELS = before;
    });
    const find = () => findModel('yolox-tiny-416', 'detection');
    assert.throws(find, { name: 'ES_MODEL_MISSING', hint: /"npx echosight models pull yolox-tiny-416"/ });
    const file = join(folder, 'yolox-tiny-416.onnx');
    writeFileSync(file, 'part');
    assert.throws(find, { name: 'ES_MODEL_INVALID', message: /not whole/ });
    truncateSync(file, 20_219_662);
    const { input, labels, family, file: found } = find();
    assert.deepEqual({ input, family, found }, { input: { width: 416, height: 416 }, family: 'yolox', found: file });
    assert.equal(labels[0], 'person');
  });

  test('an unknown id names the models there are', () => {
    assert.throws(() => findModel('yolo', 'detection'), { name: 'ES_MODEL_MISSING', hint: /nanodet-g-416/ });
  });

  test('a model of another task is refused with the ones that fit', () => {
    assert.throws(() => findModel('nanodet-g-416', 'sound'), { name: 'ES_BAD_CONFIG', hint: /echosight-audio-v1/ });
  });
});

describe("a user's own model", () => {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const good = {
    title: 'Forklifts',
    task: 'detection',
    family: 'nanodet-g',
    license: 'private',
    labels: ['forklift'],
    input: { width: 320, height: 320 },
  };

  function placed(name: string, description: string | undefined): string {
    const file = join(folder, `${name}.onnx`);
    writeFileSync(file, '');
    if (description !== undefined) writeFileSync(join(folder, `${name}.json`), description);
    return file;
  }

  test('is described by the JSON beside it and named after its file', () => {
    const file = placed('forklifts', JSON.stringify(good));
    assert.deepEqual(findModel(file, 'detection'), { ...good, id: 'forklifts', file, origin: 'own' });
  });

  const refused: Record<string, { description: string | undefined; name: string; message: RegExp }> = {
    'without a description': {
      description: undefined,
      name: 'ES_MODEL_MISSING',
      message: /alone\.json does not exist/,
    },
    'with broken JSON': { description: '{', name: 'ES_MODEL_INVALID', message: /cannot be read/ },
    'with more than is read on the main thread': {
      description: JSON.stringify({ ...good, title: 'x'.repeat(64 * 1024) }),
      name: 'ES_MODEL_INVALID',
      message: /too large/,
    },
    'of an unknown family': {
      description: JSON.stringify({ ...good, family: 'yolo' }),
      name: 'ES_MODEL_INVALID',
      message: /family/,
    },
    'without labels': {
      description: JSON.stringify({ ...good, labels: [] }),
      name: 'ES_MODEL_INVALID',
      message: /labels/,
    },
    'with an absurd input size': {
      description: JSON.stringify({ ...good, input: { width: 1e9, height: 1 } }),
      name: 'ES_MODEL_INVALID',
      message: /input/,
    },
    'with a task that its family has not': {
      description: JSON.stringify({ ...good, task: 'sound' }),
      name: 'ES_MODEL_INVALID',
      message: /task/,
    },
  };
  for (const [how, { description, name, message }] of Object.entries(refused)) {
    test(`${how} is refused`, () => {
      const file = placed(how === 'without a description' ? 'alone' : 'described', description);
      assert.throws(() => findModel(file, 'detection'), { name, message });
    });
  }

  test('cannot be used to read other files by what is said of its description', () => {
    const secret = '{"password": "hunter2" oops';
    for (const text of [secret, secret.repeat(100_000), JSON.stringify({ ...good, family: 'hunter2' })]) {
      const file = placed('secret', text);
      assert.throws(
        () => findModel(file, 'detection'),
        (error) => error instanceof Error && error.name === 'ES_MODEL_INVALID' && !inspect(error).includes('hunter2'),
      );
    }
  });

  test('may not be something that never ends', { skip: process.platform === 'win32' }, () => {
    const [file, described] = [join(folder, 'endless.onnx'), placed('pipe', undefined)];
    symlinkSync('/dev/zero', file);
    assert.throws(() => findModel(file, 'detection', () => good), { name: 'ES_MODEL_MISSING' });
    symlinkSync('/dev/zero', join(folder, 'pipe.json'));
    assert.deepEqual(findModel(described, 'detection', () => good).title, 'Forklifts');
  });

  test('has labels that a message can carry', () => {
    const file = placed('wordy', JSON.stringify({ ...good, labels: ['x'.repeat(201)] }));
    assert.throws(() => findModel(file, 'detection'), { name: 'ES_MODEL_INVALID', message: /labels/ });
  });

  test('must be an absolute path of a file that exists', () => {
    assert.throws(() => findModel('forklifts.onnx', 'detection'), { name: 'ES_BAD_CONFIG' });
    assert.throws(() => findModel(join(folder, 'none.onnx'), 'detection'), { name: 'ES_MODEL_MISSING' });
  });
});
