import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expressionFault } from '../../../src/editor/expression-fault.ts';
import { RuleExpression } from '../../../src/fusion/expression/rule-expression.ts';

const expressions: Readonly<Record<string, boolean>> = {
  'time.hour >= 22': true,
  '$count(signals[label = "person"]) > 2 and mode = "night"': true,
  '($late := time.hour > 20; $late or mode = "away")': true,
  'mode in ["night", "away"]': true,
  'time.hour >= ': false,
  'mode ?? "night"': false,
  'mode ?: "night"': false,
  '$random() > 0.5': false,
  'function($x) { $x }(1)': false,
  '/per.*/': false,
  [`mode = "${'x'.repeat(2000)}"`]: false,
};

for (const [expression, fits] of Object.entries(expressions)) {
  test(`the dialog ${fits ? 'takes' : 'refuses'} ${expression.slice(0, 60)}, as the engine does`, () => {
    const fault = expressionFault({ expression }, (key) => key);
    assert.equal(fault === '', fits, fault);
    const compile = () => new RuleExpression(expression);
    if (fits) compile();
    else assert.throws(compile, { name: 'ES_BAD_CONFIG' });
  });
}
