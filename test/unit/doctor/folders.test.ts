import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { lockFolder } from '../../../src/database/folder-lock.ts';
import { inspectDatabase } from '../../../src/database/inspection.ts';
import { lookAtFolder } from '../../../src/doctor/look-at-folder.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const { signal } = new AbortController();

async function makeDatabase(folder: string) {
  return await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog(), clock: new SiteClock() });
}

describe('a look at a data folder', () => {
  test('leaves no trace', async (t) => {
    const folder = temporaryFolder(t);
    const { exists, writeError, free } = await lookAtFolder(folder);
    assert.deepEqual({ exists, writeError }, { exists: true, writeError: undefined });
    assert.ok(free > 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('looks above a folder that is not there yet', async (t) => {
    const folder = temporaryFolder(t);
    const { exists, writeError } = await lookAtFolder(join(folder, 'a', 'b'));
    assert.deepEqual({ exists, writeError }, { exists: false, writeError: undefined });
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a path that leads through a file cannot be written', async (t) => {
    const file = join(temporaryFolder(t), 'file');
    writeFileSync(file, '');
    assert.equal((await lookAtFolder(file)).writeError, 'ENOTDIR');
  });

  test('a disk that takes nothing is told, even to root', { skip: process.platform !== 'linux' }, async () => {
    const { writeError, kind } = await lookAtFolder('/proc');
    assert.notEqual(writeError, undefined);
    assert.equal(kind, 'proc');
  });
});

describe('an inspection of a database', () => {
  test('of an empty folder finds none', async (t) => {
    const report = await inspectDatabase(temporaryFolder(t), false, signal);
    assert.deepEqual(report, { holder: 'nobody', database: 'absent' });
  });

  test('of one that nobody uses leaves every file as it was', async (t) => {
    const folder = temporaryFolder(t);
    await (await makeDatabase(folder)).close();
    const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'hex')]);
    assert.deepEqual(await inspectDatabase(folder, false, signal), { holder: 'nobody', database: 'sound' });
    assert.deepEqual(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'hex')]),
      before,
    );
  });

  test('makes no copy where there is no room for one', { skip: process.platform !== 'linux' }, async (t) => {
    const folder = temporaryFolder(t);
    await (await makeDatabase(folder)).close();
    const { TMPDIR } = process.env;
    t.after(() => {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    });
    // It has no room at all.
    process.env.TMPDIR = '/proc';
    const report = await inspectDatabase(folder, false, signal);
    assert.deepEqual(report, { holder: 'nobody', database: 'too large to look at' });
  });

  test('beside a running one of this process takes none of its locks away', async (t) => {
    const folder = temporaryFolder(t);
    const lock = lockFolder(folder);
    const database = await makeDatabase(folder);
    assert.deepEqual(await inspectDatabase(folder, true, signal), { holder: 'this process', database: 'sound' });
    // Another process still finds the folder held.
    const other = join(import.meta.dirname, 'try-lock.ts');
    const { stdout } = spawnSync(process.execPath, [other, folder], { encoding: 'utf8' });
    assert.equal(stdout.trim(), `another process ${process.platform === 'linux' ? process.pid : 'undefined'} sound`);
    await database.close();
    lock.release();
  });

  for (const [what, damage] of [
    ['no database at all', () => Buffer.from('this is no database'.repeat(100))],
    ['damaged pages', (bytes: Buffer) => bytes.fill(0xa5, 4096 + 8, 4096 * 3)],
  ] as const) {
    test(`tells a file with ${what}, and moves nothing`, async (t) => {
      const folder = temporaryFolder(t);
      const file = join(folder, 'sentinel.db');
      await (await makeDatabase(folder)).close();
      writeFileSync(file, damage(readFileSync(file)));
      const before = readdirSync(folder);
      const { database, fault } = await inspectDatabase(folder, false, signal);
      assert.equal(database, 'damaged');
      assert.notEqual(fault, '');
      assert.deepEqual(readdirSync(folder), before);
    });
  }

  test('one that cannot be read is an error with a name', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'sentinel.db'));
    await assert.rejects(inspectDatabase(folder, false, signal), { name: 'ES_DATABASE' });
  });
});
