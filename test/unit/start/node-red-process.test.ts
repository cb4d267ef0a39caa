import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startNodeRed } from '../../../scripts/start/node-red-process.ts';

test('a log that cannot be written is said, and ends nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-start-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const said = Promise.withResolvers<string>();
  // A folder where the log should be.
  const nodeRed = startNodeRed(folder, { PATH: process.env.PATH }, folder, (line) => {
    if (line.includes('log')) said.resolve(line);
  });
  assert.match(await said.promise, /^The log of Node-RED cannot be written: EISDIR/);
  await nodeRed.stop();
});
