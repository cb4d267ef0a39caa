import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import { BenchArea } from './bench-area.ts';

const thrice: Rule = {
  ...{ id: 'gate', enabled: true, severity: 2 },
  all: [{ kind: 'cue', label: 'line-cross', rate: { times: 3, seconds: 60 } }],
};

describe('a message that is delivered twice', () => {
  test('is one look: a picture is no second one that confirms it', () => {
    const area = new BenchArea();
    area.see({ person: 0.9 });
    area.see({ person: 0.9 });
    assert.deepEqual(area.alerts, []);
    area.wait(200);
    area.see({ person: 0.9 });
    assert.deepEqual(area.alerts, ['start 1 person']);
  });

  test('is one sound: the incident counts it once', () => {
    const area = new BenchArea();
    for (let copy = 0; copy < 3; copy += 1) area.hear({ glass_break: 0.9 });
    area.wait(31_000);
    assert.equal(area.last.signals[0]?.count, 1);
  });

  test('counts once where a rate is asked for, also when the copy comes late', () => {
    const area = new BenchArea({ rules: [thrice] });
    const at = area.clock.now();
    area.cue('line-cross', 1, { capturedAt: at });
    area.wait(500);
    area.cue('line-cross', 1, { capturedAt: at + 500 });
    area.cue('line-cross', 1, { capturedAt: at });
    assert.deepEqual(area.alerts, []);
    area.wait(500);
    area.cue('line-cross');
    assert.deepEqual(area.alerts, ['start 2 line-cross']);
  });

  test('is told apart from two at the same moment', () => {
    const area = new BenchArea({ rules: [thrice] });
    for (const trackId of ['1', '2', '3']) area.cue('line-cross', 1, { features: { trackId } });
    assert.deepEqual(area.alerts, ['start 2 line-cross']);
  });
});
