import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import { BenchArea } from './bench-area.ts';

const person: Rule = {
  ...{ id: 'person', enabled: true, severity: 1, label: '' },
  all: [{ kind: 'object', label: 'person' }],
};
const breakIn: Rule = {
  ...{ id: 'break-in', enabled: true, severity: 3, label: 'Somebody breaks in' },
  all: [
    { kind: 'object', label: 'person' },
    { kind: 'sound', label: 'glass_break' },
  ],
};
const never: Rule = { id: 'never', enabled: true, severity: 2, all: [{ kind: 'object', label: 'bear' }] };

describe('the rules that held', () => {
  test('are told with their signals, first the one that the incident stands on', () => {
    const area = new BenchArea({ rules: [never, person, breakIn], node: 'fuse-1' });
    const start = area.clock.now();
    area.see({ person: 0.8 });
    assert.deepEqual(
      area.last.rules?.map(({ id }) => id),
      ['person'],
    );
    area.wait(1000);
    area.hear({ glass_break: 0.9, dog_bark: 0.9 }, { source: 'mic' });
    area.wait(60_000);
    const [seen, heard] = [
      { kind: 'object', label: 'person', source: 'cam' },
      { kind: 'sound', label: 'glass_break', source: 'mic' },
    ];
    assert.deepEqual(area.last.rules, [
      {
        ...{ id: 'break-in', node: 'fuse-1', name: 'Somebody breaks in', severity: 3, firstAt: start + 1000 },
        signals: [seen, heard],
      },
      { id: 'person', node: 'fuse-1', name: 'Person', severity: 1, firstAt: start, signals: [seen] },
    ]);
  });

  test('keep what they stood on, from whichever camera, up to a bound', () => {
    const area = new BenchArea({ rules: [person] });
    for (let n = 0; n < 30; n += 1) area.see({ person: 0.8 }, { source: `cam-${n}` });
    const [rule] = area.last.rules ?? [];
    assert.deepEqual([rule?.node, rule?.signals.length], [undefined, 16]);
    area.wait(60_000);
    area.see({ person: 0.8 }, { source: 'later' });
    assert.deepEqual(
      area.last.rules?.[0]?.signals.map(({ source }) => source),
      ['later'],
    );
  });
});
