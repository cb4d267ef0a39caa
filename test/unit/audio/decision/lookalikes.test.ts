import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Trace } from './trace.ts';

describe('what is easily taken for a class', () => {
  for (const [label, by, own] of [
    ['gunshot', 'Thunder', 'Gunshot, gunfire'],
    ['gunshot', 'Fireworks', 'Machine gun'],
    ['gunshot', 'Firecracker', 'Fusillade'],
    ['scream', 'Laughter', 'Screaming'],
    ['scream', 'Baby cry, infant cry', 'Screaming'],
    ['scream', 'Cat', 'Screaming'],
    ['glass_break', 'Dishes, pots, and pans', 'Shatter'],
    ['glass_break', 'Chink, clink', 'Shatter'],
  ] as const) {
    test(`${by} counts against ${label}, unless ${own} is heard more clearly`, () => {
      const scores = { [label]: 0.85 };
      const faint = label === 'glass_break' ? 0.05 : 0.5;
      const against = new Trace().hear({ scores, top: { [by]: 0.6, [own]: faint } });
      assert.deepEqual(against.triggered, []);
      assert.deepEqual(against.suppressed, [{ label, by }]);
      const real = new Trace().hear({ scores, top: { [by]: 0.5, [own]: 0.6 } });
      assert.deepEqual(real.triggered, [label]);
      assert.deepEqual(real.suppressed, []);
    });
  }

  test('every pane clinks: clinking counts against it only where next to nothing shatters', () => {
    const pane = { scores: { glass_break: 0.95 }, top: { Glass: 0.57, 'Chink, clink': 0.42, Shatter: 0.17 } };
    assert.deepEqual(new Trace().hear(pane).triggered, ['glass_break']);
  });

  test('a very clear sound counts all the same, by two windows', () => {
    const trace = new Trace();
    const window = { scores: { gunshot: 0.98 }, top: { Firecracker: 0.6, 'Gunshot, gunfire': 0.55 } };
    assert.deepEqual(trace.hear(window).triggered, []);
    assert.deepEqual(trace.hear(window).triggered, ['gunshot']);
  });

  test('a faint guess counts against nothing, and it can be turned off', () => {
    const scores = { gunshot: 0.85 };
    assert.deepEqual(new Trace().hear({ scores, top: { Thunder: 0.09 } }).triggered, ['gunshot']);
    assert.deepEqual(new Trace({ suppress: false }).hear({ scores, top: { Thunder: 0.9 } }).triggered, ['gunshot']);
  });
});

describe('a loud sound that nothing explains', () => {
  const loud = { dbfs: -12, peak: 0.9 };

  test('fires at once, lasts a little below its level, and is one sound', () => {
    const trace = new Trace();
    assert.deepEqual(trace.hear({ dbfs: -12.1 }).triggered, []);
    assert.deepEqual(trace.hear(loud).triggered, ['loud_unknown']);
    assert.deepEqual(trace.hear({ dbfs: -17 }).triggered, ['loud_unknown']);
    assert.deepEqual(trace.hear({ dbfs: -19 }).triggered, []);
    assert.deepEqual(trace.hear(loud).triggered, ['loud_unknown']);
    assert.equal(trace.started('loud_unknown'), 1);
    assert.equal(trace.decided[1]?.sounds[0]?.score, 0.9);
  });

  test('is none when a class explains it, nor what is left of it in the windows after', () => {
    const trace = new Trace();
    assert.deepEqual(trace.hear({ ...loud, scores: { gunshot: 0.9 } }).triggered, ['gunshot']);
    assert.deepEqual(trace.hear(loud).triggered, []);
    trace.wait(1500);
    assert.deepEqual(trace.hear(loud).triggered, ['loud_unknown']);
  });

  test('is told at once while a class is not yet sure, so that nothing is lost', () => {
    const trace = new Trace();
    assert.deepEqual(trace.hear({ ...loud, scores: { gunshot: 0.75 } }).triggered, ['loud_unknown']);
    assert.deepEqual(trace.hear({ ...loud, scores: { gunshot: 0.75 } }).triggered, ['gunshot']);
  });

  test('is none for everyday sounds, but for a bang that stays below its threshold', () => {
    assert.deepEqual(new Trace().hear({ ...loud, top: { Speech: 0.8 } }).triggered, []);
    assert.deepEqual(new Trace().hear({ ...loud, top: { Speech: 0.3 } }).triggered, ['loud_unknown']);
    assert.deepEqual(new Trace().hear({ ...loud, top: { Bang: 0.9 } }).triggered, ['loud_unknown']);
  });

  test('a limit of 0 dB turns it off', () => {
    assert.deepEqual(new Trace({ loudDbfs: 0 }).hear({ dbfs: 0, peak: 1 }).triggered, []);
  });
});
