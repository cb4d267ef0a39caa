import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { HeadStore } from '../../../../src/audio/heads/head-store.ts';
import type { NewHead } from '../../../../src/audio/heads/head.ts';
import { trainingLimits } from '../../../../src/contracts/training.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const modelSha256 = 'b'.repeat(64);
const of = { sessionId: 's', model: 'ears', modelSha256, createdAt: 1 };

const head = (value: number): NewHead => ({
  ...{ labels: ['danger', 'safe'], weights: new Float32Array(8).fill(value), bias: Float32Array.of(0, 1) },
  ...{ thresholds: { danger: 0.6 }, clips: ['c'.repeat(64)] },
  results: { accuracy: 1, balancedAccuracy: 1 },
});

function newStore(t: TestContext): { folder: string; open: (sha?: string) => HeadStore } {
  const folder = join(temporaryFolder(t), 'sound-heads');
  return { folder, open: (sha = modelSha256) => new HeadStore(folder, () => Promise.resolve(sha)) };
}

describe('the heads of a data folder', () => {
  test('are none at first', async (t) => {
    const store = newStore(t).open();
    await store.load();
    assert.equal(store.running, undefined);
    assert.deepEqual(await store.list(), []);
    await assert.rejects(store.rollback(), { name: 'ES_HEAD_MISSING' });
    await assert.rejects(store.path(), { name: 'ES_HEAD_MISSING' });
    await assert.rejects(store.activate(1), { name: 'ES_HEAD_MISSING' });
  });

  test('are exchanged in one step, and gone back from', async (t) => {
    const { open, folder } = newStore(t);
    const store = open();
    assert.deepEqual([await store.add(head(1), of), await store.add(head(2), of)], [1, 2]);
    const running = (): number | undefined => store.running?.weights[0];
    assert.equal(running(), undefined);
    await store.activate(1);
    assert.equal(running(), 1);
    await store.activate(2);
    assert.equal(running(), 2);
    assert.deepEqual(
      (await store.list()).map(({ version, active }) => [version, active]),
      [
        [2, true],
        [1, false],
      ],
    );
    assert.equal(await store.path(), join(folder, 'head-0002.onnx'));
    await store.rollback();
    assert.equal(running(), 1);
    await store.rollback();
    assert.equal(running(), undefined);
    await assert.rejects(store.rollback(), { name: 'ES_HEAD_MISSING' });
  });

  test('outlast the process; what was cut off while it was written is none', async (t) => {
    const { open, folder } = newStore(t);
    const store = open();
    await store.add(head(1), of);
    await store.activate(1);
    writeFileSync(join(folder, 'head-0002.onnx'), 'half');
    writeFileSync(join(folder, 'active.json.new'), '{');
    const next = open();
    await next.load();
    assert.equal(next.running?.version, 1);
    assert.equal(await next.add(head(2), of), 2);
    assert.deepEqual(readdirSync(folder).filter((name) => name.startsWith('head-')).length, 4);
  });

  test('of another model, or changed, are refused by name; what runs stays', async (t) => {
    const { open, folder } = newStore(t);
    const store = open();
    await store.add(head(1), of);
    await store.add(head(2), of);
    await store.add(head(3), { ...of, modelSha256: 'd'.repeat(64) });
    await store.activate(1);
    await assert.rejects(store.activate(3), { name: 'ES_HEAD_MISMATCH', message: /another file of the model ears/ });
    const file = join(folder, 'head-0002.onnx');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await assert.rejects(store.activate(2), { name: 'ES_HEAD_MISMATCH', message: /its file was changed/ });
    writeFileSync(join(folder, 'head-0002.json'), '{"v":1}');
    await assert.rejects(store.activate(2), { name: 'ES_HEAD_MISMATCH', message: /damaged/ });
    assert.equal(store.running?.version, 1);
    const changed = open('e'.repeat(64));
    await changed.load();
    assert.deepEqual([changed.running, changed.fault?.name], [undefined, 'ES_HEAD_MISMATCH']);
  });

  test('are gone back from to the last that can still be used', async (t) => {
    const { open, folder } = newStore(t);
    const store = open();
    for (const version of [1, 2, 3, 4]) {
      await store.add(head(version), of);
      await store.activate(version);
    }
    rmSync(join(folder, 'head-0003.json'));
    writeFileSync(join(folder, 'head-0002.onnx'), 'changed');
    assert.deepEqual(await store.rollback(), [3, 2]);
    assert.equal(store.running?.version, 1);
    assert.deepEqual(await store.rollback(), []);
    assert.equal(store.running, undefined);
  });

  test('none is in use where that cannot be read: it is told, and bars nobody from learning or choosing', async (t) => {
    const { open, folder } = newStore(t);
    const first = open();
    await first.add(head(1), of);
    await first.activate(1);
    writeFileSync(join(folder, 'active.json'), '{');
    const store = open();
    await store.load();
    assert.deepEqual([store.running, store.fault?.name], [undefined, 'ES_HEAD_MISMATCH']);
    assert.match((await store.misfit('ears')) ?? '', /cannot be read/);
    await assert.rejects(store.rollback(), { name: 'ES_HEAD_MISSING' });
    assert.equal(await store.add(head(2), of), 2);
    await store.activate(1);
    assert.deepEqual([store.running?.version, await store.misfit('ears')], [1, undefined]);
    writeFileSync(join(folder, 'active.json'), '{');
    const other = open();
    await other.activate(undefined);
    assert.deepEqual([other.fault, (await other.list()).some(({ active }) => active)], [undefined, false]);
  });

  test('that are of another model than the one that listens are said to be', async (t) => {
    const store = new HeadStore(join(temporaryFolder(t), 'heads'), (model) =>
      Promise.resolve(model === 'other' ? 'd'.repeat(64) : modelSha256),
    );
    await store.add(head(1), of);
    await store.activate(1);
    assert.match((await store.misfit('other')) ?? '', /Version 1 was taught to ears, and other listens/);
    for (const model of ['ears', 'the same file', undefined]) assert.equal(await store.misfit(model), undefined);
  });

  test('are not written where nobody could read them again', async (t) => {
    const { open, folder } = newStore(t);
    await assert.rejects(open().add(head(1), { ...of, modelSha256: '' }), { name: 'ES_HEAD_MISMATCH' });
    assert.deepEqual(readdirSync(folder), []);
  });

  test('grow old and go, but not the one in use and the one before it', async (t) => {
    const store = newStore(t).open();
    const { versions } = trainingLimits;
    for (let version = 1; version <= 2; version += 1) {
      await store.add(head(version), of);
      await store.activate(version);
    }
    for (let version = 3; version <= versions + 3; version += 1) await store.add(head(version), of);
    const kept = (await store.list()).map(({ version }) => version);
    assert.equal(kept.length, versions + 2);
    assert.ok(kept.includes(1) && kept.includes(2) && !kept.includes(3), kept.join());
  });
});
