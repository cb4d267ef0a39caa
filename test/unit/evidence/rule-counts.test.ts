import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { FiredRule } from '../../../src/contracts/messages.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { exportBundle } from '../../../src/evidence/trust/export-bundle.ts';
import { verifyBundle } from '../../../src/evidence/trust/verify-bundle.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident } from './incident.ts';

const hourMs = 3_600_000;
const now = Date.UTC(2026, 10, 22);

function fired(id: string, node: string, hoursAgo: number): FiredRule {
  return {
    ...{ id, node, name: id, severity: 3, firstAt: now - hoursAgo * hourMs },
    signals: [{ kind: 'object', label: 'person', source: 'front' }],
  };
}

describe('how often rules held', () => {
  test('is counted by node and time, with what was marked as false positive; what is deleted counts no more', async (t) => {
    const folder = temporaryFolder(t);
    const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
    t.after(() => database.close());
    const metrics = { count: () => undefined, observe: () => undefined };
    const clock = new ManualClock(now);
    const store = new EvidenceStore({ database, folder, clock, log: new RecordingLog(), metrics, newId: randomUUID });
    const happened = async (id: string, hoursAgo: number, ...rules: FiredRule[]): Promise<void> => {
      const startedAt = now - hoursAgo * hourMs;
      await store.record(incident({ id, startedAt, updatedAt: startedAt, capturedAt: startedAt, rules }), {});
    };
    await happened('a', 2, fired('person', 'n1', 2), fired('glass', 'n1', 1));
    await happened('b', 50, fired('person', 'n1', 50));
    await happened('c', 200, fired('person', 'n1', 200));
    await happened('d', 900, fired('person', 'n1', 900), fired('old', 'n1', 900));
    await happened('e', 3, fired('person', 'n2', 3));
    // The same message again, one with more, and one by hand that says nothing of rules.
    await happened('a', 2, fired('person', 'n1', 2), fired('glass', 'n1', 1));
    await store.record(incident({ id: 'a', seq: 7 }), {});
    await store.review('b', { action: 'false-positive' }, 'anna');
    const names = ['person', 'glass', 'old', 'never'].map((rule) => ({ node: 'n1', rule }));
    const [person, glass, old, never] = await store.ruleCounts(names);
    assert.deepEqual(person, {
      ...{ node: 'n1', rule: 'person', day: 1, week: 2, month: 3, falsePositives: 1, falsePositiveShare: 1 / 3 },
      lastAt: now - 2 * hourMs,
    });
    assert.deepEqual([glass?.day, glass?.falsePositiveShare], [1, 0]);
    assert.deepEqual([old?.month, old?.falsePositiveShare, old?.lastAt], [0, undefined, now - 900 * hourMs]);
    assert.deepEqual([never?.month, never?.lastAt], [0, undefined]);

    const kept = await store.incident('a');
    assert.deepEqual(
      kept?.rules?.map(({ id }) => id),
      ['person', 'glass'],
    );
    assert.deepEqual((await verifyFolder(folder)).first, []);
    const file = join(temporaryFolder(t), 'bundle.zip');
    await exportBundle({ folder, file, ids: ['a'], now });
    assert.deepEqual((await verifyBundle(file)).first, []);
    await database.query.updateTable('incidents').set({ rules_json: '[]' }).where('id', '=', 'b').execute();
    assert.deepEqual((await verifyFolder(folder)).first, [{ where: 'incident b', what: 'It is not what it was.' }]);

    await database.query.deleteFrom('incidents').where('id', '=', 'e').execute();
    assert.deepEqual(await store.ruleCounts([{ node: 'n2', rule: 'person' }]), [
      { node: 'n2', rule: 'person', day: 0, week: 0, month: 0, falsePositives: 0 },
    ]);
  });
});
