import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { confirmationAt } from '../../../../src/audio/decision/confirmation-rule.ts';
import { decisionOf } from '../../../../src/audio/decision/settings.ts';
import { shippedMapping } from '../../../../src/audio/sound-mapping.ts';
import { readConfig } from '../../../../src/contracts/read-config.ts';
import { usualDecision } from '../new-analysis.ts';
import { Trace } from './trace.ts';

describe('when a sound begins', () => {
  test('the same window twice, as over a second wire, is one look, and lets nothing begin twice', () => {
    const trace = new Trace();
    const faint = { scores: { scream: 0.65 } };
    assert.deepEqual(trace.hear(faint).triggered, []);
    assert.deepEqual(trace.again().triggered, []);
    assert.deepEqual(trace.hear(faint).triggered, ['scream'], 'two of three');
    assert.deepEqual(trace.again().triggered, ['scream']);
    assert.equal(trace.started('scream'), 1);
  });

  test('windows that come together after a stall, with one time, are heard each', () => {
    const trace = new Trace();
    trace.wait(2000);
    trace.hear({ gapMs: 0 });
    assert.deepEqual(trace.hear({ gapMs: 0, scores: { gunshot: 0.99 } }).triggered, ['gunshot']);
    assert.equal(trace.started('gunshot'), 1);
  });

  test('of a source that was away, the same window is a new one', () => {
    const trace = new Trace();
    const loud = { scores: { scream: 0.9 } };
    assert.equal(trace.hear(loud).sounds[0]?.started, true);
    trace.decision.forget();
    assert.equal(trace.again().sounds[0]?.started, true);
  });

  test('nothing in a quiet room', () => {
    const trace = new Trace();
    trace.wait(5000);
    assert.deepEqual(
      trace.decided.filter(({ triggered }) => triggered.length > 0),
      [],
    );
  });

  test('one window of a high score is enough: a pane fills one', () => {
    const trace = new Trace();
    assert.equal(trace.scores('glass_break', 0.1, 0.8, 0.1), '.#.');
    assert.match(trace.decided[1]?.sounds[0]?.why ?? '', /^One window of 0\.80/);
  });

  test('below that, two of three windows must reach the threshold', () => {
    assert.equal(new Trace().scores('glass_break', 0.7, 0.1, 0.1, 0.7), '....');
    assert.equal(new Trace().scores('glass_break', 0.7, 0.6), '.#');
    assert.equal(new Trace().scores('glass_break', 0.7, 0.1, 0.6), '..#');
    assert.equal(new Trace().scores('glass_break', 0.59, 0.59, 0.59, 0.59), '....');
  });

  test('at half the hop three of five: what agrees lasts as long', () => {
    const atHalf = () => new Trace({ confirmation: confirmationAt(0.24) });
    assert.equal(atHalf().scores('scream', 0.7, 0.7, 0.1, 0.1, 0.1), '.....');
    assert.equal(atHalf().scores('scream', 0.7, 0.1, 0.7, 0.1, 0.7), '....#');
    assert.equal(atHalf().scores('scream', 0.7, 0.1, 0.1, 0.7, 0.1, 0.7), '......');
    assert.deepEqual(
      decisionOf(
        readConfig('audio-classify', { hop: '0.24' }, () => undefined),
        shippedMapping(),
      ).confirmation,
      {
        ...{ n: 3, of: 5, seconds: 3 },
      },
    );
    assert.deepEqual(usualDecision.confirmation, { n: 2, of: 3, seconds: 3 });
  });

  test('of windows of long ago none counts', () => {
    const trace = new Trace();
    trace.hear({ scores: { glass_break: 0.7 } });
    assert.deepEqual(trace.hear({ scores: { glass_break: 0.7 }, gapMs: 4000 }).triggered, []);
  });

  test('a threshold above the high mark is the mark, and a mark of 0 lets every window count', () => {
    const strict = { thresholds: { gunshot: 0.9 } };
    assert.equal(new Trace(strict).scores('gunshot', 0.85, 0.9), '.#');
    assert.equal(new Trace({ singleFrom: 0 }).scores('gunshot', 0.69, 0.7), '.#');
  });

  test('classes of the user have thresholds too, and classes without one never fire', () => {
    const trace = new Trace({ thresholds: { danger: 0.5 } });
    const { triggered } = trace.hear({ scores: { danger: 0.9, glass_break: 0.99, toString: 1 } });
    assert.deepEqual(triggered, ['danger']);
  });
});

describe('how a sound lasts', () => {
  test('it goes on while its score stays near the threshold, and began once', () => {
    const trace = new Trace();
    assert.equal(trace.scores('scream', 0.9, 0.5, 0.46, 0.44, 0.5), '###..');
    assert.equal(trace.started('scream'), 1);
    assert.deepEqual(
      trace.decided.slice(0, 3).map(({ sounds }) => sounds[0]?.started),
      [true, false, false],
    );
    const since = trace.decided.slice(0, 3).map(({ sounds }) => sounds[0]?.since);
    assert.equal(new Set(since).size, 1);
  });

  test('what follows shortly is the same sound; what comes later is another', () => {
    const trace = new Trace();
    trace.scores('gunshot', 0.95, 0.1, 0.1);
    assert.equal(trace.scores('gunshot', 0.95), '#', 'a second shot is heard');
    assert.equal(trace.started('gunshot'), 1, 'and counted as the same shooting');
    trace.wait(3500);
    trace.scores('gunshot', 0.95);
    assert.equal(trace.started('gunshot'), 2);
  });

  test('a low threshold makes no sound that never ends', () => {
    const trace = new Trace({ thresholds: { scream: 0.1 }, singleFrom: 0 });
    assert.equal(trace.scores('scream', 0.2, 0.06, 0.04, 0.04), '##..');
  });

  test('a stream that was away begins anew', () => {
    const trace = new Trace();
    trace.scores('scream', 0.9);
    assert.deepEqual(trace.hear({ gapMs: 5500, scores: { scream: 0.5 } }).triggered, []);
    trace.scores('scream', 0.9);
    trace.at -= 60_000;
    assert.deepEqual(trace.hear({ scores: { scream: 0.5 } }).triggered, [], 'a clock set back is another stream');
  });

  test('a stream that was closed begins anew at once', () => {
    const trace = new Trace();
    trace.scores('scream', 0.9);
    trace.decision.forget();
    assert.equal(trace.scores('scream', 0.5, 0.9), '.#');
    assert.equal(trace.started('scream'), 2);
  });

  test('a window that comes late is judged and moves no time', () => {
    const trace = new Trace();
    trace.scores('scream', 0.9);
    trace.hear({ gapMs: -hop, scores: { scream: 0.1 } });
    assert.deepEqual(trace.hear({ gapMs: 2 * hop, scores: { scream: 0.7 } }).triggered, ['scream']);
    assert.equal(trace.started('scream'), 1);
  });

  test('on any trace: what is triggered reaches the release, a sound starts once, and no clear window is missed', () => {
    const random = seededRandom(7);
    const trace = new Trace();
    let lastEnd = -Infinity;
    let open = false;
    for (let window = 0; window < 5000; window += 1) {
      const score = random() ** 3;
      const { triggered, sounds } = trace.hear({ scores: { scream: score } });
      const [sound] = sounds;
      const isOn = triggered.includes('scream');
      if (score >= 0.8) assert.ok(isOn, `a window of ${score} is heard`);
      if (isOn) assert.ok(score >= 0.45, `${score} is near the threshold`);
      if (sound?.started === true) assert.ok(!open && trace.at - lastEnd > 3000, 'a new sound is one after a pause');
      if (isOn) lastEnd = trace.at;
      open = isOn;
    }
    assert.ok(trace.started('scream') > 20, `${trace.started('scream')} sounds`);
  });
});

const hop = 480;
