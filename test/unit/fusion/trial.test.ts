import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules, type Rule } from '../../../src/contracts/configs.ts';
import type { RuleTrialAnswer } from '../../../src/contracts/rule-trial.ts';
import type { FusionInput } from '../../../src/fusion/engine.ts';
import { lineOf } from '../../../src/fusion/recording/signal-line.ts';
import { runTrial } from '../../../src/fusion/replay/trial.ts';
import { audioScores, cue, detections, streamStatus } from './bench-area.ts';

const at = new Date(2026, 0, 1, 12).getTime();
const order = (id: string): number => defaultRules.findIndex((rule) => rule.id === id);

async function tried(
  signals: FusionInput[],
  why?: number,
  rules: readonly Rule[] = defaultRules,
): Promise<RuleTrialAnswer> {
  const lines = [signals.map((signal) => lineOf(signal, signal.capturedAt))];
  const settings = { rules, correlationSeconds: 3, quietSeconds: 30 };
  return await runTrial({ ...settings, lines, from: -Infinity, to: Infinity, ...(why === undefined ? {} : { why }) });
}

function looks(objects: Record<string, number>, from: number, seconds: number): FusionInput[] {
  return Array.from({ length: seconds * 5 }, (_, index) =>
    detections(objects, { capturedAt: at + from + index * 200 }),
  );
}

describe('a trial of rules', () => {
  test('says which rule held when, and which incidents it made', async () => {
    const answer = await tried([
      ...looks({ person: 0.9 }, 0, 4),
      audioScores({ glass_break: 0.8 }, { capturedAt: at + 4000 }),
      ...looks({}, 4200, 10),
      ...looks({ person: 0.9 }, 20_000, 1),
    ]);
    assert.equal(answer.state, 'played');
    assert.deepEqual(
      answer.incidents.map(({ severity, reason }) => [severity, reason]),
      [[3, 'person+glass_break']],
    );
    const person = answer.marks[order('person')];
    assert.deepEqual(
      person?.map(({ from, to }) => [from - at, to - at]),
      [
        [200, 3800],
        [20_200, 20_800],
      ],
    );
    assert.equal(answer.marks[order('person+glass_break')]?.length, 1);
    assert.deepEqual(answer.marks[order('knife')], []);
  });

  test('holds the loop for no longer than a moment', async () => {
    const signals = looks({ person: 0.9 }, 0, 4000);
    const lines = signals.map((signal) => lineOf(signal, signal.capturedAt));
    let turns = 0;
    const counting = setImmediate(function count() {
      turns += 1;
      if (turns < 1_000_000) setImmediate(count);
    });
    const settings = { rules: defaultRules, correlationSeconds: 3, quietSeconds: 30 };
    const { signals: played } = await runTrial({ ...settings, lines: [lines], from: -Infinity, to: Infinity });
    clearImmediate(counting);
    const passed = turns;
    turns = 1_000_000;
    assert.equal(played, 20_000);
    assert.ok(passed > 5, `others had ${passed} turns`);
  });

  test('names bad lines and goes on', async () => {
    const lines = [['oops', ...looks({ person: 0.9 }, 0, 1).map((signal) => lineOf(signal, signal.capturedAt))]];
    const settings = { rules: defaultRules, correlationSeconds: 3, quietSeconds: 30 };
    const answer = await runTrial({ ...settings, lines, from: -Infinity, to: Infinity });
    assert.deepEqual(answer.skipped, [{ line: 1, message: 'This is not JSON.' }]);
    assert.equal(answer.incidents.length, 1);
  });
});

describe('why there was an alert in a minute, or none', () => {
  test('a person in one look of five is too seldom, and glass was never heard', async () => {
    const { why } = await tried([detections({ person: 0.7 }, { capturedAt: at + 1000 }), ...looks({}, 1200, 5)], at);
    const [hall] = why?.areas ?? [];
    assert.ok(hall !== undefined);
    assert.deepEqual(
      hall.signals.map(({ label, count, score }) => [label, count, score]),
      [['person', 1, 0.7]],
    );
    assert.equal(hall.looks, 26);
    assert.deepEqual(hall.rules[order('person+glass_break')], {
      ...{ rule: order('person+glass_break'), verdict: 'missing' },
      conditions: [
        { condition: 0, verdict: 'seldom', source: 'cam', at: at + 1000, score: 0.7, seen: { n: 1, of: 1 } },
        { condition: 1, verdict: 'never' },
      ],
    });
  });

  test('what held is said to have held, and what was all there but not together as well', async () => {
    const { why, incidents } = await tried(
      [...looks({ person: 0.9 }, 0, 2), audioScores({ gunshot: 0.9 }, { capturedAt: at + 20_000 })],
      at,
    );
    const rules = why?.areas[0]?.rules ?? [];
    assert.equal(rules[order('person')]?.verdict, 'held');
    assert.equal(rules[order('gunshot')]?.verdict, 'held');
    assert.equal(rules[order('person+gunshot')]?.verdict, 'apart');
    assert.equal(rules[order('knife')]?.verdict, 'missing');
    assert.equal(incidents.length, 1);
  });

  test('a score that is too low is told, and a rule that is off', async () => {
    const rules: Rule[] = [
      { v: 2, id: 'a', enabled: true, severity: 2, all: [{ kind: 'cue', label: 'fight', minimumScore: 0.6 }] },
      { v: 2, id: 'b', enabled: false, severity: 2, all: [{ kind: 'cue', label: 'fight' }] },
    ];
    const { why } = await tried(
      [0.3, 0.5, 0.4].map((score, index) => cue('fight', score, { capturedAt: at + index })),
      at,
      rules,
    );
    const [a, b] = why?.areas[0]?.rules ?? [];
    assert.ok(a !== undefined);
    assert.deepEqual(a.conditions, [{ condition: 0, verdict: 'score', source: 'cam', at: at + 1, score: 0.5 }]);
    assert.equal(b?.verdict, 'off');
  });

  test('a camera that is away since before the minute meets its rule in it', async () => {
    const { why } = await tried(
      [streamStatus('stalled', { capturedAt: at - 300_000 }), streamStatus('backing-off', { capturedAt: at + 5000 })],
      at,
    );
    const offline = why?.areas[0]?.rules[order('offline')];
    assert.equal(offline?.conditions[0]?.verdict, 'met');
  });

  test('looks of before the minute count for it and are not listed in it', async () => {
    const { why } = await tried(
      [detections({ person: 0.9 }, { capturedAt: at - 100 }), detections({ person: 0.9 }, { capturedAt: at + 100 })],
      at,
    );
    const [hall] = why?.areas ?? [];
    assert.ok(hall !== undefined);
    assert.equal(hall.signals[0]?.count, 1);
    assert.equal(hall.rules[order('person')]?.verdict, 'held');
  });

  test('a rule that does not count while the site is disarmed says so, and the mode from before counts', async () => {
    const fields = { v: 1, site: 's', area: '', source: 'site', from: 0, by: 'anna', how: 'flow' } as const;
    const disarmed = {
      ...fields,
      kind: 'arming',
      mode: 'disarmed',
      counting: 'disarmed',
      capturedAt: at - 60_000,
    } as const;
    const { why, incidents } = await tried([disarmed, ...looks({ person: 0.9 }, 0, 2)], at);
    assert.equal(why?.mode, 'disarmed');
    assert.deepEqual(incidents, []);
    assert.equal(why.areas[0]?.rules[order('person')]?.verdict, 'mode');
  });
});
