import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HomeDisk } from '../../../src/database/home-disk.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('a data folder that was deleted may be begun anew; one never used, too', (t) => {
  const folder = join(temporaryFolder(t), 'data');
  const home = new HomeDisk(folder);
  home.assertPresent();
  mkdirSync(folder);
  home.remember();
  home.assertPresent();
  rmSync(folder, { recursive: true });
  home.assertPresent();
});

test('one whose surroundings are another disk now, or none, is away', (t) => {
  const outer = join(temporaryFolder(t), 'disk');
  const folder = join(outer, 'data');
  mkdirSync(folder, { recursive: true });
  const home = new HomeDisk(folder);
  home.remember();
  rmSync(outer, { recursive: true });
  assert.throws(
    () => {
      home.assertPresent();
    },
    { name: 'ES_DATABASE', message: /is away/, hint: /Plug it in/ },
  );
});
