import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { summedUp } from '../../../src/api/site-statistics.ts';
import type { Metrics } from '../../../src/contracts/ports.ts';
import { slotMs } from '../../../src/contracts/statistics.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident } from './incident.ts';

describe('statistics', () => {
  test('count what began in the span, by time, reason, source and answer', async (t) => {
    const folder = temporaryFolder(t);
    const log = new RecordingLog();
    const database = await openDatabase(join(folder, 'sentinel.db'), { log });
    t.after(() => database.close());
    const metrics: Metrics = { count: () => undefined, observe: () => undefined };
    const clock = new ManualClock();
    const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
    const begin = 100 * slotMs;
    const happened = [
      { id: 'a', startedAt: begin, severity: 3, reason: 'person+glass_break', source: 'porch' },
      { id: 'b', startedAt: begin + 1, severity: 1, reason: 'person', source: 'porch' },
      { id: 'c', startedAt: begin + 2, severity: 1, reason: 'person', source: 'yard' },
      { id: 'd', startedAt: begin + slotMs, severity: 1, reason: 'person', source: 'yard' },
      { id: 'before', startedAt: begin - 1, severity: 3, reason: 'person', source: 'yard' },
      { id: 'after', startedAt: begin + 4 * slotMs, severity: 3, reason: 'person', source: 'yard' },
      { id: 'elsewhere', startedAt: begin, severity: 3, reason: 'person', source: 'yard', site: 'shop' },
    ] as const;
    for (const one of happened) await store.record({ ...incident(), ...one }, {});
    const answers = [
      { id: 'a', after: 60_000, action: 'acknowledge' },
      { id: 'a', after: 90_000, action: 'confirm' },
      { id: 'b', after: 10_000, action: 'false-positive' },
      { id: 'c', after: 20_000, action: 'false-positive' },
      { id: 'c', after: 30_000, action: 'acknowledge' },
      { id: 'd', after: 1_000, action: 'note' },
    ] as const;
    for (const { id, after, action } of answers) {
      const { startedAt } = happened.find((one) => one.id === id) ?? { startedAt: 0 };
      clock.advance(startedAt + after - clock.now());
      await store.review(id, action === 'note' ? { action, note: 'a cat' } : { action }, 'ann');
    }
    const asked = { from: begin, to: begin + 4 * slotMs, site: incident().site };
    const told = summedUp([await store.statistics(asked)], asked);
    assert.equal(told.total, 4);
    assert.deepEqual(told.slots, [
      { at: begin, counts: [0, 2, 0, 1] },
      { at: begin + slotMs, counts: [0, 1, 0, 0] },
    ]);
    assert.deepEqual(
      told.reasons.map(({ name, count, confirmed, falseAlarms }) => [name, count, confirmed, falseAlarms]),
      [
        ['person', 3, 0, 2],
        ['person+glass_break', 1, 1, 0],
      ],
    );
    assert.deepEqual(
      told.sources.map(({ name, count, falseAlarms }) => [name, count, falseAlarms]),
      [
        ['porch', 2, 1],
        ['yard', 2, 1],
      ],
    );
    const { reviewed, confirmed, falseAlarms, medianResponseMs, slowResponseMs } = told.reviews;
    assert.deepEqual([reviewed, confirmed, falseAlarms], [3, 1, 2]);
    assert.ok(Math.abs((medianResponseMs ?? 0) - 19_998) <= 2, String(medianResponseMs));
    assert.equal(slowResponseMs, 60_000);
    const everywhere = { from: begin, to: begin + slotMs };
    assert.equal(summedUp([await store.statistics(everywhere)], everywhere).total, 4, 'of every site');
    const total = async (...sources: string[]) => {
      const scoped = { ...asked, sources };
      return summedUp([await store.statistics(scoped)], scoped).total;
    };
    const { site } = incident();
    assert.deepEqual(
      [await total(site), await total(`${site}/porch`), await total('shop'), await total()],
      [4, 2, 0, 0],
    );
  });

  test('of a span in which nothing happened are empty, without an answer time', () => {
    const told = summedUp([], { from: 0, to: 1 });
    assert.deepEqual(told, {
      ...{ from: 0, to: 1, total: 0, slots: [], reasons: [], sources: [] },
      reviews: { reviewed: 0, confirmed: 0, falseAlarms: 0 },
    });
  });
});
