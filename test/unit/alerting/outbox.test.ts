import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { alertHistory } from '../../../src/alerting/alert-history.ts';
import { RecentAlerts } from '../../../src/alerting/recent-alerts.ts';
import { Outbox } from '../../../src/alerting/outbox.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { outboxRow } from '../database/rows.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident } from './incident.ts';

const at = 1_700_000_000_000;
const hour = 3_600_000;
const spans = { deadlineMs: [0, 0, 0, 60_000], lateMs: [0, 0, 0, 0] };

async function opened(t: TestContext, ...rows: Parameters<typeof outboxRow>[0][]): Promise<[Outbox, Database]> {
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  if (rows.length > 0) await database.query.insertInto('outbox').values(rows.map(outboxRow)).execute();
  return [new Outbox(database, 'account-1'), database];
}

describe('outbox', () => {
  test('severity 3 goes first, then the oldest; other accounts and finished rows never', async (t) => {
    const [outbox] = await opened(
      t,
      { id: 'old', incident_id: 'a', severity: 1, created_at: at - 5 },
      { id: 'older', incident_id: 'b', severity: 1, created_at: at - 9, state: 'unknown' },
      { id: 'alarm', incident_id: 'c', severity: 3, created_at: at },
      { id: 'later', incident_id: 'd', next_at: at + 1 },
      { id: 'sending', incident_id: 'e', state: 'sending' },
      { id: 'accepted', incident_id: 'f', state: 'accepted' },
      { id: 'other', incident_id: 'g', account: 'account-2' },
    );
    const ids = async (limit: number) => (await outbox.due('text', at, limit)).map((row) => row.id);
    assert.deepEqual(await ids(10), ['alarm', 'older', 'old']);
    assert.deepEqual(await ids(1), ['alarm']);
    assert.equal(await outbox.nextTime(at), at + 1);
  });

  test('what was being sent when the process died may have arrived; nothing expires by the time it was down', async (t) => {
    const [outbox] = await opened(
      t,
      { id: 'sending', incident_id: 'a', state: 'sending', attempts: 1, deadline: at + 60_000 },
      { id: 'queued', incident_id: 'b', next_at: at + 30_000, deadline: at + 60_000 },
      { id: 'stale', incident_id: 'c', created_at: at - 30 * hour, deadline: at - 29 * hour },
    );
    const now = at + hour;
    assert.equal(await outbox.recover(now, spans), 3);
    assert.deepEqual(
      (await outbox.expire(now)).map((row) => row.id),
      ['stale'],
    );
    const due = await outbox.due('text', now, 10);
    assert.deepEqual(
      due.map(({ id, state, deadline }) => [id, state, deadline]),
      [
        ['queued', 'queued', now + 60_000],
        ['sending', 'unknown', now + 60_000],
      ],
    );
    const claimed = await Promise.all(due.map((row) => outbox.claim(row, now)));
    assert.deepEqual(
      claimed.map((row) => [row.attempts, row.maybe_duplicate]),
      [
        [1, 0],
        [2, 1],
      ],
    );
  });

  test('a reply waits for its text, gets time of its own, and fails with it', async (t) => {
    const reply = { part: 'image', depends_on: 'text', next_at: at + 60_000, deadline: at + 60_000 };
    const [outbox, database] = await opened(t, { id: 'text' }, { id: 'image', ...reply });
    await outbox.recover(at, spans);
    assert.deepEqual(await outbox.due('image', at, 10), []);
    await outbox.accept('text', 'wamid.1', at + 59_000, 60_000);
    const [image] = await outbox.due('image', at + 59_000, 10);
    assert.equal(image?.deadline, at + 119_000);
    assert.equal(await outbox.providerId('text'), 'wamid.1');

    await database.query.updateTable('outbox').set({ state: 'queued' }).execute();
    assert.deepEqual(
      (await outbox.fail('text', '{}', at))?.map((row) => row.id),
      ['image'],
    );
  });

  test('a text becomes late once in a process, also while it may not be tried; the rest is never called late', async (t) => {
    const [outbox] = await opened(
      t,
      { id: 'waits', incident_id: 'a', created_at: at, late_at: at + 60_000, next_at: at + hour },
      { id: 'later', incident_id: 'b', created_at: at + 1, late_at: at + 60_001, next_at: at + hour },
      { id: 'sending', incident_id: 'c', late_at: at, state: 'sending' },
      { id: 'accepted', incident_id: 'd', late_at: at, state: 'accepted' },
      { id: 'image', incident_id: 'a', part: 'image', depends_on: 'waits', next_at: at + hour },
      { id: 'other', incident_id: 'e', late_at: at, account: 'account-2' },
    );
    const late = async (now: number) => (await outbox.takeLate(now)).map((row) => row.id);
    assert.equal(await outbox.nextTime(at), at + 60_000);
    assert.deepEqual(await late(at + 60_000), ['waits']);
    assert.deepEqual(await late(at + 60_000), []);
    assert.equal(await outbox.nextTime(at), at + 60_001);

    await outbox.shift(hour);
    assert.deepEqual(await late(at + hour), [], 'the clock was set: nothing became older by it');
    await outbox.recover(at + 2 * hour, { ...spans, lateMs: [0, 0, 0, 60_000] });
    assert.deepEqual((await late(at + 2 * hour)).sort(), ['later', 'sending', 'waits'], 'a new process says it again');
  });

  test('putting a person off leaves alone who else waits, and what is more severe', async (t) => {
    const [outbox] = await opened(
      t,
      { id: 'alarm', incident_id: 'a', severity: 3 },
      { id: 'warning', incident_id: 'b', severity: 2 },
      { id: 'notice', incident_id: 'c', severity: 1 },
      { id: 'elsewhere', incident_id: 'a', recipient: '15550199', severity: 1 },
    );
    await outbox.turns.postpone('15550100', 2, at + 6000, at);
    assert.deepEqual(
      (await outbox.due('text', at, 10)).map((row) => row.id),
      ['alarm', 'elsewhere'],
    );
  });

  test('what expires is told text first', async (t) => {
    const [outbox] = await opened(
      t,
      { id: 'image', part: 'image', depends_on: 'text', deadline: at },
      { id: 'text', deadline: at },
    );
    assert.deepEqual(
      (await outbox.expire(at)).map((row) => row.part),
      ['text', 'image'],
    );
  });

  test('what earlier alerts of a node say about a new one; other nodes on the account count for nothing', async (t) => {
    const accepted = { state: 'accepted', accepted_at: at, severity: 2 };
    const [, database] = await opened(
      t,
      { id: '1', incident_id: 'incident-1', sequence: 0, ...accepted },
      { id: '2', incident_id: 'incident-1', sequence: 1, state: 'expired' },
      { id: '3', incident_id: 'elsewhere', area: 'yard', ...accepted, severity: 3 },
      { id: '4', incident_id: 'incident-1', sequence: 0, ...accepted, severity: 3, node: 'node-2' },
    );
    const sender = { account: 'account-1', node: 'node-1' };
    const history = (about: Incident, cooldownMs: number, now: number) =>
      alertHistory(database, sender, about, cooldownMs, now);
    const now = at + 30_000;
    assert.deepEqual(await history(incident(), 60_000, now), { alerted: 2, recent: 2, nextSequence: 2 });
    const next = incident({ id: 'incident-2' });
    assert.deepEqual(await history(next, 60_000, now), { alerted: undefined, recent: 2, nextSequence: 0 });
    const porch = await history(incident({ area: 'porch' }), 60_000, now);
    assert.deepEqual(porch, { alerted: undefined, recent: undefined, nextSequence: 2 }, 'the story went on elsewhere');
    assert.equal((await history(next, 10_000, now)).recent, undefined, 'the cooldown is over');
    assert.equal((await history(next, 0, at)).recent, undefined, 'no cooldown at all');
    assert.equal((await history(next, 60_000, at - hour)).recent, undefined, 'the clock was set back');
  });

  test('a camera that goes dark after another in the same area is told: the cooldown of a state is of one source', async (t) => {
    const state = { reason: 'offline', severity: 2 };
    const offline = (source: string): Incident =>
      incident({
        ...{ ...state, id: `${source} away`, source, sources: [source] },
        signals: [{ kind: 'stream', label: 'offline', source, score: 1, capturedAt: at }],
      });
    const told = { id: '1', incident_id: 'front away', source: 'front', ...state, state: 'accepted', accepted_at: at };
    const [, database] = await opened(t, told);
    const recent = new RecentAlerts();
    recent.add([{ ...outboxRow(told), accepted_at: at }]);
    const sender = { account: 'account-1', node: 'node-1' };
    const later = at + 20_000;
    for (const [source, expected] of [
      ['front', 2],
      ['yard', undefined],
    ] as const) {
      const again = { ...offline(source), id: 'another' };
      assert.equal((await alertHistory(database, sender, again, 60_000, later)).recent, expected);
      assert.equal(recent.history('node-1', again, 60_000, later).recent, expected);
    }
  });

  test('rows go after 30 days, those of accounts that are gone too', async (t) => {
    const [outbox, database] = await opened(
      t,
      { id: 'text', state: 'accepted' },
      { id: 'image', part: 'image', depends_on: 'text', state: 'accepted' },
      { id: 'orphan', account: 'account-2' },
    );
    const now = at + 31 * 24 * hour;
    await outbox.add([{ ...outboxRow({ id: 'new', incident_id: 'new' }), media: null, created_at: now } as never], now);
    const left = await database.query.selectFrom('outbox').select('id').execute();
    assert.deepEqual(left, [{ id: 'new' }]);
  });
});
