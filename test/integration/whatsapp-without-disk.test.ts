import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SentinelError } from '../../src/contracts/errors.ts';
import type { Database } from '../../src/database/database.ts';
import { incident } from '../unit/alerting/incident.ts';
import { alertDesk, jpeg, policy, until } from './alert-desk.ts';

/** A database on which some statements fail while `fails` says so. */
function failing(fails: { now: 'nothing' | 'writes' | 'all' }): (database: Database) => Database {
  const writers = ['insertInto', 'updateTable', 'deleteFrom', 'transaction', 'getExecutor'];
  return (database) => ({
    close: () => database.close(),
    onReplaced: (listener) => database.onReplaced(listener),
    query: new Proxy(database.query, {
      get(query, name) {
        if (fails.now === 'all' || (fails.now === 'writes' && writers.includes(String(name)))) {
          throw new SentinelError('ES_DATABASE', 'The disk is full (SQLITE_FULL).');
        }
        const value: unknown = Reflect.get(query, name, query);
        return typeof value === 'function' ? (value.bind(query) as unknown) : value;
      },
    }),
  });
}

/** A disk of 1 MB; undefined where nobody lets us mount one. */
function tinyDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  t.after(() => {
    execFileSync('umount', ['-l', folder]);
    rmdirSync(folder);
  });
  return folder;
}

describe('WhatsApp alerts while the database fails', () => {
  for (const what of ['writes', 'all'] as const) {
    test(`${what === 'all' ? 'nothing can be read or written' : 'nothing can be written'}: sent at once with the picture, told once, written down later`, async (t) => {
      const fails: Parameters<typeof failing>[0] = { now: 'nothing' };
      const desk = await alertDesk(t, {}, { wrap: failing(fails) });
      await desk.alerts.start();
      await desk.alerts.alert(incident({ id: 'before', reason: 'a' }), undefined, policy);
      await desk.settled();
      fails.now = what;

      assert.ok((await desk.alerts.alert(incident(), jpeg, policy)).send);
      await until(() => desk.sandbox.messages.length === 3);
      const [, text, image] = desk.sandbox.messages;
      assert.deepEqual([text?.type, image?.type, image?.replyTo], ['text', 'image', text?.id]);
      assert.equal((await desk.alerts.alert(incident(), jpeg, policy)).send, false, 'already told');
      const early = incident({ id: 'before', reason: 'a', phase: 'update' });
      assert.equal((await desk.alerts.alert(early, undefined, policy)).send, false, 'told from disk');
      const storm = await desk.alerts.alert(incident({ id: 'other' }), undefined, policy);
      assert.equal(storm.send, false, 'the cooldown holds');
      assert.deepEqual(desk.storage, ['ES_DATABASE']);
      assert.equal((await desk.rows()).length, 1);

      fails.now = 'nothing';
      await until(() => desk.storage.length === 2);
      assert.deepEqual(desk.storage, ['ES_DATABASE', 'ok']);
      await until(async () => (await desk.rows()).filter(({ state }) => state === 'accepted').length === 3);
      assert.equal(desk.sandbox.messages.length, 3);
    });
  }

  test('what could not be sent either is in the outbox once that works again, and is sent once', async (t) => {
    const fails: Parameters<typeof failing>[0] = { now: 'all' };
    const desk = await alertDesk(t, {}, { wrap: failing(fails) });
    desk.sandbox.fail(...Array.from({ length: 4 }, () => ({ status: 503 })));
    await desk.alerts.start();
    await desk.alerts.alert(incident(), jpeg, policy);
    fails.now = 'nothing';
    await until(async () => (await desk.rows()).length === 2);
    await desk.settled();
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['text', 'image'],
    );
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted']);
  });

  test('a disk that fills up and is freed again', async (t) => {
    const folder = tinyDisk(t);
    if (folder === undefined) {
      t.skip('a small disk cannot be mounted here');
      return;
    }
    const desk = await alertDesk(t, {}, { folder });
    await desk.alerts.start();
    desk.sandbox.fail({ status: 503 });
    await desk.alerts.alert(incident({ id: 'before', reason: 'before' }), jpeg, policy);
    const ballast = join(folder, 'ballast');
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));

    for (const id of ['a', 'b', 'c']) {
      await desk.alerts.alert(incident({ id, reason: id }), Buffer.concat([jpeg, Buffer.alloc(50_000)]), policy);
    }
    await until(() => desk.sandbox.messages.length === 8);
    assert.deepEqual(desk.storage, ['ES_DATABASE']);
    rmSync(ballast);
    await until(() => desk.storage.length === 2);
    await desk.settled();
    assert.equal((await desk.rows()).length, 8);
    assert.equal(desk.sandbox.messages.length, 8);
  });
});
