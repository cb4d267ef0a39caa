import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { played, type Expected, type Scenario } from '../../scenarios/scenario.ts';

const files = globSync(join(import.meta.dirname, '..', '..', 'scenarios', '*.json')).sort();
const corpus = files.map((file) => ({
  theme: basename(file, '.json'),
  scenarios: JSON.parse(readFileSync(file, 'utf8')) as Scenario[],
}));

for (const { theme, scenarios } of corpus) {
  describe(`scenarios: ${theme}`, () => {
    for (const scenario of scenarios) {
      const pins = scenario.pins === undefined ? '' : ` (${scenario.pins.join(', ')})`;
      test(`${scenario.name}${pins}`, () => {
        const made = played(scenario);
        const found = made.map((incident): Expected => {
          const { area, severity, reason, told, endedAt } = incident;
          const news = told.filter(({ phase }) => phase !== 'end').length;
          const place = area === 'hall' ? {} : { area };
          return { ...place, severity, reason, told: news, ...(endedAt === undefined ? { open: true } : {}) };
        });
        const expected = scenario.incidents.map((incident) => {
          const known: Expected = { ...incident };
          delete known.says;
          return known;
        });
        assert.deepEqual(found, expected);
        for (const [index, { says = [] }] of scenario.incidents.entries()) {
          const explanation = made[index]?.explanation.join('\n') ?? '';
          for (const words of says) assert.ok(explanation.includes(words), `"${words}" in\n${explanation}`);
        }
      });
    }
  });
}

test('there are scenarios enough, and no two of one name', () => {
  const names = corpus.flatMap(({ scenarios }) => scenarios.map(({ name }) => name));
  assert.ok(names.length >= 40, `${names.length}`);
  assert.equal(new Set(names).size, names.length);
});
