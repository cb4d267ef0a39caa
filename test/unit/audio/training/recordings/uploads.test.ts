import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Uploads } from '../../../../../src/audio/training/recordings/uploads.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

const gigabyte = 1e9;

describe('zip files that wait to be learnt from', () => {
  test('leave room on the disk for evidence: a twentieth of it, two gigabytes at most', async (t) => {
    const folder = join(temporaryFolder(t), 'uploads');
    const room = { free: 0, total: 20 * gigabyte };
    const uploads = new Uploads({ folder, newId: () => 'one', roomOf: () => Promise.resolve(room) });
    room.free = 1.1 * gigabyte;
    assert.equal(await uploads.newFile(50e6), join(folder, 'one.zip'));
    await assert.rejects(uploads.newFile(), { name: 'ES_DISK_FULL' });
    await assert.rejects(uploads.write(Buffer.alloc(150e6)), { name: 'ES_DISK_FULL' });
    room.free = 0.9 * gigabyte;
    await assert.rejects(uploads.assertRoom(), { name: 'ES_DISK_FULL' });
    room.total = 1000 * gigabyte;
    room.free = 2.3 * gigabyte;
    await uploads.newFile();
    assert.deepEqual(readdirSync(folder), []);
  });

  test('that cannot be written leave nothing', async (t) => {
    const folder = join(temporaryFolder(t), 'uploads');
    mkdirSync(join(folder, 'one.zip'), { recursive: true });
    const uploads = new Uploads({ folder, newId: () => 'one' });
    await assert.rejects(uploads.write(Buffer.from('PK')), { name: 'ES_DISK_FULL' });
    const nowhere = new Uploads({ folder: join(folder, 'one.zip', '..', 'file', 'x'), newId: () => 'one' });
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(nowhere.newFile(), { name: 'ES_DISK_FULL' });
  });

  test('of a process before this one are deleted; younger ones stay', async (t) => {
    const folder = temporaryFolder(t);
    for (const name of ['old.zip', 'new.zip']) writeFileSync(join(folder, name), 'PK');
    utimesSync(join(folder, 'old.zip'), 1000, 1000);
    await new Uploads({ folder, newId: () => '' }).forgetLeftovers(2_000_000);
    assert.deepEqual(readdirSync(folder), ['new.zip']);
  });
});
