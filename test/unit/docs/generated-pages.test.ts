import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../../scripts/build/paths.ts';
import { generatedPages } from '../../../scripts/docs/write.ts';
import { ownVariables } from '../../../scripts/start/variables.ts';

describe('pages made from the contracts', async () => {
  for (const { file, text } of await generatedPages()) {
    test(`docs/${basename(file)} is current`, async () => {
      const written = await readFile(file, 'utf8').catch(() => '');
      assert.ok(written === text, `Run "node scripts/docs/write.ts" and commit ${basename(file)}.`);
    });
  }
});

test('every variable of our own that the code reads is documented, and no other', () => {
  const sources = globSync(['src/**/*.ts', 'nodes/*/node.ts'], { cwd: root });
  assert.ok(sources.length > 100);
  const read = sources.flatMap((file) => readFileSync(join(root, file), 'utf8').match(/\bECHOSIGHT_[A-Z_]+\b/g) ?? []);
  const documented = ownVariables.filter(
    ({ name, reader }) => name.startsWith('ECHOSIGHT_') && reader !== '`npm start`',
  );
  assert.deepEqual([...new Set(read)].sort(), documented.map(({ name }) => name).sort());
});
