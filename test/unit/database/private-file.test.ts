import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openDatabase } from '../../../src/database/database.ts';
import { lockFolder } from '../../../src/database/folder-lock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incidentRow } from './rows.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('the data folder', { skip: process.platform === 'win32' && 'Windows has no modes' }, () => {
  test('and all that is in it belong to the owner alone, whatever the umask', async (t) => {
    const umask = process.umask(0o000);
    t.after(() => process.umask(umask));
    const folder = join(temporaryFolder(t), 'data');
    const lock = lockFolder(folder);
    t.after(() => {
      lock.release();
    });
    const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
    t.after(() => database.close());
    await database.query.insertInto('incidents').values(incidentRow()).execute();
    assert.equal(modeOf(folder), '700');
    for (const name of ['sentinel.db', 'sentinel.db-wal', 'sentinel.db-shm', 'site.lock']) {
      assert.equal(modeOf(join(folder, name)), '600', name);
    }
  });

  test('of an earlier version, open to all, is closed to others', async (t) => {
    const folder = temporaryFolder(t);
    for (const name of ['sentinel.db', 'site.lock']) {
      writeFileSync(join(folder, name), '');
      chmodSync(join(folder, name), 0o644);
    }
    const lock = lockFolder(folder);
    t.after(() => {
      lock.release();
    });
    const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
    t.after(() => database.close());
    for (const name of ['sentinel.db', 'sentinel.db-wal', 'site.lock']) {
      assert.equal(modeOf(join(folder, name)), '600', name);
    }
  });
});

test('a folder that cannot be made is no folder that another process uses', (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, 'not a folder');
  assert.throws(() => lockFolder(join(file, 'data')), { name: 'ES_DATABASE', message: /ENOTDIR/ });
});
