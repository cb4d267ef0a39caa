import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Curvature } from '../../../../../src/audio/training/learning/curvature.ts';
import { askHeldOut, type HeldOutAnswers } from '../../../../../src/audio/training/learning/held-out.ts';
import { LeavingOut } from '../../../../../src/audio/training/learning/leaving-out.ts';
import { layOut } from '../../../../../src/audio/training/learning/lesson-rows.ts';
import { seededRandom } from '../../../../../src/audio/training/learning/seeded-random.ts';
import { SoftmaxRegression, type Examples } from '../../../../../src/audio/training/learning/softmax-regression.ts';

const [size, perClip, epochs, l2] = [40, 4, 60, 0.1];

/** Rows that are hard to tell apart, four of each clip. */
function examplesOf(clips: number, classCount: number): Examples {
  const random = seededRandom(4);
  const noise = (): number => random() + random() + random() - 1.5;
  const classes = Uint8Array.from({ length: clips * perClip }, (_, row) => Math.floor(row / perClip) % classCount);
  const rows = Float32Array.from({ length: clips * perClip * size }, (_, at) => {
    return noise() + ((at % size) % classCount === classes[Math.floor(at / size)] ? 0.2 : 0);
  });
  return { size, rows, classes };
}

function ended<Value>(work: Generator<unknown, Value>): Value {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

function learnt(
  examples: Examples,
  learn: Int32Array,
  classCount: number,
): { head: SoftmaxRegression; leaving: LeavingOut } {
  const head = new SoftmaxRegression(examples, { learn, classCount, epochs, l2, random: seededRandom(1) });
  for (let epoch = 0; epoch < epochs; epoch += 1) head.epoch();
  return { head, leaving: ended(LeavingOut.from(head)) };
}

describe('leaving clips out', () => {
  for (const classCount of [2, 3, 5]) {
    test(`says what a head says that was learnt without them, of ${classCount} classes`, () => {
      const examples = examplesOf(60, classCount);
      const all = Int32Array.from(examples.classes.keys());
      const { head, leaving } = learnt(examples, all, classCount);
      let [apart, moved] = [0, 0];
      for (const clip of [0, 7, 23, 41, 59]) {
        const out = all.subarray(clip * perClip, (clip + 1) * perClip);
        const without = learnt(
          examples,
          all.filter((row) => !out.includes(row)),
          classCount,
        ).head;
        leaving.ask(out, 3).forEach((said, index) => {
          const row = out[index] ?? 0;
          const [truth, whole] = [without.probabilities(row), head.probabilities(row)];
          said.forEach((probability, place) => {
            apart = Math.max(apart, Math.abs(probability - (truth[place] ?? 0)));
            moved = Math.max(moved, Math.abs((whole[place] ?? 0) - (truth[place] ?? 0)));
          });
        });
      }
      assert.ok(moved > 0.1, `leaving out changes nothing here: ${moved}`);
      assert.ok(apart < 0.03, `${apart} of ${moved}`);
    });
  }

  test('what is left out is not known by heart: labels that mean nothing are not found', () => {
    const examples = examplesOf(60, 2);
    const random = seededRandom(9);
    examples.rows.forEach((_, at) => (examples.rows[at] = random() - 0.5));
    const all = Int32Array.from(examples.classes.keys());
    const { head, leaving } = learnt(examples, all, 2);
    const right = (said: Float64Array, row: number): boolean => (said[examples.classes[row] ?? 0] ?? 0) > 0.5;
    const byHeart = all.filter((row) => right(head.probabilities(row), row)).length / all.length;
    const clips = Array.from({ length: 60 }, (_, clip) => all.subarray(clip * perClip, (clip + 1) * perClip));
    const unmet = clips.flatMap((out) => leaving.ask(out, 1).filter((said, index) => right(said, out[index] ?? 0)));
    assert.ok(byHeart > 0.62, String(byHeart));
    assert.ok(unmet.length / all.length < 0.56, String(unmet.length / all.length));
  });

  test('where there is no time for each, they are left out in groups, all windows of a clip in one', () => {
    const examples = examplesOf(60, 2);
    const window = (row: number): Float32Array => examples.rows.subarray(row * size, (row + 1) * size);
    const clips = Array.from({ length: 60 }, (_, clip) => ({
      ...{ label: clip % 2 === 0 ? 'danger' : 'safe', hash: String(clip), seconds: 1 },
      windows: [window(clip * perClip), window(clip * perClip + 1)],
      variants: [window(clip * perClip + 2)],
    }));
    const lesson = layOut(clips, [new Float32Array(size)]);
    const { leaving } = learnt(lesson.examples, Int32Array.from(lesson.examples.classes.keys()), 2);
    const asked = (budget: number): HeldOutAnswers => ended(askHeldOut(lesson, leaving, budget));
    const [each, groups] = [asked(1e10), asked(4e5)];
    assert.deepEqual([each.method, each.folds], ['leave-one-file-out', 60]);
    assert.deepEqual([groups.method, groups.folds], ['k-fold', 5]);
    for (const { groups: answers } of [each, groups]) {
      assert.deepEqual(
        answers.map((windows) => windows.length),
        [...clips.map(() => 2), 1],
      );
    }
  });
});

test('a curvature solves what it was made of, also without some rows', () => {
  const { rows } = examplesOf(5, 2);
  const count = rows.length / size;
  const shares = Float64Array.from({ length: count }, (_, row) => 0.1 + row / count);
  const side = Float64Array.from({ length: size }, (_, at) => at - 7);
  const without = (out: readonly number[]): Float64Array => {
    const left = [...shares.keys()].filter((row) => !out.includes(row));
    const kept = Float32Array.from(left.flatMap((row) => [...rows.subarray(row * size, (row + 1) * size)]));
    const solution = Float64Array.from(side);
    ended(
      Curvature.of(
        kept,
        Float64Array.from(left, (row) => shares[row] ?? 0),
        0.5,
      ),
    ).solve(solution);
    return solution;
  };
  const whole = ended(Curvature.of(rows, shares, 0.5));
  const out = [3, 4, 11];
  const solution = Float64Array.from(side);
  whole
    .without(
      out.map((row) => rows.subarray(row * size, (row + 1) * size)),
      Float64Array.from(out, (row) => shares[row] ?? 0),
    )
    .solve(solution);
  without(out).forEach((value, at) => {
    assert.ok(Math.abs(value - (solution[at] ?? NaN)) < 1e-6 * Math.max(1, Math.abs(value)), `${at}: ${value}`);
  });
});
