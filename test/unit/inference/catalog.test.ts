import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { findModel } from '../../../src/inference/catalog.ts';
import { inspectModel } from '../../../src/onnx-format/inspect.ts';

describe('models of the catalogue', () => {
  const shipped = [
    { id: 'nanodet-g-416', task: 'detection', labels: 80, outputs: 6 },
    { id: 'echosight-audio-v0', task: 'sound', labels: 5, outputs: 3 },
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

  test('an unknown id names the models there are', () => {
    assert.throws(() => findModel('yolo', 'detection'), { name: 'ES_MODEL_MISSING', hint: /nanodet-g-416/ });
  });

  test('a model of another task is refused with the ones that fit', () => {
    assert.throws(() => findModel('nanodet-g-416', 'sound'), { name: 'ES_BAD_CONFIG', hint: /echosight-audio-v0/ });
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
    assert.deepEqual(findModel(file, 'detection'), { ...good, id: 'forklifts', file });
  });

  const refused: Record<string, { description: string | undefined; name: string; message: RegExp }> = {
    'without a description': {
      description: undefined,
      name: 'ES_MODEL_MISSING',
      message: /alone\.json does not exist/,
    },
    'with broken JSON': { description: '{', name: 'ES_MODEL_INVALID', message: /cannot be read/ },
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

  test('must be an absolute path of a file that exists', () => {
    assert.throws(() => findModel('forklifts.onnx', 'detection'), { name: 'ES_BAD_CONFIG' });
    assert.throws(() => findModel(join(folder, 'none.onnx'), 'detection'), { name: 'ES_MODEL_MISSING' });
  });
});
