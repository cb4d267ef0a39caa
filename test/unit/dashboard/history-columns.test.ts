import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { columnsOf, columnStarts, hoursOf, spans } from '../../../dashboard/history/history-columns.ts';

const now = new Date(2026, 10, 21, 13, 37).getTime();

describe('the columns of the history', () => {
  test('begin with full hours or days of whoever looks, and the last one holds this moment', () => {
    for (const span of spans) {
      const starts = columnStarts(span, now);
      assert.equal(starts.length, { '24h': 24, '7d': 7, '30d': 30, '90d': 90 }[span]);
      assert.deepEqual(
        starts,
        starts.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(starts).size, starts.length);
      for (const start of starts) {
        const { minutes, hours } = { minutes: new Date(start).getMinutes(), hours: new Date(start).getHours() };
        assert.deepEqual([minutes, span === '24h' ? 0 : hours], [0, 0]);
      }
      assert.equal(starts.at(-1), new Date(2026, 10, 21, span === '24h' ? 13 : 0).getTime());
    }
  });

  test('add up the quarters of an hour; what is older than the first is nowhere', () => {
    const starts = columnStarts('24h', now);
    const [first = 0, last = 0] = [starts[0], starts.at(-1)];
    const columns = columnsOf(
      {
        slots: [
          { at: first - 1, counts: [9, 9, 9, 9] },
          { at: first, counts: [0, 1, 0, 0] },
          { at: last, counts: [0, 0, 0, 2] },
          { at: last + 1_800_000, counts: [1, 0, 0, 1] },
        ],
      },
      starts,
    );
    assert.deepEqual(columns[0]?.counts, [0, 1, 0, 0]);
    assert.deepEqual([columns.at(-1)?.counts, columns.at(-1)?.total], [[1, 0, 0, 3], 4]);
    assert.equal(
      columns.reduce((sum, { total }) => sum + total, 0),
      5,
    );
  });

  test('by the hour of the day take every day together', () => {
    const at = (day: number, hour: number): number => new Date(2026, 10, day, hour, 15).getTime();
    const hours = hoursOf({
      slots: [
        { at: at(20, 3), counts: [0, 0, 1, 0] },
        { at: at(21, 3), counts: [0, 0, 0, 1] },
        { at: at(21, 22), counts: [1, 0, 0, 0] },
      ],
    });
    assert.deepEqual([hours[3]?.total, hours[22]?.total, hours[4]?.total], [2, 1, 0]);
  });
});
