import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { together, togetherAfter, togetherAtLast } from '../../../src/database/together.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incidentRow } from './rows.ts';

async function opened(t: TestContext): Promise<Database['query']> {
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  return database.query;
}

describe('several statements in one message', () => {
  test('run in their order, and each has its rows', async (t) => {
    const query = await opened(t);
    const found = await query.transaction().execute(async (transaction) => {
      const insert = (id: string) => transaction.insertInto('incidents').values(incidentRow({ id }));
      const ids = transaction.selectFrom('incidents').select('id').orderBy('id');
      const modes = transaction.selectFrom('arming').select('mode');
      const [before] = await together(transaction, [ids]);
      const [between, arming] = await togetherAfter(transaction, [insert('a')], [ids, modes]);
      const [inserted, after] = await together(transaction, [insert('b').returning('label'), ids]);
      return { before, between, inserted, after, arming };
    });
    assert.deepEqual([found.before, found.between], [[], [{ id: 'a' }]]);
    assert.deepEqual(found.inserted, [{ label: 'Person and breaking glass' }]);
    assert.deepEqual([found.after, found.arming], [[{ id: 'a' }, { id: 'b' }], []]);
    assert.equal((await query.selectFrom('incidents').select('id').execute()).length, 2);
  });

  test('the last ones bring the end of the transaction along; what comes after them is refused', async (t) => {
    const query = await opened(t);
    const ended = query.transaction().execute(async (transaction) => {
      await togetherAtLast(transaction, [transaction.insertInto('incidents').values(incidentRow())]);
      await transaction.deleteFrom('incidents').execute();
    });
    await assert.rejects(ended, { name: 'ES_DATABASE', message: /is over already/ });
    assert.equal((await query.selectFrom('incidents').select('id').execute()).length, 1);
  });

  for (const [what, send] of [
    ['', together],
    [', also of the last ones', togetherAtLast],
  ] as const) {
    test(`one that fails leaves nothing of the transaction behind${what}`, async (t) => {
      const query = await opened(t);
      const failing = query.transaction().execute(async (transaction) => {
        const insert = (id: string) => transaction.insertInto('incidents').values(incidentRow({ id }));
        await insert('before').execute();
        await send(transaction, [insert('twice'), insert('twice'), insert('after')]);
      });
      await assert.rejects(failing, { name: 'ES_DATABASE', message: /UNIQUE/ });
      assert.deepEqual(await query.selectFrom('incidents').select('id').execute(), []);
    });
  }

  test('a transaction that has failed takes no more, even when somebody caught its error', async (t) => {
    const query = await opened(t);
    const failing = query.transaction().execute(async (transaction) => {
      const insert = (id: string) => transaction.insertInto('incidents').values(incidentRow({ id })).execute();
      await insert('one');
      await insert('one').catch(() => undefined);
      await insert('two').catch(() => undefined);
    });
    await assert.rejects(failing, { name: 'ES_DATABASE', message: /failed already/ });
    assert.deepEqual(await query.selectFrom('incidents').select('id').execute(), []);
  });

  test('a transaction in which nothing was asked writes nothing and holds nobody up', async (t) => {
    const query = await opened(t);
    assert.equal(await query.transaction().execute(() => Promise.resolve(7)), 7);
    await assert.rejects(
      query.transaction().execute(() => Promise.reject(new Error('mine'))),
      /mine/,
    );
    await query.insertInto('incidents').values(incidentRow()).execute();
  });
});
