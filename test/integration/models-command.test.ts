import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runProgram } from '../../src/cli/program.ts';
import { modelFile } from '../../src/process/package-files.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

async function echosight(folder: string, ...args: string[]) {
  const said = { out: '', err: '' };
  const code = await runProgram(['models', ...args, '--user-dir', folder], {
    ...{ env: {}, folder, colour: false, width: 100, interrupted: () => new Promise<void>(() => undefined) },
    print: (text) => (said.out += text),
    complain: (text) => (said.err += text),
  });
  return { code, ...said };
}

describe('echosight models', () => {
  test("add recognises a user's own model, runs it, and keeps it where updates do not reach", async (t) => {
    const folder = temporaryFolder(t);
    copyFileSync(modelFile('nanodet-g-416.onnx'), join(folder, 'mine.onnx'));
    const { code, out, err } = await echosight(folder, 'add', 'mine.onnx');
    assert.deepEqual({ code, err }, { code: 0, err: '' });
    assert.match(out, /family nanodet-g, input 416 x 416, 80 labels[^]*It runs: \d+ ms/);
    const kept = join(folder, 'echosight', 'models', 'own', 'mine.onnx');
    assert.ok(out.includes(kept));
    assert.ok(readFileSync(kept).equals(readFileSync(modelFile('nanodet-g-416.onnx'))));
    assert.match((await echosight(folder, 'add', 'mine.onnx')).err, /There is a model/);
  });

  test('a word that it does not know is named, with those that it knows', async (t) => {
    const { code, err } = await echosight(temporaryFolder(t), 'frobnicate');
    assert.deepEqual(
      { code, err },
      {
        code: 2,
        err: 'There is no "models frobnicate". Say what to do: list, info, pull, verify, add.\n',
      },
    );
  });

  test('add takes in nothing that is no model', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'page.onnx'), '<html>');
    const { code, err } = await echosight(folder, 'add', 'page.onnx');
    assert.equal(code, 1);
    assert.notEqual(err, '');
    assert.equal(existsSync(join(folder, 'echosight')), false);
  });

  test('a model that nobody hands out is taken from a file alone', async (t) => {
    const folder = temporaryFolder(t);
    const vain = await echosight(folder, 'pull', 'blazeface-back-256');
    assert.equal(vain.code, 1);
    assert.match(vain.err, /Nobody is known[^]*npx echosight models pull blazeface-back-256 --from FILE/);
    if (!sharedRequirement(t, 'models', 'vision', 'blazeface-back.onnx')) return;
    const source = sharedFile('models', 'vision', 'blazeface-back.onnx');
    const { code, out } = await echosight(folder, 'pull', 'blazeface-back-256', '--from', source);
    assert.equal(code, 0);
    assert.match(out, /is whole \(licence: Apache-2\.0\)\. Choose it by its id/);
    assert.match((await echosight(folder, 'verify')).out, /blazeface-back-256: downloaded/);
  });

  test('pull --from refuses another file by name, and verify one that was exchanged', async (t) => {
    const folder = temporaryFolder(t);
    const { code, err } = await echosight(folder, 'pull', 'yolox-s-640', '--from', modelFile('nanodet-g-416.onnx'));
    assert.equal(code, 1);
    assert.match(err, /not the model "yolox-s-640"[^]*models add FILE/);
    const models = join(folder, 'echosight', 'models');
    assert.deepEqual(readdirSync(models), []);
    mkdirSync(models, { recursive: true });
    writeFileSync(join(models, 'yolox-s-640.onnx'), 'exchanged');
    writeFileSync(join(models, 'd-fine-n-640.onnx.part'), 'half');
    const verified = await echosight(folder, 'verify');
    assert.equal(verified.code, 1);
    assert.match(verified.out, /yolox-s-640: DAMAGED[^]*d-fine-n-640\.onnx\.part is an unfinished download/);
    assert.match(verified.err, /run "echosight models pull yolox-s-640"/);
    const { ok, models: shown } = JSON.parse((await echosight(folder, 'verify', '--json')).out) as {
      ok: boolean;
      models: { id: string; state: string }[];
    };
    assert.equal(ok, false);
    assert.deepEqual(shown.find(({ state }) => state === 'damaged')?.id, 'yolox-s-640');
  });
});
