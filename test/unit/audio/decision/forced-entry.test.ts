import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Trace } from './trace.ts';

const blow = { scores: { forced_entry: 0.8 }, top: { 'Thump, thud': 0.5 } };

/** Blows that begin at these times (ms), each in two windows. */
function blows(trace: Trace, ...times: number[]): void {
  const begin = trace.at;
  for (const time of times) {
    while (trace.at + 480 < begin + time) trace.hear();
    trace.hear(blow);
    trace.hear(blow);
  }
}

describe('forced entry, by its rule', () => {
  test('one blow is none, however clear', () => {
    const trace = new Trace();
    blows(trace, 500);
    trace.wait(9000);
    assert.equal(trace.started('forced_entry'), 0);
  });

  test('two blows within 8 s are one, marked experimental, with the reason', () => {
    const trace = new Trace();
    blows(trace, 500, 7000);
    assert.equal(trace.started('forced_entry'), 1);
    const sound = trace.decided.flatMap(({ sounds }) => sounds)[0];
    assert.deepEqual([sound?.label, sound?.experimental, sound?.score], ['forced_entry', true, 0.8]);
    assert.match(sound?.why ?? '', /^2 blows within \d\.\d s \(experimental rule\)\.$/);
  });

  test('two blows further apart are none', () => {
    const trace = new Trace();
    blows(trace, 500, 9500);
    assert.equal(trace.started('forced_entry'), 0);
  });

  test('somebody who kicks every second never lets the score fall: that is more than one blow', () => {
    const trace = new Trace();
    for (let window = 0; window < 5; window += 1) trace.hear(blow);
    assert.equal(trace.started('forced_entry'), 1);
  });

  test('the blows of one entry are one sound', () => {
    const trace = new Trace();
    blows(trace, 500, 3000, 6000, 12_000);
    assert.equal(trace.started('forced_entry'), 1);
  });

  test('doors and knocks alone never count', () => {
    const trace = new Trace();
    const knock = { scores: { forced_entry: 0.95 }, top: { Door: 0.9, Knock: 0.8, Tap: 0.3, Wood: 0.09 } };
    for (let time = 0; time < 5; time += 1) {
      trace.hear(knock);
      trace.wait(1000);
    }
    assert.equal(trace.started('forced_entry'), 0);
  });

  test('one blow within 5 s of breaking glass, before or after it', () => {
    const after = new Trace();
    after.hear({ scores: { glass_break: 0.9 } });
    after.wait(4000);
    assert.deepEqual(after.hear(blow).triggered, ['forced_entry']);
    assert.match(after.decided.at(-1)?.sounds[0]?.why ?? '', /blow within 4\.\d s of breaking glass/);
    const before = new Trace();
    before.hear(blow);
    before.wait(3000);
    assert.deepEqual(before.hear({ scores: { glass_break: 0.9 } }).triggered, ['glass_break', 'forced_entry']);
    const late = new Trace();
    late.hear({ scores: { glass_break: 0.9 } });
    late.wait(5500);
    assert.deepEqual(late.hear(blow).triggered, []);
  });

  test('the clatter of the pane itself is no blow', () => {
    const trace = new Trace();
    trace.hear({ scores: { glass_break: 0.95, forced_entry: 0.9 }, top: { 'Smash, crash': 0.8, Shatter: 0.9 } });
    trace.hear({ scores: { glass_break: 0.3, forced_entry: 0.9 }, top: { 'Smash, crash': 0.6 } });
    assert.equal(trace.started('forced_entry'), 0);
  });
});
