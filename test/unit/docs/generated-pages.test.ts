import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { generatedPages } from '../../../scripts/docs/write.ts';

describe('pages made from the contracts', async () => {
  for (const { file, text } of await generatedPages()) {
    test(`docs/${basename(file)} is current`, async () => {
      const written = await readFile(file, 'utf8').catch(() => '');
      assert.ok(written === text, `Run "node scripts/docs/write.ts" and commit ${basename(file)}.`);
    });
  }
});
