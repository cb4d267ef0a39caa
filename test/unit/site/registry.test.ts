import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { acquireSite, openSites } from '../../../src/site/registry.ts';
import { usualKeeping } from '../../../src/site/site-keeping.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const named = { id: 'shop', name: 'Shop', names: true };
const implicit = { id: 'home', name: 'Home', names: false };

describe('the site registry', () => {
  test('gives one Site per data folder, whoever asks', (t) => {
    const folder = temporaryFolder(t);
    const first = acquireSite({ ...named, folder }, new RecordingLog());
    const second = acquireSite({ ...implicit, folder: join(folder, '.') }, new RecordingLog());
    const other = acquireSite({ ...named, folder: join(folder, 'other') }, new RecordingLog());
    assert.equal(first.site, second.site);
    assert.equal(second.site.name, 'Shop');
    assert.notEqual(first.site, other.site);
    for (const lease of [first, second, other]) lease.release();
  });

  test('keeps a Site through a deploy that closes all its nodes first', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const folder = temporaryFolder(t);
    const before = acquireSite({ ...named, folder }, new RecordingLog());
    before.release();
    before.release();
    t.mock.timers.tick(9_000);
    const after = acquireSite({ ...named, folder }, new RecordingLog());
    assert.equal(after.site, before.site);
    t.mock.timers.tick(60_000);
    assert.ok(openSites().includes(after.site));
    after.release();
    t.mock.timers.tick(10_000);
    assert.ok(!openSites().includes(after.site));
  });

  test('a renamed site has its new name at once, also for nodes that kept the old one', (t) => {
    const folder = temporaryFolder(t);
    const before = acquireSite({ ...named, folder }, new RecordingLog());
    const other = acquireSite({ ...implicit, folder }, new RecordingLog());
    before.release();
    const after = acquireSite({ ...named, name: 'Corner shop', folder }, new RecordingLog());
    assert.equal(other.site.name, 'Corner shop');
    after.release();
    other.release();
  });

  test('settings that come with its name count at once: telemetry files are written', async (t) => {
    const folder = temporaryFolder(t);
    const lease = acquireSite({ ...implicit, folder }, new RecordingLog());
    t.after(() => lease.site.close());
    const status = join(folder, 'telemetry', 'status.json');
    const withFiles = { ...named, folder, keeping: { ...usualKeeping, telemetryFiles: true } };
    const naming = acquireSite(withFiles, new RecordingLog());
    while (!existsSync(status)) await new Promise((resolve) => setTimeout(resolve, 5));
    naming.release();
    acquireSite({ ...named, folder, keeping: usualKeeping }, new RecordingLog()).release();
    assert.equal(lease.site.keeping.telemetryFiles, false);
    lease.release();
  });

  test('a site that was imported twice is one', (t) => {
    const folder = temporaryFolder(t);
    const [first, second] = [0, 1].map(() => acquireSite({ ...named, folder }, new RecordingLog()));
    assert.ok(first && second);
    assert.equal(first.site, second.site);
    first.release();
    assert.throws(() => acquireSite({ ...named, name: 'Villa', folder }, new RecordingLog()), {
      name: 'ES_BAD_CONFIG',
    });
    second.release();
    const renamed = acquireSite({ ...named, name: 'Villa', folder }, new RecordingLog());
    assert.equal(renamed.site.name, 'Villa');
    renamed.release();
    const unnamed = acquireSite({ ...implicit, folder }, new RecordingLog());
    assert.equal(unnamed.site.name, 'Home', 'nobody gives it a name any more');
    unnamed.release();
  });

  test('two sites of different names on one folder are an error by name', (t) => {
    const folder = temporaryFolder(t);
    const first = acquireSite({ ...named, folder }, new RecordingLog());
    assert.throws(
      () => acquireSite({ id: 'villa', name: 'Villa', names: true, folder }, new RecordingLog()),
      (error) => error instanceof SentinelError && error.name === 'ES_BAD_CONFIG' && error.message.includes('Shop'),
    );
    first.release();
  });

  test('refuses a folder that another process holds, and takes it when that process is killed', async (t) => {
    const folder = temporaryFolder(t);
    const lock = join(import.meta.dirname, '..', '..', '..', 'src', 'database', 'folder-lock.ts');
    const code = `import { lockFolder } from ${JSON.stringify(lock)};
lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    assert.throws(
      () => acquireSite({ ...named, folder }, new RecordingLog()),
      (error) => error instanceof SentinelError && error.name === 'ES_SITE_LOCKED',
    );
    holder.kill('SIGKILL');
    await once(holder, 'close');
    acquireSite({ ...named, folder }, new RecordingLog()).release();
  });
});
