import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import type { ExpressionFacts } from '../../../src/fusion/expression/expression-facts.ts';
import { RuleExpression } from '../../../src/fusion/expression/rule-expression.ts';
import { BenchArea } from './bench-area.ts';

const at = Date.UTC(2026, 0, 1, 23, 5);

function facts(signals = 10): ExpressionFacts {
  const one = (index: number): ExpressionFacts['signals'][number] => {
    const label = index % 2 === 0 ? 'person' : 'dog';
    return { kind: 'object', label, source: `cam-${index % 3}`, score: 0.5 + index / 200, at, secondsAgo: 0 };
  };
  const all = Array.from({ length: signals }, (_, index) => one(index));
  return {
    ...{ area: 'hall', mode: 'night', time: { at, day: 'thu', hour: 23, minute: 5 } },
    ...{ rule: { id: 'r', label: 'R', severity: 2 }, met: all.slice(0, 1), signals: all, states: [] },
  };
}

function refusal(source: string): string {
  try {
    new RuleExpression(source);
  } catch (thrown) {
    assert.ok(thrown instanceof SentinelError && thrown.name === 'ES_BAD_CONFIG');
    return thrown.message;
  }
  return '';
}

describe('an expression asks over what lies around', () => {
  const cases: readonly [string, boolean][] = [
    ['$count(signals[label = "person"]) = 5', true],
    ['$count($distinct(signals.source)) > 3', false],
    ['mode in ["night", "away"] and time.hour >= 22', true],
    ['($late := time.hour > 22; $late and area = "hall")', true],
    ['signals[label="cat"]', false],
    ['signals[label="dog"][0].score', true],
    ['incident.severity', false],
    ['signals.score ~> $max() > 0.9', false],
    ['time.hour < 6 ? true : $contains(area, "ha")', true],
    ['$millis() = time.at and $now() = "2026-01-01T23:05:00.000Z"', true],
  ];
  for (const [source, holds] of cases) {
    test(`${source} is ${holds}`, () => {
      assert.deepEqual(new RuleExpression(source).ask(facts()), { holds });
    });
  }

  test('what fails counts as true, and says why', () => {
    const { holds, fault = '' } = new RuleExpression('$sum(signals.label) > 1').ask(facts());
    assert.equal(holds, true);
    assert.match(fault, /sum/);
  });

  test('reaches nothing but the facts', () => {
    for (const source of ['constructor', '$lookup($, "constructor")', '$lookup($$, "__proto__")', '$sum.constructor']) {
      assert.equal(new RuleExpression(source).ask(facts()).holds, false, source);
    }
  });
});

describe('an expression is bounded', () => {
  test('by its steps: what multiplies is cut off, and then rests', () => {
    const endless = new RuleExpression('$count(signals.$$.signals.$$.signals.$$.signals) > 0');
    const cut = endless.ask(facts(64));
    assert.deepEqual(cut, { holds: true, fault: 'it takes more than 5000 steps' });
    // It would work for so little, and is not asked while it rests.
    assert.deepEqual(endless.ask(facts(1)), cut);
    const later = { ...facts(1), time: { ...facts().time, at: at + 10_000 } };
    assert.deepEqual(endless.ask(later), { holds: true });
  });

  test('by what it makes: texts that double', () => {
    const doubling = `area${'.($ & $)'.repeat(40)}`;
    assert.equal(new RuleExpression(doubling).ask(facts()).fault, 'it takes more than 5000 steps');
  });

  test('by its length', () => {
    assert.match(refusal(`area = "${'a'.repeat(2000)}"`), /longer than 2000 characters/);
  });

  const refused: readonly [string, RegExp][] = [
    ['$random() > 0.5', /\$random cannot stand in a condition/],
    ['$eval("1")', /\$eval cannot/],
    ['$shuffle(signals)', /\$shuffle cannot/],
    ['$pad("a", 1e9)', /\$pad cannot/],
    ['function($x){ $x }', /lambda cannot/],
    ['$contains(area, /(a+)+b/)', /regex cannot/],
    ['[1..10000000]', /of more than texts and numbers cannot/],
    ['{"a": 1}', /\{\} cannot/],
    ['signals{label: score}', /\{\} cannot/],
    ['**', /descendant cannot/],
    ['|$|{"a":1}|', /transform cannot/],
    ['[[1], [2]]', /of more than texts and numbers cannot/],
    ['($__evaluate_entry := false; true)', /\$__evaluate_entry cannot/],
    ['($count := 1; true)', /\$count cannot/],
    ['signals[label = "person"', /at character 24: Expected "\]" before end of expression/],
    ['area = = "hall"', /at character \d+/],
    ['$nothing', /\$nothing cannot/],
  ];
  for (const [source, said] of refused) {
    test(`${source} is refused with a reason and a place`, () => {
      const message = refusal(source);
      assert.match(message, said);
      assert.match(message, /^Its expression is wrong at character \d+: /);
    });
  }
});

const guarded = (expression: string, more: Partial<Rule> = {}): Rule => ({
  ...{ v: 2, id: 'g', enabled: true, severity: 2, label: 'Guarded', all: [{ kind: 'object', label: 'person' }] },
  ...{ expression, ...more },
});

describe('rules with expressions', () => {
  test('a wrong one is refused when the node starts, and named, also when it is off', () => {
    const rules = [guarded('true'), guarded('time.hour >', { enabled: false, label: 'Late' })];
    assert.throws(() => new BenchArea({ rules }), {
      name: 'ES_BAD_CONFIG',
      message: /^Rule 2 \(Late\) cannot be used\. Its expression is wrong at character \d+/,
    });
  });

  test('the hour is that of the site', () => {
    // Noon of the machine; the expression asks for the hour in Auckland.
    const hour = Number(
      new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: 'Pacific/Auckland' }).format(
        new BenchArea().clock.now(),
      ),
    );
    const area = new BenchArea({ rules: [guarded(`time.hour = ${hour}`)], timeZone: 'Pacific/Auckland' });
    area.see({ person: 0.9 });
    assert.deepEqual(area.alerts, ['start 2 person']);
  });

  test('one that fails keeps nothing back; it is told, and again only after it has worked', () => {
    const failing: string[] = [];
    const rules = [guarded('area = "hall" and met.score < 0.95 ? false : $sum(met.label) > 1')];
    const area = new BenchArea({ rules, failing: (rule, why) => failing.push(`${rule.id}: ${why}`) });
    area.see({ person: 0.9 });
    assert.deepEqual([failing.length, area.alerts], [0, []]);
    area.see({ person: 0.97 });
    area.see({ person: 0.97 });
    assert.deepEqual([failing.length, area.alerts], [1, ['start 2 person']]);
    area.wait(1000);
    area.see({ person: 0.9 });
    area.wait(1000);
    area.see({ person: 0.97 });
    assert.equal(failing.length, 2);
  });

  test('a label that only an expression names costs no camera its memory', () => {
    const area = new BenchArea({ rules: [guarded('"open" in signals.label', { within: 60 })] });
    area.see({ person: 0.9 });
    for (let door = 0; door < 500; door += 1) area.signal('door', `closed-${door}`);
    area.signal('door', 'open');
    assert.deepEqual(area.alerts, ['start 2 person']);
  });
});
