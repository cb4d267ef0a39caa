import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openClassification, type Classified } from '../../../src/audio/classification.ts';
import { shared } from '../../../src/audio/heads/head.ts';
import { catalogEntries } from '../../../src/inference/catalog.ts';
import type { ModelFor } from '../../../src/inference/model-description.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeModel } from '../vision/written-model.ts';

const yamnet = catalogEntries().find(({ id }) => id === 'yamnet') as unknown as ModelFor<'sound'>;
const numbers = 4;

/** Asks a model of the user's own that says the same of every window; `Glass` stands at a place of its own. */
async function hear(t: TestContext, { score = 0.25, embedding = 0.25 }, isTrained = false): Promise<Classified> {
  const file = join(temporaryFolder(t), 'mine.onnx');
  const place = yamnet.labels.indexOf('Glass');
  const bytes = writeModel({
    inputs: [{ name: 'log_mel', shape: ['n', 96, 64] }],
    outputs: [
      { name: 'scores', value: { dims: [1, yamnet.labels.length], at: { [place]: score } } },
      { name: 'embedding', value: { dims: [1, numbers], at: { 2: embedding } } },
    ],
  });
  writeFileSync(file, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const service = await openClassification({
    ...{ id: 'mine', title: 'Mine', license: 'MIT', task: 'sound', family: 'yamnet', file, sha256 },
    ...{ labels: yamnet.labels, calibration: yamnet.calibration },
  });
  t.after(() => service.release());
  const windows = [{ source: 'hall', samples: new Float32Array(15_600) }];
  const head = {
    ...{ version: 1, labels: ['danger', 'safe'], thresholds: { danger: 0.5 }, modelSha256: sha256, model: 'mine' },
    ...{ sha256: 'of its own', weights: shared(new Float32Array(2 * numbers)), bias: shared([0, 0]) },
  };
  return (await service.answer(isTrained ? { windows, head } : { windows })) as Classified;
}

describe("a sound model of the user's own", () => {
  test('is heard by the names that it knows, and by a head that was taught with it', async (t) => {
    const { results } = await hear(t, {}, true);
    const [{ top, trained, scores } = assert.fail('no result')] = results;
    assert.deepEqual(top[0], { label: 'Glass', score: 0.25 });
    assert.deepEqual(trained, { danger: 0.5, safe: 0.5 });
    assert.ok(Object.values(scores).every(Number.isFinite));
  });

  test('that answers with what is no number has failed: it would hear nothing for ever, and nobody would know', async (t) => {
    const failed = (output: string) => ({ name: 'ES_MODEL_FAILED', message: new RegExp(`"${output}".*no number`) });
    await assert.rejects(hear(t, { score: NaN }), failed('scores'));
    await assert.rejects(hear(t, { embedding: NaN }, true), failed('embedding'));
    assert.equal((await hear(t, { embedding: NaN })).results.length, 1, 'which nobody asks for without a head');
  });
});
