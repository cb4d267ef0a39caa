import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Site } from '../../../src/site/site.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('a Site', () => {
  test('whose data folder cannot be used goes on without it, and says so', async (t) => {
    const file = join(temporaryFolder(t), 'file');
    writeFileSync(file, 'not a folder');
    const log = new RecordingLog();
    const site = new Site({ id: 'home', name: 'Home', folder: join(file, 'data') }, log);
    t.after(() => site.close());
    assert.match(log.lines.join(), /^warn: .*cannot be locked.*ENOTDIR/);
    await assert.rejects(site.database(), { name: 'ES_DATABASE' });
    assert.equal((await site.report()).database, 'down');
  });

  test('gives ids that two detections of one moment do not share', (t) => {
    const site = new Site({ id: 'home', name: 'Home', folder: temporaryFolder(t) }, new RecordingLog());
    t.after(() => site.close());
    const ids = Array.from({ length: 1000 }, () => site.newId());
    assert.equal(new Set(ids).size, 1000);
    for (const id of ids.slice(0, 10)) assert.match(id, /^[0-9a-f-]{36}$/);
  });
});
