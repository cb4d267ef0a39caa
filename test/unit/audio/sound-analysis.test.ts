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
    const nodes = Array.from({ length: 8 }, () => newAnalysis(classifier));
    const wav = encodeWav(new Float32Array(12 * 192_000).fill(0.1), 192_000);
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
    // A clip is five pieces, of which two are heard at a time: room for two or three windows. In one piece it leaves room for one.
    assert.ok(windows > 1.5 * clips.length, `${windows} windows`);
  });

  test('many clips at once are all heard', async () => {
    const node = newAnalysis(classifier);
    const wav = encodeWav(new Float32Array(1600), 16_000);
    const heard = await Promise.all(Array.from({ length: 18 }, () => node.clip(wav, identity)));
    assert.deepEqual(new Set(heard.map(({ windows }) => windows?.length)), new Set([1]));
  });
});
