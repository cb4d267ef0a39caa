import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import { BenchArea } from './bench-area.ts';

/** When a signal of an incident began, was best, and ended, in seconds since `from`. */
function spanOf({ signals }: Incident, label: string, from: number): number[] {
  const signal = signals.find((one) => one.label === label);
  assert.ok(signal?.firstAt !== undefined && signal.lastAt !== undefined, `${label} has no span`);
  return [signal.firstAt, signal.capturedAt, signal.lastAt].map((at) => (at - from) / 1000);
}

const lingering: Rule = {
  ...{ id: 'lingering', enabled: true, severity: 2 },
  all: [{ kind: 'object', label: 'person', forSeconds: 10 }],
};

describe('the span of a signal', () => {
  test('goes from the first to the last picture; the best one lies between', () => {
    const area = new BenchArea();
    const start = area.clock.now();
    area.watch({ person: 0.6 }, 4000);
    area.watch({ person: 0.9 }, 200);
    area.watch({ person: 0.7 }, 6000);
    area.wait(60_000);
    assert.equal(area.last.phase, 'end');
    assert.deepEqual(spanOf(area.last, 'person', start), [0, 4, 10]);
  });

  test('begins where a thing began that had to go on for a while', () => {
    const area = new BenchArea({ rules: [lingering] });
    const start = area.clock.now();
    area.watch({ person: 0.8 }, 15_000);
    area.wait(60_000);
    assert.equal(area.last.startedAt, start + 10_000);
    assert.deepEqual(spanOf(area.last, 'person', start), [0, 10, 14.8]);
  });

  test('goes on while it is still there, though no rule asks for it any more', () => {
    const alarm: Rule = {
      ...{ id: 'alarm', enabled: true, severity: 3 },
      all: [
        { kind: 'object', label: 'person' },
        { kind: 'sound', label: 'glass_break' },
      ],
    };
    const area = new BenchArea({ rules: [alarm] });
    const start = area.clock.now();
    area.watch({ person: 0.8 }, 1000);
    area.hear({ glass_break: 0.9 });
    area.wait(1000);
    area.hear({ dog_bark: 0.9 });
    area.watch({ person: 0.8 }, 20_000);
    area.hear({ dog_bark: 0.7 });
    area.wait(60_000);
    assert.deepEqual(spanOf(area.last, 'person', start).at(-1), 21.8);
    assert.deepEqual(spanOf(area.last, 'dog_bark', start), [2, 2, 22]);
  });

  test('of a camera that was away is from then until it came back', () => {
    const area = new BenchArea();
    const start = area.clock.now();
    area.stream('backing-off');
    area.wait(300_000);
    area.stream('connected');
    area.wait(60_000);
    assert.equal(area.last.phase, 'end');
    const [first, best = 0, last] = spanOf(area.last, 'offline', start);
    assert.deepEqual([first, last], [0, 300]);
    assert.ok(best > 0 && best < 300);
  });

  test('of what came late begins earlier', () => {
    const area = new BenchArea();
    const start = area.clock.now();
    area.wait(2000);
    area.see({ person: 0.9 });
    area.see({ person: 0.8 }, { capturedAt: start + 500 });
    area.wait(60_000);
    assert.deepEqual(spanOf(area.last, 'person', start), [0.5, 2, 2]);
  });
});
