import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import type { SoundOutcome } from '../../../src/audio/classifier.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import type { ModelFor } from '../../../src/inference/model-description.ts';
import { newClassifier } from './new-classifier.ts';

const shipped = findModel('echosight-audio-v1', 'sound');

/** A classifier with its real worker, and what it counted. */
function opened(t: TestContext, model: ModelFor<'sound'> = shipped) {
  const counted: string[] = [];
  const classifier = newClassifier({
    model,
    metrics: {
      count: (name, labels) => counted.push(Object.values({ name, ...labels }).join(' ')),
      observe: () => undefined,
    },
  });
  t.after(() => classifier.close());
  return { classifier, counted };
}

function noise(seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: 15_600 }, () => 0.2 * (random() - 0.5));
}

const scoresOf = (outcome: SoundOutcome | undefined) => Object.values(outcome?.scores ?? {});

describe('the sound classifier', () => {
  test('answers with scores, the five best raw classes and timings', async (t) => {
    const { classifier } = opened(t);
    const outcome = await classifier.classify({ source: 'yard', samples: noise(1) });
    assert.ok(outcome !== undefined);
    assert.deepEqual(Object.keys(outcome.scores), ['glass_break', 'gunshot', 'scream', 'forced_entry']);
    assert.equal(outcome.top.length, 5);
    assert.equal(outcome.model, 'echosight-audio-v1');
    assert.match(outcome.backend, /^onnxruntime-/);
    assert.ok(outcome.timings.inferenceMs > 0 && outcome.timings.featuresMs > 0 && outcome.timings.waitMs >= 0);
  });

  test('gives every waiting window its own answer, the same as alone', async (t) => {
    const { classifier } = opened(t);
    const windows = [1, 2, 3, 4, 5, 6].map(noise);
    const alone: (SoundOutcome | undefined)[] = [];
    for (const samples of windows) alone.push(await classifier.classify({ source: 'yard', samples }));
    const together = await Promise.all(windows.map((samples) => classifier.classify({ source: 'yard', samples })));
    together.forEach((outcome, index) => {
      const expected = scoresOf(alone[index]);
      scoresOf(outcome).forEach((score, place) => {
        assert.ok(Math.abs(score - (expected[place] ?? NaN)) < 1e-5);
      });
    });
    assert.equal(new Set(together.map((outcome) => scoresOf(outcome)[0])).size, windows.length);
  });

  test('drops and counts the oldest windows of a source that floods it, and no others', async (t) => {
    const { classifier, counted } = opened(t);
    const samples = noise(1);
    const flood = Array.from({ length: 20 }, () => classifier.classify({ source: 'flood', samples }));
    const quiet = classifier.classify({ source: 'flood', key: 'another flood', samples });
    const dropped = (await Promise.all(flood)).map((outcome) => outcome === undefined);
    // The first is at work at once, the last eight wait.
    assert.deepEqual(dropped, [false, ...Array<boolean>(11).fill(true), ...Array<boolean>(8).fill(false)]);
    assert.notEqual(await quiet, undefined);
    const counts = Object.fromEntries(
      Object.entries(Object.groupBy(counted, (line) => line)).map(([line, all = []]) => [line, all.length]),
    );
    assert.deepEqual(counts, {
      'audio_windows_dropped_total flood queue-full': 11,
      // One of them of another source of the same name.
      'audio_windows_analysed_total flood': 10,
    });
  });

  test('refuses what is no sound window, and lives on', async (t) => {
    const { classifier } = opened(t);
    const broken = {
      'too short': new Float32Array(100),
      NaN: noise(1).fill(NaN, 5, 6),
      huge: noise(1).fill(1e30, 5, 6),
    };
    for (const [what, samples] of Object.entries(broken)) {
      await assert.rejects(classifier.classify({ source: 'yard', samples }), { name: 'ES_AUDIO_INVALID' }, what);
    }
    assert.notEqual(await classifier.classify({ source: 'yard', samples: noise(1) }), undefined);
  });

  test('leaves the samples of the caller alone', async (t) => {
    const { classifier } = opened(t);
    const samples = noise(1);
    await classifier.classify({ source: 'yard', samples });
    assert.deepEqual(samples, noise(1));
  });

  test('when closed, finishes what runs, drops what waits and takes no more', async (t) => {
    const { classifier } = opened(t);
    const windows = [1, 2, 3].map((seed) => classifier.classify({ source: 'yard', samples: noise(seed) }));
    await classifier.close();
    const [running, ...waiting] = await Promise.all(windows);
    assert.notEqual(running, undefined);
    assert.deepEqual(waiting, [undefined, undefined]);
    assert.equal(await classifier.classify({ source: 'yard', samples: noise(1) }), undefined);
  });

  test('says by name why a model cannot be used', async (t) => {
    const samples = noise(1);
    const missing = opened(t, { ...shipped, file: '/nowhere/model.onnx' }).classifier;
    await assert.rejects(missing.classify({ source: 'yard', samples }), { name: 'ES_MODEL_MISSING' });
    const other = opened(t, { ...shipped, file: findModel('nanodet-g-416', 'detection').file }).classifier;
    await assert.rejects(other.classify({ source: 'yard', samples }), { name: 'ES_MODEL_INVALID' });
  });
});
