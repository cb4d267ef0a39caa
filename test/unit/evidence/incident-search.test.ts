import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Incident } from '../../../src/contracts/messages.ts';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import type { ListRequest } from '../../../src/evidence/incident-list.ts';
import { exportBundle } from '../../../src/evidence/trust/export-bundle.ts';
import { verifyBundle } from '../../../src/evidence/trust/verify-bundle.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident } from './incident.ts';

const at = Date.UTC(2026, 10, 21, 20);

function storeOn(database: Database, folder: string): EvidenceStore {
  const metrics = { count: () => undefined, observe: () => undefined };
  const log = new RecordingLog();
  return new EvidenceStore({ database, folder, clock: new ManualClock(), log, metrics, newId: randomUUID });
}

async function opened(t: TestContext): Promise<{ store: EvidenceStore; database: Database; folder: string }> {
  const folder = temporaryFolder(t);
  const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  return { store: storeOn(database, folder), database, folder };
}

const found = async (store: EvidenceStore, filter: Partial<ListRequest>): Promise<string[]> =>
  (await store.list({ limit: 50, ...filter })).map(({ id }) => id);

const night: readonly Partial<Incident>[] = [
  { id: 'a', area: 'yard', source: 'yard-1', sources: ['yard-1', 'mic'], severity: 1, startedAt: at },
  { id: 'b', area: 'shop', source: 'till', sources: ['till'], severity: 2, startedAt: at + 1000, reason: 'person' },
  { id: 'c', area: 'shop', source: 'till', sources: ['till', 'mic'], severity: 3, startedAt: at + 2000 },
  { id: 'd', area: 'Küche', source: 'oven', sources: ['oven'], severity: 3, startedAt: at + 3000, reason: 'smoke' },
];

test('incidents are found by area, by any source, by a label of the reason, by severity and by time', async (t) => {
  const { store } = await opened(t);
  for (const fields of night) await store.record(incident(fields), {});
  assert.deepEqual(await found(store, { area: 'shop' }), ['c', 'b']);
  assert.deepEqual(await found(store, { source: 'mic' }), ['c', 'a']);
  assert.deepEqual(await found(store, { label: 'smoke' }), ['d']);
  assert.deepEqual(await found(store, { label: 'person' }), ['c', 'b', 'a']);
  assert.deepEqual(await found(store, { minimumSeverity: 3, area: 'shop', source: 'till' }), ['c']);
  assert.deepEqual(await found(store, { from: at + 1000, to: at + 3000 }), ['c', 'b']);
  assert.deepEqual(await found(store, { from: at + 1000, to: at + 3000, label: 'glass_break' }), ['c']);
  assert.deepEqual(await found(store, { area: 'nowhere' }), []);
  assert.deepEqual(await found(store, { site: 'home', state: 'open', area: 'shop' }), ['c', 'b']);
});

test('words find an incident whole, half typed, in capitals and without their accents; signs are no words', async (t) => {
  const { store } = await opened(t);
  for (const fields of night) await store.record(incident(fields), {});
  await store.record(incident({ id: 'e', startedAt: at + 4000, explanation: ['Jemand steht in der Küche.'] }), {});
  for (const text of ['kuche', 'KÜCHE', 'küc', 'Küche']) {
    assert.deepEqual(await found(store, { text }), ['e', 'd'], text);
  }
  assert.deepEqual(await found(store, { text: 'jemand kuche' }), ['e']);
  assert.deepEqual(await found(store, { text: 'jemand yard' }), []);
  assert.deepEqual(await found(store, { text: '"; -- *' }), []);
  // Names of the index itself are no words of an incident.
  for (const text of ['area', 'sev', 'NOT', 'review', 'incident_words']) {
    assert.deepEqual(await found(store, { text }), [], text);
  }
});

test('what changes is found by what it is now: a severity that rose, a sentence that came, a verdict', async (t) => {
  const { store } = await opened(t);
  await store.record(incident({ severity: 1, explanation: ['A person was seen.'] }), {});
  assert.deepEqual(await found(store, { minimumSeverity: 3 }), []);
  await store.record(incident({ severity: 3, seq: 1, explanation: ['A shot was heard.'] }), {});
  assert.deepEqual(await found(store, { minimumSeverity: 3, text: 'shot' }), ['incident-1']);
  assert.deepEqual(await found(store, { text: 'seen' }), []);
  assert.deepEqual(await found(store, { review: 'pending' }), ['incident-1']);
  await store.review('incident-1', { action: 'acknowledge' }, 'anna');
  assert.deepEqual(await found(store, { state: 'unreviewed' }), []);
  await store.review('incident-1', { action: 'false-positive' }, 'anna');
  assert.deepEqual(await found(store, { review: 'false-positive' }), ['incident-1']);
  assert.deepEqual(await found(store, { review: 'acknowledged' }), []);
});

test('pages of a filtered list neither repeat nor leave out, however many begin in one millisecond', async (t) => {
  const { store } = await opened(t);
  const ids = Array.from({ length: 60 }, (_, n) => `i${String((n * 37) % 60).padStart(2, '0')}`);
  for (const [n, id] of ids.entries()) {
    await store.record(incident({ id, startedAt: at + (n < 45 ? 0.25 * (n % 3) : n) }), {});
  }
  const all = await found(store, { area: 'shop' });
  assert.equal(new Set(all).size, 50);
  assert.deepEqual(all, await found(store, {}), 'the order of the unfiltered list');
  for (const limit of [1, 7, 44]) {
    const seen: string[] = [];
    let before: ListRequest['before'];
    for (;;) {
      const page = await store.list({ limit, area: 'shop', ...(before === undefined ? {} : { before }) });
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      if (last === undefined) break;
      before = { startedAt: last.startedAt, id: last.id };
    }
    assert.equal(seen.length, 60);
    assert.deepEqual(seen.slice(0, 50), all);
    assert.equal(new Set(seen).size, 60);
  }
});

test('incidents of an earlier version are taken into the index at the first start', async (t) => {
  const { store, database, folder } = await opened(t);
  for (const fields of night) await store.record(incident(fields), {});
  await database.query.deleteFrom('incident_words').where('rowid', '>', 0).execute();
  await database.query.updateTable('incidents').set({ place: null }).execute();
  assert.deepEqual(await found(storeOn(database, folder), { area: 'shop' }), ['c', 'b']);
});

test('a story that went on in neighbouring areas is found by each of them, and they stay with it', async (t) => {
  const { store, folder } = await opened(t);
  const story = { id: 'walk', area: 'drive', startedAt: at };
  await store.record(incident(story), {});
  assert.equal((await store.incident('walk'))?.areas, undefined);
  const onward = { ...story, phase: 'update' as const, area: 'porch', areas: ['drive', 'porch'] };
  await store.record(incident({ ...onward, seq: 1 }), {});
  const end = { ...story, phase: 'end' as const, area: 'hall', areas: ['porch', 'hall'] };
  await store.record(incident({ ...end, seq: 2 }), {});
  // One that comes late changes nothing.
  await store.record(incident({ ...onward, seq: 1, areas: ['cellar'] }), {});
  for (const area of ['drive', 'porch', 'hall']) assert.deepEqual(await found(store, { area }), ['walk'], area);
  assert.deepEqual(await found(store, { text: 'porch' }), ['walk']);
  assert.deepEqual(await found(store, { area: 'cellar' }), []);
  const [listed] = await store.list({ limit: 1 });
  assert.deepEqual([listed?.area, listed?.areas], ['hall', ['drive', 'porch', 'hall']]);
  assert.deepEqual((await store.incident('walk'))?.areas, ['drive', 'porch', 'hall']);
  assert.deepEqual((await verifyFolder(folder)).first, []);
  const order = { folder, now: at };
  const file = (name: string) => join(folder, `${name}.zip`);
  assert.equal((await exportBundle({ ...order, file: file('porch'), area: 'porch' })).incidents, 1);
  assert.deepEqual((await verifyBundle(file('porch'))).first, []);
  await assert.rejects(exportBundle({ ...order, file: file('cellar'), area: 'cellar' }), { name: 'ES_BAD_INPUT' });
});

test('a list and an incident cost few messages to the database thread, whatever is in them', async (t) => {
  const { store } = await opened(t);
  for (const fields of night) await store.record(incident(fields), {});
  await found(store, {});
  const messages = t.mock.method(Worker.prototype, 'postMessage').mock;
  const spent = async (ask: () => Promise<unknown>): Promise<number> => {
    const before = messages.callCount();
    await ask();
    return messages.callCount() - before;
  };
  assert.equal(await spent(() => store.summary('b', 'whole')), 1);
  assert.equal(await spent(() => store.list({ limit: 50 })), 2);
  assert.equal(await spent(() => store.list({ limit: 2, area: 'shop', minimumSeverity: 1 })), 4);
  assert.equal(await spent(() => store.list({ limit: 50, area: 'nowhere' })), 3);
});
