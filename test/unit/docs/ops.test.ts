import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { metricAliases, metricDefinitions } from '../../../src/contracts/metrics.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'docs', 'ops');
const labelsOf = new Map<string, readonly string[]>(
  Object.entries(metricDefinitions).map(([name, { labels }]) => [name, labels]),
);
/** Words of PromQL that stand where a metric could. */
const words = ['sum', 'by', 'rate', 'increase', 'histogram_quantile', 'and', 'le', 'up', 'job', 'reason', 'fault'];

/** The names in an expression, without strings, durations, and what stands in `by (...)`. */
function namesIn(expression: string): string[] {
  const plain = expression.replaceAll(/"[^"]*"|\[[^\]]*\]|by \([^)]*\)/g, '');
  return (plain.match(/[a-z_]{2,}/g) ?? []).filter((name) => !words.includes(name));
}

function expressions(): string[] {
  const dashboard = JSON.parse(readFileSync(join(folder, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const rules = readFileSync(join(folder, 'prometheus-alerts.yml'), 'utf8');
  return [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...[...rules.matchAll(/^ +expr: (.*)$/gm)].map(([, expression]) => expression ?? ''),
  ];
}

describe('what Grafana and Prometheus are told', () => {
  test('names metrics that there are, histograms by their buckets', () => {
    const found = expressions();
    assert.ok(found.length > 15);
    for (const expression of found) {
      for (const name of namesIn(expression)) {
        const metric = name.replace(/_bucket$/, '');
        assert.ok(labelsOf.has(metric) || metric in metricAliases, `${name} in ${expression}`);
        const type = metricDefinitions[metric as keyof typeof metricDefinitions].type;
        assert.equal(name.endsWith('_bucket'), type === 'histogram', expression);
      }
    }
  });

  test('groups by labels that those metrics have', () => {
    for (const expression of expressions()) {
      const [, by = ''] = /by \(([^)]*)\)/.exec(expression) ?? [];
      const names = namesIn(expression).map((name) => name.replace(/_bucket$/, ''));
      for (const label of by.split(', ').filter((one) => one !== '' && one !== 'le')) {
        for (const name of names) assert.ok(labelsOf.get(name)?.includes(label), `${label} in ${expression}`);
      }
    }
  });
});
