import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../temporary-folder.ts';

test('the native runtime collects nothing: neither a device id nor a queue of events is left behind', async (t) => {
  const home = temporaryFolder(t);
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home };
  delete env.ORT_DISABLE_TELEMETRY;
  await promisify(execFile)(process.execPath, [resolve(import.meta.dirname, 'detect-once.ts')], { env });
  assert.deepEqual(readdirSync(home), []);
});
