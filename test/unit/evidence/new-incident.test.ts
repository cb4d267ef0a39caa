import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type BetterSqlite3 from 'better-sqlite3';
import type { Incident, IncidentSignal } from '../../../src/contracts/messages.ts';
import type { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { incident, jpeg } from './incident.ts';
import { keptFolder } from './kept-folder.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
const later = Date.UTC(2026, 10, 22, 8);

/** Begins when nothing else does, a minute after the one before it. */
function alone(id: string, minute: number, fields: Partial<Incident> = {}): Incident {
  const startedAt = later + minute * 60_000;
  return incident({ id, startedAt, updatedAt: startedAt, capturedAt: startedAt, ...fields });
}

/** A store that has written to its chain, with what it asks its database thread from here on. */
async function writing(t: TestContext) {
  const kept = await keptFolder(t);
  await kept.store.record(alone('before', 0), {});
  const { mock } = t.mock.method(Worker.prototype, 'postMessage');
  const messagesOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = mock.callCount();
    await work();
    return mock.callCount() - before;
  };
  return { ...kept, messagesOf };
}

async function assertSound(folder: string, incidents: number): Promise<void> {
  const found = await verifyFolder(folder);
  assert.deepEqual(found.first, []);
  assert.equal(found.incidents, incidents);
}

async function ids(store: EvidenceStore): Promise<string[]> {
  return (await store.list({ limit: 50 })).map(({ id }) => id);
}

describe('an incident of which nothing is known', () => {
  test('is written, found and proved with one message to the database thread', async (t) => {
    const { folder, store, messagesOf } = await writing(t);
    const rules = [{ id: 'break-in', name: 'Break-in', severity: 3, firstAt: later, signals: [] }];
    const told = alone('new', 1, { rules, areas: ['shop', 'yard'], label: 'Unheard of' });
    assert.equal(await messagesOf(() => store.record(told, { image: jpeg('a pane') })), 1);
    const kept = await store.incident('new');
    assert.deepEqual(kept?.signals, told.signals);
    assert.deepEqual([kept.rules, kept.areas, kept.evidence?.length], [rules, ['shop', 'yard'], 1]);
    assert.deepEqual((await store.list({ limit: 9, text: 'unheard' })).length, 1);
    assert.deepEqual((await store.list({ limit: 9, area: 'yard' })).length, 1);
    await assertSound(folder, 5);
  });

  test('is merged where it is known all the same', async (t) => {
    const { folder, store } = await writing(t);
    await store.record(alone('new', 1), {});
    await store.record(alone('new', 1, { seq: 1, label: 'Two people' }), {});
    assert.equal((await store.incident('new'))?.label, 'Two people');
    await assertSound(folder, 5);
  });

  test('follows what others have bound into the chain meanwhile', async (t) => {
    const { folder, store, messagesOf } = await writing(t);
    await store.review('before', { action: 'confirm' }, 'anna');
    assert.ok((await messagesOf(() => store.record(alone('new', 1), {}))) > 1);
    assert.equal(await messagesOf(() => store.record(alone('next', 2), {})), 1);
    await assertSound(folder, 6);
  });

  test('begins the chain anew where it is gone', async (t) => {
    const { folder, store } = await writing(t);
    const other = new Sqlite(join(folder, 'sentinel.db'));
    other.exec('DROP TRIGGER chain_is_kept; DELETE FROM chain');
    other.close();
    await store.record(alone('new', 1), {});
    const { first, entries } = await verifyFolder(folder);
    assert.equal(entries, 1);
    const faults = first.map(({ where }) => where);
    assert.ok(
      faults.includes('incident before') && !faults.includes('incident new') && !faults.includes('chain entry 1'),
    );
  });

  test('is in order where another began in the same millisecond', async (t) => {
    const { folder, store } = await writing(t);
    for (const id of ['first', 'second', 'third']) await store.record(alone(id, 1), {});
    await store.record(alone('fourth', 2), {});
    assert.deepEqual((await ids(store)).slice(0, 4), ['fourth', 'third', 'second', 'first']);
    await assertSound(folder, 8);
  });

  test('keeps one row of a signal that it names twice, and half a character as the database does', async (t) => {
    const { folder, store } = await writing(t);
    const [signal] = incident().signals as [IncidentSignal];
    await store.record(alone('twice', 1, { signals: [signal, signal] }), {});
    await store.record(alone('half', 2, { label: 'cut \ud83d', signals: [{ ...signal, label: '\udc00' }] }), {});
    assert.deepEqual((await store.incident('twice'))?.signals, [signal]);
    const half = await store.incident('half');
    assert.deepEqual([half?.label, half?.signals[0]?.label], ['cut \ufffd', '\ufffd']);
    await assertSound(folder, 6);
  });

  test('is refused as a whole where a value is none, and the next one is kept', async (t) => {
    const { folder, store } = await writing(t);
    const [signal] = incident().signals as [IncidentSignal];
    const refused = store.record(alone('none', 1, { signals: [{ ...signal, score: Number.NaN }] }), {});
    await assert.rejects(refused, { name: 'ES_DATABASE', message: /NOT NULL/ });
    assert.equal(await store.incident('none'), undefined);
    await store.record(alone('next', 2), {});
    await assertSound(folder, 5);
  });
});
