import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeHead, encodeHead } from '../../../../../src/audio/heads/head-file.ts';
import { headProbabilities, shared, type FormerHead } from '../../../../../src/audio/heads/head.ts';
import { learn, type Learnt } from '../../../../../src/audio/training/learning/learning.ts';
import type { LessonClip } from '../../../../../src/audio/training/learning/lesson-rows.ts';
import { seededRandom } from '../../../../../src/audio/training/learning/seeded-random.ts';
import { openSession } from '../../../../../src/inference/session.ts';

const size = 24;
const modelSha256 = 'a'.repeat(64);

/** Clips whose windows lie around a point of their class, as far as `apart` says. */
function clipsOf(counts: Record<string, number>, { apart = 1, seed = 1, prefix = '' } = {}): LessonClip[] {
  const random = seededRandom(seed);
  const noise = (): number => random() + random() + random() - 1.5;
  const row = (place: number): Float32Array =>
    Float32Array.from({ length: size }, (_, at) => noise() + (at % 4 === place ? apart : 0));
  return Object.entries(counts).flatMap(([label, count], place) =>
    Array.from({ length: count }, (_, index): LessonClip => {
      const windows = [row(place), row(place)];
      return { label, hash: `${prefix}${label}${index}`, seconds: 1.5, windows, variants: [row(place)] };
    }),
  );
}

function learnt(clips: LessonClip[], others?: Float32Array[], former?: FormerHead): Learnt {
  const learning = learn(clips, others, former, modelSha256);
  let last = 0;
  for (;;) {
    const step = learning.next();
    if (step.done === true) return step.value;
    assert.ok(step.value >= last && step.value <= 1, `${step.value} after ${last}`);
    last = step.value;
  }
}

const others = Array.from({ length: 20 }, () => new Float32Array(size).map(() => Math.random() - 0.5));

describe('learning a head', () => {
  test('finds clips that it has not met, and says how sure it was', () => {
    const { labels, results, thresholds } = learnt(clipsOf({ danger: 12, safe: 20 }), others);
    assert.deepEqual(labels, ['danger', 'safe']);
    assert.deepEqual([results.method, results.folds], ['leave-one-file-out', 32]);
    assert.ok(results.balancedAccuracy > 0.9, String(results.balancedAccuracy));
    assert.deepEqual(
      results.confusion.map((row) => row.reduce((sum, count) => sum + count, 0)),
      [12, 20],
    );
    const { right, wrong } = results.confidence;
    assert.equal(
      [...right, ...wrong].reduce((sum, count) => sum + count, 0),
      32,
    );
    assert.deepEqual(Object.keys(thresholds), ['danger']);
    assert.equal(results.other.windows, 20);
    assert.ok((results.history.at(-1)?.loss ?? 9) < (results.history[0]?.loss ?? 0));
  });

  test('is no better than chance where there is nothing to learn', () => {
    const { results } = learnt(clipsOf({ danger: 30, safe: 30 }, { apart: 0 }), undefined);
    assert.ok(results.balancedAccuracy < 0.75, String(results.balancedAccuracy));
    assert.match(results.other.note ?? '', /none for this sound model/);
  });

  test('a rare class counts as much as a common one', () => {
    const { results } = learnt(clipsOf({ bell: 4, other: 80 }, { apart: 1.5 }), undefined);
    const bell = results.classes.find(({ label }) => label === 'bell');
    assert.ok((bell?.recall ?? 0) >= 0.75, JSON.stringify(bell));
  });

  test('sounds that are none of the classes become one of their own', () => {
    const { labels, results } = learnt(clipsOf({ bell: 8, drill: 8 }), others);
    assert.deepEqual(labels, ['bell', 'drill', 'other']);
    assert.equal(results.classes.length, 2);
    assert.ok(results.other.falseAlarms <= 5, String(results.other.falseAlarms));
  });

  test('the same recordings give the same head', () => {
    const again = (): Learnt => learnt(clipsOf({ danger: 6, safe: 6 }), others);
    const [first, second] = [again(), again()];
    assert.deepEqual(first.weights, second.weights);
  });

  test('four hundred clips are left out one by one', () => {
    const { results } = learnt(clipsOf({ danger: 200, safe: 200 }), others);
    assert.deepEqual([results.method, results.folds], ['leave-one-file-out', 400]);
  });
});

describe('a new head and the one in use', () => {
  const former = (head: Learnt, clips: string[], sha = modelSha256): FormerHead => ({
    ...{ version: 3, labels: head.labels, weights: shared(head.weights), bias: shared(head.bias) },
    ...{ clips, balancedAccuracy: head.results.balancedAccuracy, modelSha256: sha },
  });
  const good = learnt(clipsOf({ danger: 15, safe: 15 }, { seed: 5, prefix: 'old' }), others);

  test('are compared on clips that neither has learnt', () => {
    const clips = clipsOf({ danger: 10, safe: 10 });
    const { comparison } = learnt(clips, others, former(good, ['danger0', 'safe0']));
    assert.equal(comparison?.clips, 18);
    assert.equal(comparison.with, 3);
  });

  test('a worse one is called so', () => {
    const mixedUp = clipsOf({ danger: 10, safe: 10 }).map((clip, index) => ({
      ...clip,
      label: index % 2 === 0 ? 'danger' : 'safe',
    }));
    const { comparison } = learnt(
      mixedUp,
      others,
      former(
        good,
        mixedUp.map(({ hash }) => hash),
      ),
    );
    assert.equal(comparison?.worse, true);
    assert.equal(comparison.clips, 0);
    assert.match(comparison.said, /version 3 \d+ %/);
  });

  test('cannot be compared where they know other classes', () => {
    const { comparison } = learnt(clipsOf({ bell: 6, safe: 6 }), others, former(good, []));
    assert.deepEqual([comparison?.worse, comparison?.old], [false, undefined]);
    assert.match(comparison?.said ?? '', /other classes/);
  });
});

describe('the file of a head', () => {
  const head = learnt(clipsOf({ bell: 6, drill: 6, safe: 6 }), undefined);
  const bytes = encodeHead(head, { model: 'm' });

  test('gives what was written', () => {
    const { weights, bias } = decodeHead(bytes, 3);
    assert.deepEqual([...weights], [...head.weights]);
    assert.deepEqual([...bias], [...head.bias]);
  });

  test('runs in any runtime, with the numbers that we compute', async () => {
    const session = await openSession(bytes);
    try {
      const rows = clipsOf({ bell: 2 }).flatMap(({ windows }) => windows);
      const data = new Float32Array(rows.flatMap((row) => [...row]));
      const { probabilities } = await session.run({ embedding: { data, dims: [rows.length, size] } });
      rows.forEach((row, index) => {
        const ours = headProbabilities({ labels: head.labels, ...decodeHead(bytes, 3) }, row);
        ours.forEach((value, column) => {
          assert.ok(Math.abs(value - (probabilities?.data[3 * index + column] ?? NaN)) < 1e-6);
        });
      });
    } finally {
      await session.release();
    }
  });

  test('that was changed is refused', () => {
    for (const [file, classes] of [
      [bytes, 2],
      [bytes.subarray(0, bytes.length - 40), 3],
      [new Uint8Array(), 3],
    ] as const) {
      assert.throws(() => decodeHead(file, classes), { name: 'ES_MODEL_INVALID' });
    }
  });
});
