import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { programOnPath } from '../../../src/process/program-path.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const onUnix = { skip: process.platform === 'win32' && 'needs the permissions of Unix' };

test('a program is the first file on the PATH that may be run; a folder of its name is none', onUnix, async (t) => {
  const [first, second, third] = ['opt', 'data', 'bin'].map((name) => join(temporaryFolder(t), name));
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  mkdirSync(join(first, 'sox'), { recursive: true });
  for (const folder of [second, third]) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'sox'), '#!/bin/sh\n', { mode: 0o644 });
  }
  const path = ['', first, second, third].join(delimiter);
  assert.equal(await programOnPath('sox', path), undefined);
  chmodSync(join(third, 'sox'), 0o755);
  assert.equal(await programOnPath('sox', path), join(third, 'sox'));
});
