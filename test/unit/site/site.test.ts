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
});
