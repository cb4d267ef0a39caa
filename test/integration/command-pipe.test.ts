import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../unit/temporary-folder.ts';

const entry = `import(${JSON.stringify(join(import.meta.dirname, '../../src/cli/main.ts'))}).then(({ main }) => main())`;

test('a command whose reader has gone, as in a pipe to head, ends quietly with its own exit code', async (t) => {
  const empty = temporaryFolder(t);
  const doctor = ['doctor', '--offline', '--user-dir', empty];
  for (const [args, expected] of [
    [['help'], 0],
    [doctor, 1],
  ] as const) {
    const child = spawn(process.execPath, ['-e', entry, '--', 'echosight', ...args], { cwd: empty });
    child.stdout.destroy();
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    assert.deepEqual({ code, complaints }, { code: expected, complaints: '' }, args[0]);
  }
});
