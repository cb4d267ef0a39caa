import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { keptFolder } from '../evidence/kept-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { run } from './program-run.ts';

describe('echosight evidence', () => {
  test('verifies, exports, backs up and restores a data folder that is in use, and tells what it did', async (t) => {
    const { folder, database } = await keptFolder(t);
    const [bundle, copy, restored] = ['bundle.zip', 'copy', 'restored'].map((name) => join(temporaryFolder(t), name));
    assert.ok(bundle !== undefined && copy !== undefined && restored !== undefined);
    const inFolder = async (...args: string[]) => await run('evidence', ...args, '--data-folder', folder);

    const checked = await inFolder('verify');
    assert.deepEqual([checked.code, checked.err], [0, '']);
    assert.match(checked.out, /^Incidents: 3, files: 4 \(\d+ bytes\), [^]*Everything fits\.\n$/);
    const exported = await inFolder('export', bundle, '--incident', 'one, two');
    assert.deepEqual([exported.code, exported.err], [0, '']);
    assert.match(exported.out, /^Exported 2 incidents/);

    const key = await inFolder('key', '--json');
    const shown = JSON.parse(key.out) as { key: string; pem: string };
    const keyFile = join(temporaryFolder(t), 'site.pem');
    writeFileSync(keyFile, shown.pem);
    const elsewhere = await run('evidence', 'verify', bundle, '--key', keyFile);
    assert.equal(elsewhere.code, 0, elsewhere.err);
    assert.match(elsewhere.out, new RegExp(`^Incidents: 2, [^]*Key: ${shown.key}\nEverything fits`));

    assert.match((await inFolder('backup', copy)).out, /^The database and 4 files .* backed up/);
    assert.match((await run('evidence', 'restore', copy, '--data-folder', restored)).out, /^The database and 4 files/);
    const again = await run('evidence', 'verify', '--data-folder', restored, '--json');
    assert.equal((JSON.parse(again.out) as { holds: boolean }).holds, true);
    const notes = await database.query.selectFrom('audit').select(['by', 'action', 'subject']).execute();
    assert.deepEqual(
      notes.map(({ by, action, subject }) => `${by} ${action} ${subject ?? ''}`),
      ['command evidence.export 2 incidents', 'command evidence.backup 4 files'],
    );
    assert.match((await inFolder('retention')).out, /^0 incidents with 0 files \(0 bytes\) would go now\.\n$/);
  });

  test('names what does not fit, and ends with 1', async (t) => {
    const { folder } = await keptFolder(t);
    const day = readdirSync(join(folder, 'evidence')).find((name) => !name.startsWith('.')) ?? '';
    const [file = ''] = readdirSync(join(folder, 'evidence', day));
    writeFileSync(join(folder, 'evidence', day, file), 'something else');
    const { code, out } = await run('evidence', 'verify', '--data-folder', folder);
    assert.equal(code, 1);
    assert.match(out, new RegExp(`It does not fit:\n[^]*${file}`));
  });

  const wrong: [args: string[], said: RegExp][] = [
    [[], /needs one of verify, export, key/],
    [['verify', '--data-folder', '/none'], /no database in \/none/],
    [['verify', '/'], /\/ is a folder: verify it with --data-folder \//],
    [['verify', '/none.zip', '--key', '/none.pem'], /\/none\.pem is no public key/],
    [['export'], /needs the name of a zip file/],
    [['export', 'x.zip', '--from', 'yesterday'], /--from "yesterday" is no time/],
    [['backup'], /A folder for the backup is needed/],
    [['restore', '/none', '--data-folder', '/also-none'], /no backup in \/none/],
  ];
  for (const [args, said] of wrong) {
    test(`${args.join(' ') || 'without a word'} is wrong use, and says why`, async () => {
      const { code, err } = await run('evidence', ...args);
      assert.equal(code, 2, err);
      assert.match(err, said);
    });
  }
});
