import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import type { ModelDescription } from '../../../src/inference/model-description.ts';
import { ModelTrials } from '../../../src/inference/model-trials.ts';
import { workerFile } from '../../../src/process/package-files.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { hostileModel } from './hostile-models.ts';

const limits = { memory: 700e6, ms: 20_000 };
const shipped = findModel('nanodet-g-416', 'detection');

function trials(changes: Partial<typeof limits> = {}, file = workerFile('vision')): ModelTrials {
  return new ModelTrials({ file, clock: new SiteClock(), limits: { ...limits, ...changes } });
}

/** The shipped model as somebody else's: one byte more, in a field that no reader knows. */
function unknownModel(t: TestContext): ModelDescription {
  const file = join(temporaryFolder(t), 'mine.onnx');
  copyFileSync(shipped.file, file);
  const unknownField = Buffer.from([0xfa, 0x3f, 1, 0]);
  writeFileSync(file, unknownField, { flag: 'a' });
  const { sha256, ...rest } = shipped;
  assert.ok(sha256 !== undefined);
  return { ...rest, id: 'mine', file };
}

describe('the trial of an unknown model', () => {
  test('what the catalogue vouches for needs none, under whatever name it lies', async () => {
    const nowhere = trials({}, '/absent.ts');
    assert.equal(await nowhere.admit(shipped), shipped);
    const { sha256, ...renamed } = { ...shipped, id: 'mine' };
    assert.deepEqual(await nowhere.admit(renamed), { ...renamed, sha256, origin: 'tried' });
  });

  test('a model that works is admitted with the hash of what was tried, and tried once', async (t) => {
    const model = unknownModel(t);
    const { sha256, ...rest } = await trials().admit(model);
    assert.deepEqual(rest, { ...model, origin: 'tried' });
    assert.match(sha256 ?? '', /^[0-9a-f]{64}$/);
    assert.equal((await trials({}, '/absent.ts').admit(model)).sha256, sha256);
  });

  test('one that runs for ever is ended', async (t) => {
    const model = hostileModel(temporaryFolder(t), 'endless');
    await assert.rejects(trials({ ms: 2500 }).admit(model), {
      name: 'ES_MODEL_INVALID',
      message: 'The model "endless" was tried in a process of its own and had not run once after 2.5 s.',
    });
  });

  test('one that nobody waits for any more is ended, and has no verdict', async (t) => {
    const model = hostileModel(temporaryFolder(t), 'endless');
    const closing = new AbortController();
    const started = performance.now();
    const asked = [trials().admit(model, closing.signal), trials().admit(model, AbortSignal.abort())];
    const abandoned = { message: 'The trial of the model "endless" was abandoned.' };
    await assert.rejects(asked[1] ?? Promise.resolve(), abandoned);
    setTimeout(() => {
      closing.abort();
    }, 500);
    await assert.rejects(asked[0] ?? Promise.resolve(), abandoned);
    assert.ok(performance.now() - started < limits.ms, 'it did not wait for the limit');
  });

  test('one that takes too much memory is ended', async (t) => {
    const model = hostileModel(temporaryFolder(t), 'greedy');
    await assert.rejects(trials().admit(model), {
      name: 'ES_MODEL_INVALID',
      message: 'The model "greedy" was tried in a process of its own and took more than 700 MB of memory.',
    });
  });

  for (const which of ['huge', 'huge constant'] as const) {
    test(`one that wants more than there is (${which}) is refused`, async (t) => {
      const model = hostileModel(temporaryFolder(t), which);
      // A system that promises memory which it does not have lets the watch see it.
      await assert.rejects(trials().admit(model), { message: /Failed to allocate memory|took more than 700 MB/ });
    });
  }

  test('one that brings the process down is refused, and the verdict is remembered', async (t) => {
    const folder = temporaryFolder(t);
    const model = hostileModel(folder, 'endless');
    const crashing = join(folder, 'crash.ts');
    writeFileSync(crashing, 'process.abort();');
    const refusal = { name: 'ES_MODEL_INVALID', message: /brought down the process that tried it \(SIGABRT/ };
    await assert.rejects(trials({}, crashing).admit(model), refusal);
    await assert.rejects(trials({}, '/absent.ts').admit(model), refusal);
  });

  test('what opening it says is what is said; an absent file needs no process', async (t) => {
    const model = unknownModel(t);
    await assert.rejects(trials().admit({ ...model, labels: ['person'] }), {
      name: 'ES_MODEL_INVALID',
      message: /80 classes, and 1 names/,
    });
    for (const file of ['/absent.onnx', '/dev/zero']) {
      await assert.rejects(trials({}, '/absent.ts').admit({ ...model, file }), { name: 'ES_MODEL_MISSING' });
    }
  });
});
