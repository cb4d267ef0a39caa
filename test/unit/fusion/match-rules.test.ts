import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule, RuleCondition } from '../../../src/contracts/configs.ts';
import type { DetectedObject } from '../../../src/contracts/messages.ts';
import { BenchArea, detections } from './bench-area.ts';

const person: RuleCondition = { kind: 'object', label: 'person' };
const glass: RuleCondition = { kind: 'sound', label: 'glass_break' };
const scream: RuleCondition = { kind: 'sound', label: 'scream' };
const disarmed: RuleCondition = { kind: 'signal', label: 'disarmed' };

function rule(severity: number, fields: Partial<Rule>): Rule {
  return { v: 2, id: `rule-${severity}`, enabled: true, severity, all: [], ...fields };
}

function someone(fields: Partial<DetectedObject>): DetectedObject {
  return { label: 'person', score: 0.8, box: { x: 0, y: 0, width: 0.1, height: 0.2 }, ...fields };
}

/** One picture now with these objects. */
function look(area: BenchArea, objects: DetectedObject[], source = 'cam'): void {
  area.engine.accept(detections(objects, { capturedAt: area.clock.now(), source }));
}

describe('any', () => {
  const rules = [rule(3, { all: [person], any: [glass, scream] })];

  test('one of them is enough, and the reason names the one that came', () => {
    for (const sound of ['glass_break', 'scream']) {
      const area = new BenchArea({ rules });
      area.see({ person: 0.9 });
      area.hear({ [sound]: 0.8 });
      assert.deepEqual(area.story, [`start 3 person+${sound}`]);
    }
  });

  test('none of them is not, and what all asks for is needed too', () => {
    const area = new BenchArea({ rules });
    area.see({ person: 0.9 });
    area.hear({ bark: 0.8 });
    area.wait(4000);
    area.hear({ scream: 0.8 });
    assert.deepEqual(area.story, []);
  });

  test('a rule may ask for nothing else', () => {
    const area = new BenchArea({ rules: [rule(2, { any: [glass, scream] })] });
    area.hear({ scream: 0.8 });
    assert.deepEqual(area.story, ['start 2 scream']);
  });

  test('what is lacking is told as a choice', () => {
    const area = new BenchArea({ rules: [...rules, rule(1, { all: [person] })] });
    area.see({ person: 0.9 });
    const sentence = 'Person alone is severity 1; within 3 s it would be severity 3 with glass break or scream.';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));
  });
});

describe('none', () => {
  const rules = [rule(3, { all: [person, glass], none: [disarmed], label: 'Break-in' }), rule(2, { all: [glass] })];

  test('what is excluded holds the rule back within its time, and it is said', () => {
    const area = new BenchArea({ rules });
    area.signal('keypad', 'disarmed');
    area.wait(2000);
    area.see({ person: 0.9 });
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.story, ['start 2 glass_break']);
    const sentence = 'Severity 3 (Break-in) was held back: disarmed from door at 12:00:00.0 excludes it.';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));
  });

  test('longer ago it excludes nothing, and its absence is said', () => {
    const area = new BenchArea({ rules });
    area.signal('keypad', 'disarmed');
    area.wait(3001);
    area.see({ person: 0.9 });
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.story, ['start 3 person+glass_break']);
    assert.ok(area.last.explanation.includes('Nothing excluded it: no disarmed.'));
  });

  test('a state excludes for as long as it lasts', () => {
    const offline: RuleCondition = { kind: 'stream', label: 'offline' };
    const area = new BenchArea({ rules: [rule(2, { all: [glass], none: [offline] })] });
    area.stream('stalled', { source: 'yard' });
    area.wait(60_000);
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.story, []);
    area.stream('connected', { source: 'yard' });
    area.wait(500);
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.story, ['start 2 glass_break']);
  });

  test('by itself what is excluded raises nothing', () => {
    const area = new BenchArea({ rules: [rule(2, { all: [glass], none: [scream] })] });
    area.hear({ scream: 0.8 });
    assert.deepEqual(area.story, []);
  });
});

describe('the time of a rule', () => {
  test('within is its own, longer or shorter than that of the node', () => {
    const rules = [rule(3, { all: [person, glass], within: 10 }), rule(2, { all: [person, scream], within: 1 })];
    const area = new BenchArea({ rules });
    area.see({ person: 0.9 });
    area.wait(2000);
    area.hear({ scream: 0.8 });
    assert.deepEqual(area.story, []);
    area.wait(8000);
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.story, ['start 3 person+glass_break']);
    area.wait(100_000);
    area.see({ person: 0.9 });
    area.wait(10_001);
    area.hear({ glass_break: 0.8 });
    assert.equal(area.alerts.filter((line) => line.startsWith('start')).length, 1);
  });

  test('needs with different times are told with them', () => {
    const rules = [
      rule(3, { all: [person, glass], within: 10 }),
      rule(2, { all: [person, scream] }),
      rule(1, { all: [person] }),
    ];
    const area = new BenchArea({ rules });
    area.see({ person: 0.9 });
    const sentence =
      'Person alone is severity 1; it would be severity 3 with glass break within 10 s, severity 2 with scream within 3 s.';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));
  });
});

describe('in order', () => {
  const rules = [rule(3, { all: [glass, person], inOrder: true, label: 'Broke in' }), rule(1, { all: [person] })];

  test('glass and then a person holds, a person and then glass does not', () => {
    const after = new BenchArea({ rules });
    after.hear({ glass_break: 0.8 });
    after.wait(1000);
    after.see({ person: 0.9 });
    assert.deepEqual(after.story, ['start 3 glass_break+person']);

    const before = new BenchArea({ rules });
    before.see({ person: 0.9 });
    before.wait(1000);
    before.hear({ glass_break: 0.8 });
    assert.deepEqual(before.story, ['start 1 person']);
  });

  test('it goes by capture time, not by arrival', () => {
    const area = new BenchArea({ rules });
    const start = area.clock.now();
    area.wait(2000);
    area.see({ person: 0.9 }, { capturedAt: start + 1500 });
    area.hear({ glass_break: 0.8 }, { capturedAt: start + 500 });
    assert.deepEqual(area.alerts, ['start 1 person', 'update 3 glass_break+person']);
  });

  test('of three, an earlier one is found behind a later one of the same kind', () => {
    const out: RuleCondition = { kind: 'cue', label: 'line-cross gate' };
    const chain = rule(2, { all: [person, out, glass], inOrder: true, within: 20 });
    const area = new BenchArea({ rules: [chain] });
    area.see({ person: 0.9 });
    area.wait(1000);
    area.cue('line-cross', 1, { features: { zone: 'gate' } });
    area.wait(1000);
    area.see({ person: 0.9 });
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.story, ['start 2 person+line-cross gate+glass_break']);
  });

  test('the wrong order is told as what held the rule back', () => {
    const area = new BenchArea({ rules: [...rules, rule(2, { all: [person, glass] })] });
    area.see({ person: 0.9 });
    area.wait(1000);
    area.hear({ glass_break: 0.8 });
    const sentence = 'Severity 3 (Broke in) was held back: it asks for glass break, then person, in this order.';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));
  });
});

describe('objects', () => {
  const inYard = someone({ zones: ['yard'], dwell: { yard: 12 }, moving: false });

  test('in a zone', () => {
    const area = new BenchArea({ rules: [rule(2, { all: [{ ...person, zone: 'yard' }] })] });
    look(area, [someone({ zones: ['street'] }), someone({})]);
    assert.deepEqual(area.story, []);
    look(area, [someone({ score: 0.9, zones: ['street'] }), inYard]);
    assert.deepEqual(area.story, ['start 2 person']);
    const [signal] = area.last.signals;
    assert.deepEqual([signal?.score, signal?.objects], [0.8, [inYard]]);
    assert.match(area.last.explanation[1] ?? '', /in the zone yard\.$/);
  });

  test('so many in one look, each as the rule says', () => {
    const area = new BenchArea({ rules: [rule(2, { all: [{ ...person, count: 3, minimumScore: 0.6 }] })] });
    look(area, [someone({}), someone({}), someone({ score: 0.5 })]);
    assert.deepEqual(area.story, []);
    look(area, [someone({}), someone({}), someone({ score: 0.6 })]);
    assert.deepEqual(area.story, ['start 2 person']);
    assert.match(area.last.explanation[1] ?? '', /at least 3 at once/);
  });

  test('for so long in the zone, or in view', () => {
    const rules = [
      rule(3, { all: [{ ...person, zone: 'yard', dwellSeconds: 20 }] }),
      rule(2, { all: [{ ...person, dwellSeconds: 60 }] }),
    ];
    const area = new BenchArea({ rules });
    look(area, [inYard]);
    look(area, [someone({ since: area.clock.now() - 59_000 })]);
    assert.deepEqual(area.story, []);
    look(area, [someone({ since: area.clock.now() - 60_000, zones: ['yard'], dwell: { yard: 19 } })]);
    assert.deepEqual(area.alerts, ['start 2 person']);
    look(area, [someone({ zones: ['yard'], dwell: { yard: 20 } })]);
    assert.deepEqual(area.alerts, ['start 2 person', 'update 3 person']);
    assert.match(area.last.explanation[1] ?? '', /in the zone yard, there for 20 s\.$/);
  });

  test('moving or not; who does not say so moves', () => {
    const rules = [rule(2, { all: [{ ...person, moving: true }] })];
    for (const [moving, story] of [
      [true, ['start 2 person']],
      [undefined, ['start 2 person']],
      [false, []],
    ] as const) {
      const area = new BenchArea({ rules });
      look(area, [someone(moving === undefined ? {} : { moving })]);
      assert.deepEqual(area.story, story, String(moving));
    }
  });

  test('only one camera', () => {
    const area = new BenchArea({ rules: [rule(2, { all: [{ ...person, source: 'front' }] })] });
    look(area, [someone({})], 'back');
    assert.deepEqual(area.story, []);
    look(area, [someone({})], 'front');
    assert.deepEqual(area.story, ['start 2 person']);
  });

  const held: [string, RuleCondition, RegExp][] = [
    ['zone', { ...person, zone: 'pool' }, /^Person was seen by cam, but not in the zone pool\.$/],
    ['dwell', { ...person, zone: 'yard', dwellSeconds: 30 }, /^Person was there for only 12\.0 s: 30 s are needed\.$/],
    ['count', { ...person, count: 2 }, /^Person came only 1 at once at cam: 2 are needed\.$/],
    ['motion', { ...person, moving: true }, /^Person at cam stays where it is\.$/],
    ['score', { ...person, minimumScore: 0.95 }, /^Person at cam had a score of only 0\.80\.$/],
    ['duration', { ...person, forSeconds: 8 }, /^Person at cam goes on for only 0\.0 s: 8 s are needed\.$/],
  ];
  for (const [what, condition, sentence] of held) {
    test(`what is missing is told: ${what}`, () => {
      const area = new BenchArea({ rules: [rule(3, { all: [condition] }), rule(1, { all: [person] })] });
      look(area, [inYard]);
      assert.deepEqual(area.story, ['start 1 person']);
      // A rule of which nothing is met is not mentioned, unless its label is what was seen.
      assert.ok(
        area.last.explanation.some((line) => sentence.test(line)),
        area.last.explanation.join('\n'),
      );
    });
  }
});

describe('numbers of a cue', () => {
  test('a feature reaches what the rule asks for', () => {
    const stays: RuleCondition = { kind: 'cue', label: 'loiter', feature: { name: 'dwellSeconds', atLeast: 30 } };
    const area = new BenchArea({ rules: [rule(2, { all: [stays] })] });
    area.cue('loiter', 1, { features: { zone: 'yard', label: 'person', dwellSeconds: 29 } });
    area.cue('loiter', 1, { features: { zone: 'yard', dwellSeconds: 'long' } });
    area.cue('loiter', 1, { features: {} });
    assert.deepEqual(area.story, []);
    area.cue('loiter', 1, { features: { zone: 'yard', label: 'person', dwellSeconds: 30 } });
    assert.deepEqual(area.story, ['start 2 loiter']);
  });
});

describe('what goes on', () => {
  const rules = [rule(2, { all: [{ kind: 'sound', label: 'alarm', forSeconds: 10 }] })];

  test('it counts when it was shown for so long without a gap', () => {
    const area = new BenchArea({ rules });
    for (let second = 0; second < 10; second += 1) {
      area.hear({ alarm: 0.8 });
      area.wait(1000);
    }
    assert.deepEqual(area.story, []);
    area.hear({ alarm: 0.8 });
    assert.deepEqual(area.story, ['start 2 alarm']);
    assert.match(area.last.explanation[1] ?? '', /going on for 10\.0 s/);
  });

  test('3 s of silence are bridged, more begin it anew', () => {
    const area = new BenchArea({ rules });
    for (const gap of [3000, 3000, 3001, 3000, 3000, 3000, 3000]) {
      area.hear({ alarm: 0.8 });
      area.wait(gap);
    }
    assert.deepEqual(area.story, []);
    area.hear({ alarm: 0.8 });
    assert.deepEqual(area.story, ['start 2 alarm']);
    assert.match(area.last.explanation[1] ?? '', /going on for 12\.0 s/);
  });

  test('a look that comes late closes the gap', () => {
    const area = new BenchArea({ rules });
    const start = area.clock.now();
    for (const second of [0, 2, 8, 10]) {
      area.wait(start + second * 1000 - area.clock.now());
      area.hear({ alarm: 0.8 });
    }
    assert.deepEqual(area.story, []);
    area.hear({ alarm: 0.8 }, { capturedAt: start + 5000 });
    assert.deepEqual(area.story, ['start 2 alarm']);
  });

  test('longer than looks are remembered', () => {
    const area = new BenchArea({ rules: [rule(2, { all: [{ ...person, forSeconds: 600 }] })] });
    area.watch({ person: 0.9 }, 600_000);
    assert.deepEqual(area.story, []);
    area.see({ person: 0.9 });
    assert.deepEqual(area.story, ['start 2 person']);
  });

  test('a score below what is asked for is no part of it', () => {
    const sure: RuleCondition = { kind: 'cue', label: 'violence', minimumScore: 0.65, forSeconds: 4 };
    const area = new BenchArea({ rules: [rule(3, { all: [sure] })] });
    for (const score of [0.7, 0.3, 0.3, 0.7, 0.7]) {
      area.cue('violence', score);
      area.wait(1500);
    }
    assert.deepEqual(area.story, []);
    area.cue('violence', 0.7);
    assert.deepEqual(area.story, []);
    area.wait(1500);
    area.cue('violence', 0.7);
    assert.deepEqual(area.story, ['start 3 violence']);
  });

  test('N of M decisions count those with score 0 too', () => {
    const violence: RuleCondition = { kind: 'cue', label: 'violence', seenTimes: { n: 3, of: 4 } };
    const area = new BenchArea({ rules: [rule(3, { all: [violence] })] });
    for (const score of [0.9, 0, 0.9, 0, 0.9]) {
      area.cue('violence', score);
      area.wait(500);
    }
    assert.deepEqual(area.story, []);
    area.cue('violence', 0.9);
    assert.deepEqual(area.story, ['start 3 violence']);
  });
});

test('a rule gives its own reason', () => {
  const area = new BenchArea({ rules: [rule(2, { any: [glass, scream], reason: 'audio_threat' })] });
  area.hear({ scream: 0.8 });
  assert.deepEqual(area.story, ['start 2 audio_threat']);
  assert.equal(area.last.explanation[0], 'Severity 2 by the rule audio_threat.');
});
