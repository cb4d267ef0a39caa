import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CompiledQuery } from 'kysely';
import { WorkerDriver } from '../../../src/database/driver.ts';
import { WorkerLink } from '../../../src/database/worker-link.ts';
import { workerFile } from '../../../src/process/package-files.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('a database thread that dies fails its request by name and is replaced by the next one', async (t) => {
  const folder = temporaryFolder(t);
  const dyingWorker = join(folder, 'dying.mjs');
  writeFileSync(
    dyingWorker,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', () => { throw new Error('out of memory'); });`,
  );
  const sound = async () => {
    const link = new WorkerLink(workerFile('database'));
    await link.ask('open', { file: join(folder, 'sentinel.db'), whole: true, shared: false });
    return link;
  };
  const driver = new WorkerDriver(new WorkerLink(dyingWorker), sound);
  t.after(() => driver.destroy());

  const query = CompiledQuery.raw('SELECT 1 AS one');
  const first = await driver.acquireConnection();
  await assert.rejects(first.executeQuery(query), { name: 'ES_WORKER_LOST' });
  await assert.rejects(first.executeQuery(query), { name: 'ES_WORKER_LOST' }, 'a turn does not change threads');
  first.release();

  const second = await driver.acquireConnection();
  assert.deepEqual((await second.executeQuery(query)).rows, [{ one: 1 }]);
  second.release();
});
