import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { encodeWav } from '../../../src/pcm/wav.ts';
import { newAnalysis } from './new-analysis.ts';
import { newClassifier } from './new-classifier.ts';

describe('clips beside a live microphone', () => {
  const classifier = newClassifier();
  after(() => classifier.close());
  const identity = { site: 'home', area: 'clip', source: 'clip', capturedAt: 0 };

  test('many clips of a high rate do not make it deaf', async (t) => {
    const nodes = Array.from({ length: 4 }, () => newAnalysis(classifier));
    const wav = encodeWav(new Float32Array(6 * 192_000).fill(0.1), 192_000);
    const samples = new Float32Array(15_600).fill(0.1);
    await classifier.classify({ source: 'hall', samples });
    let answered = 0;
    const clips = nodes.map(async (node) => {
      await node.clip(wav, identity);
      answered += 1;
    });
    let windows = 0;
    while (answered < clips.length) {
      assert.notEqual(await classifier.classify({ source: 'hall', samples }), undefined);
      windows += 1;
      await setTimeout(20);
    }
    await Promise.all(clips);
    t.diagnostic(`${windows} windows beside ${clips.length} clips`);
    // Three a clip; clips read in one piece leave room for two.
    assert.ok(windows > 2 * clips.length, `${windows} windows`);
  });

  test('clips are heard one at a time; sixteen may wait, a further one is refused in words', async () => {
    const node = newAnalysis(classifier);
    const wav = encodeWav(new Float32Array(1600), 16_000);
    const settled = await Promise.allSettled(Array.from({ length: 18 }, () => node.clip(wav, identity)));
    const refused = settled.filter((one) => one.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.match(String(refused[0]?.reason), /ES_MODEL_FAILED: Too many clips/);
  });
});
