import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule, RuleCondition, Weighing } from '../../../src/contracts/configs.ts';
import type { DetectedObject } from '../../../src/contracts/messages.ts';
import { BenchArea, detections } from './bench-area.ts';

const person: RuleCondition = { kind: 'object', label: 'person' };
const fight: RuleCondition = { kind: 'cue', label: 'fight' };
const aggressive: RuleCondition = { kind: 'cue', label: 'aggressive' };
const scream: RuleCondition = { kind: 'sound', label: 'scream' };

const violence: Weighing = {
  terms: [
    { ...fight, weight: 2 },
    { ...aggressive, weight: 1 },
    { ...scream, weight: 1 },
  ],
  floor: 0.5,
};

function weighing(weigh: Weighing, fields: Partial<Rule> = {}): Rule {
  return { v: 2, id: 'weigh', enabled: true, severity: 2, all: [], label: 'Violence', weigh, ...fields };
}

function look(area: BenchArea, ...objects: Partial<DetectedObject>[]): void {
  const box = { x: 0, y: 0, width: 0.1, height: 0.2 };
  const whole = objects.map((object) => ({ label: 'person', score: 0.8, box, ...object }));
  area.engine.accept(detections(whole, { capturedAt: area.clock.now() }));
}

describe('a rule that weighs', () => {
  test('holds from its floor on, with the weighted sum as its confidence', () => {
    const area = new BenchArea({ rules: [weighing(violence)] });
    area.hear({});
    area.cue('aggressive', 0.9);
    area.cue('fight', 0.4);
    // (2 x 0.4 + 0.9 + 0) / 4
    assert.deepEqual(area.story, []);
    area.wait(500);
    area.cue('fight', 0.6);
    assert.deepEqual(area.story, ['start 2 fight+aggressive']);
    assert.ok(Math.abs(area.last.confidence - 2.1 / 4) < 1e-9, String(area.last.confidence));
    assert.deepEqual(area.last.explanation.slice(3, 6), [
      '0.5 s lie between the two.',
      'Weighed: fight 0.60 (weight 2), aggressive 0.90 (weight 1), no scream (weight 1).',
      'Confidence 0.53: the weighted sum.',
    ]);
  });

  test('a sum is never above 1, whatever the weights (MMF2)', () => {
    const terms = violence.terms.map((term) => ({ ...term, weight: term.weight * 40 }));
    const area = new BenchArea({ rules: [weighing({ ...violence, terms })] });
    area.cue('fight', 1);
    area.cue('aggressive', 1);
    area.hear({ scream: 1 });
    assert.equal(area.last.confidence, 1);
  });

  test('what nobody judges speaks neither for nor against (MMF8); a microphone that hears nothing speaks against', () => {
    const deaf = new BenchArea({ rules: [weighing(violence)] });
    deaf.cue('fight', 0.6);
    deaf.cue('aggressive', 0.4);
    assert.deepEqual(deaf.alerts, ['start 2 fight', 'update 2 fight+aggressive']);
    assert.ok(Math.abs(deaf.last.confidence - 1.6 / 3) < 1e-9);
    assert.ok(deaf.last.explanation.includes('Scream counts neither for nor against: nobody there judges it.'));

    const hearing = new BenchArea({ rules: [weighing(violence)] });
    hearing.hear({});
    hearing.wait(9000);
    hearing.cue('fight', 0.6);
    hearing.cue('aggressive', 0.4);
    assert.deepEqual(hearing.story, []);
  });

  test('a judge that says 0 speaks against', () => {
    const said = (score: number | undefined): string[] => {
      const area = new BenchArea({ rules: [weighing(violence)] });
      if (score !== undefined) area.cue('aggressive', score);
      area.cue('fight', 0.6);
      return area.alerts;
    };
    assert.equal(said(undefined).length, 1);
    assert.deepEqual(said(0), []);
  });

  test('below the floor there is no label at all (MMF1)', () => {
    const area = new BenchArea({ rules: [weighing(violence)] });
    for (const score of [0.49, 0.3, 0.1]) {
      area.cue('fight', score);
      area.wait(1000);
    }
    assert.deepEqual(area.story, []);
  });

  test('one witness is not enough where the rule asks for two, and it is said', () => {
    const rules: Rule[] = [
      weighing({ ...violence, atLeast: 2 }, { severity: 3 }),
      { v: 2, id: 'fight', enabled: true, severity: 1, all: [fight] },
    ];
    const area = new BenchArea({ rules });
    area.cue('fight', 0.9);
    assert.deepEqual(area.story, ['start 1 fight']);
    const sentence = 'Severity 3 (Violence) was held back: only fight speaks for it, and it takes 2.';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));
    area.hear({ scream: 0.8 });
    assert.equal(area.alerts.at(-1), 'update 3 fight+scream');
  });

  test('what was too light is said with its sum', () => {
    const rules: Rule[] = [
      weighing(violence, { severity: 3 }),
      { v: 2, id: 'a', enabled: true, severity: 1, all: [aggressive] },
    ];
    const area = new BenchArea({ rules });
    area.cue('fight', 0.1);
    area.cue('aggressive', 0.8);
    const sentence = 'Severity 3 (Violence) was held back: it weighs 0.33 of the 0.50 that are needed.';
    assert.ok(area.last.explanation.includes(sentence), area.last.explanation.join('\n'));
  });

  test('a higher sum is a higher severity, and the incident rises with it', () => {
    const area = new BenchArea({ rules: [weighing({ ...violence, steps: [{ from: 0.8, severity: 3 }] })] });
    area.cue('fight', 0.6);
    area.cue('aggressive', 0.6);
    area.wait(1000);
    area.cue('fight', 0.9);
    assert.deepEqual(area.alerts, ['start 2 fight', 'update 2 fight+aggressive', 'update 3 fight+aggressive']);
  });

  test('the best signal within the time of the rule counts, in whatever order they arrive', () => {
    const told = (order: readonly number[]): number => {
      const area = new BenchArea({ rules: [weighing(violence)] });
      area.cue('fight', 0.01);
      area.cue('aggressive', 0.01);
      area.hear({});
      area.wait(1000);
      const start = area.clock.now();
      const say = [
        () => {
          area.cue('fight', 0.7, { capturedAt: start });
        },
        () => {
          area.cue('aggressive', 0.9, { capturedAt: start + 2000 });
        },
        () => {
          area.hear({ scream: 1 }, { capturedAt: start + 4000 });
        },
      ];
      area.wait(4000);
      for (const index of order) say[index]?.();
      return Math.max(...area.incidents.map(({ confidence }) => confidence));
    };
    const best = told([0, 1, 2]);
    assert.ok(Math.abs(best - 2.3 / 4) < 1e-9, String(best));
    for (const order of [
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
      [2, 0, 1],
    ])
      assert.ok(Math.abs(told(order) - best) < 1e-9, `${order.join()}: ${told(order)} instead of ${best}`);
  });
});

describe('an order in a rule that weighs', () => {
  const ordered = weighing(
    { terms: [{ kind: 'sound', label: 'scream', weight: 1 }], floor: 0.5 },
    { all: [{ kind: 'sound', label: 'glass_break' }, person], inOrder: true, within: 20 },
  );

  test('is that of what must come, whenever the evidence comes', () => {
    for (const [order, holds] of [
      [['glass_break', 'person', 'scream'], true],
      [['scream', 'glass_break', 'person'], true],
      [['glass_break', 'scream', 'person'], true],
      [['person', 'glass_break', 'scream'], false],
      [['person', 'scream', 'glass_break'], false],
    ] as const) {
      const area = new BenchArea({ rules: [ordered] });
      for (const what of order) {
        if (what === 'person') area.see({ person: 0.9 });
        else area.hear({ [what]: 0.9 });
        area.wait(2000);
      }
      assert.equal(area.alerts.length > 0, holds, order.join());
    }
  });

  test('is refused by name where nothing has an order', () => {
    const pointless = { ...ordered, all: [person], label: 'Pointless' };
    assert.throws(() => new BenchArea({ rules: [ordered, pointless] }), {
      name: 'ES_BAD_CONFIG',
      message: 'Rule 2 (Pointless) cannot be used. It asks for an order, and evidence has none.',
    });
  });
});

describe('intrusion', () => {
  const intrusion = weighing(
    {
      terms: [{ ...person, weight: 0.7, byZone: true }],
      hours: { weight: 0.3, from: '22:00', to: '06:00' },
      floor: 0.6,
    },
    { all: [person], label: 'Intrusion' },
  );
  /** The clock of the bench stands at noon. */
  const at = (hour: number): BenchArea => {
    const area = new BenchArea({ rules: [intrusion, { ...intrusion, id: 'x', enabled: false }] });
    area.wait(((hour - 12 + 24) % 24) * 3_600_000);
    return area;
  };

  test('at night with nobody there is none (MMF3)', () => {
    const area = at(23);
    for (let count = 0; count < 20; count += 1) {
      look(area);
      area.hear({ scream: 0.9 });
      area.wait(1000);
    }
    assert.deepEqual(area.story, []);
  });

  for (const [hour, expected] of [
    [12, 0.56],
    [21, 0.56],
    [22, 0.86],
    [3, 0.86],
    [6, 0.56],
  ] as const) {
    test(`a person at ${hour}:00 weighs ${expected}`, () => {
      const area = at(hour);
      look(area, {});
      if (expected < 0.6) assert.deepEqual(area.story, []);
      else assert.ok(Math.abs(area.last.confidence - expected) < 1e-9, String(area.last.confidence));
    });
  }

  test('the weight of the zone counts, up to a whole score', () => {
    const inYard = at(12);
    look(inYard, { zones: ['yard'], zoneWeight: 1.5 });
    assert.ok(Math.abs(inYard.last.confidence - 0.7) < 1e-9, String(inYard.last.confidence));
    assert.deepEqual(inYard.story, ['start 2 person']);
    assert.ok(
      inYard.last.explanation.includes(
        'Weighed: person 0.80, by its zone 1.00 (weight 0.7), not between 22:00 and 06:00 (weight 0.3).',
      ),
      inYard.last.explanation.join('\n'),
    );
    const onStreet = at(23);
    look(onStreet, { zones: ['street'], zoneWeight: 0.2 });
    assert.deepEqual(onStreet.story, []);
  });
});

test('what all asks for must be there beside the terms', () => {
  const area = new BenchArea({ rules: [weighing({ ...violence, floor: 0.3 }, { all: [person] })] });
  area.hear({ scream: 0.9 });
  assert.deepEqual(area.story, []);
  area.wait(1000);
  area.see({ person: 0.7 });
  assert.deepEqual(area.story, ['start 2 person+scream']);
});
