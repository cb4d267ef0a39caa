import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { requirement } from '../requirements.ts';
import { House } from './house.ts';
import { until } from './vitals.ts';

const onLinux = process.platform === 'linux';

/** What users are told while nothing can be written, and that all is well again after. */
async function degrades(house: House): Promise<void> {
  await until(async () => (await house.health()).status === 'degraded', 'the health says so', 40_000);
  assert.equal((await house.health()).site.database, 'down');
}

async function recovers(house: House): Promise<void> {
  await until(async () => (await house.health()).status === 'ok', 'the health is well again', 90_000);
  assert.equal((await house.health()).site.database, 'ok');
}

/** Runs code in another process, with our sources at hand. @returns what it printed. */
function elsewhere(code: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  return stdout + stderr;
}

/** What a second process hears that wants the folder. */
function tryToLock(folder: string): string {
  const lock = join(import.meta.dirname, '..', '..', 'src', 'database', 'folder-lock.ts');
  return elsewhere(`import { lockFolder } from ${JSON.stringify(lock)};
try { lockFolder(${JSON.stringify(folder)}); console.log('free'); } catch (error) { console.log(error.name); }`);
}

/** A disk that can be plugged in and out; undefined where nobody lets us mount one. */
function disk(t: TestContext): { folder: string; plug(): void; unplug(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-plug-'));
  const [store, place] = [join(folder, 'store'), join(folder, 'place')];
  mkdirSync(store);
  mkdirSync(place);
  const mount = (...args: string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
  const plug = (): void => {
    assert.ok(mount('--bind', store, place));
  };
  const unplug = (): void => {
    execFileSync('umount', ['-l', place]);
  };
  t.after(() => {
    for (const mounted of [place, place, store]) spawnSync('umount', ['-l', mounted], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  });
  return mount('-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', store) ? { folder: place, plug, unplug } : undefined;
}

describe('the disk of the data folder', { timeout: 400_000 }, () => {
  test('deleted with everything: alerts leave from memory, what waited goes along, and the folder is locked again', async (t) => {
    if (!requirement(t, onLinux, 'Linux')) return;
    const house = await House.open(t);
    const folder = join(house.host.userDir, 'echosight');
    const ids = [await house.alarm()];
    await house.arrived(ids);
    assert.match(tryToLock(folder), /ES_SITE_LOCKED/);
    await house.whatsApp.goAway();
    ids.push(await house.alarm());
    await until(() => house.deliveries().some(({ incidentId }) => incidentId === ids[1]), 'it waits');

    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    await until(() => house.statuses('tell').some((text) => text.includes('memory')), 'whatsapp-out says so', 40_000);
    ids.push(await house.alarm());
    await until(() => existsSync(join(folder, 'sentinel.db')), 'a new one is begun', 40_000);
    await recovers(house);
    assert.match(tryToLock(folder), /ES_SITE_LOCKED/, 'nobody else can take the new folder');
    await house.whatsApp.comeBack();
    assert.equal(await house.arrived(ids), 0);
    const pictures = () => house.messages.filter(({ type }) => type === 'image').length;
    await until(() => pictures() === ids.length, 'their pictures went along');

    // And back again: what was begun meanwhile makes room for the old one.
    renameSync(folder, `${folder}-between`);
    renameSync(moved, folder);
    const after = await house.alarm();
    await house.arrived([after]);
    await until(() => tryToLock(folder).includes('ES_SITE_LOCKED'), 'the old folder is taken again', 40_000);
    await recovers(house);
    await until(() => house.statuses('tell').at(-1)?.includes('memory') === false, 'whatsapp-out is calm again');
    house.assertCalm();
  });

  test('unplugged and plugged in again: alerts leave from memory, nothing is begun elsewhere, and all is written then', async (t) => {
    const plug = disk(t);
    if (plug === undefined) {
      t.skip('a disk cannot be mounted here; the test of the deleted folder runs instead');
      return;
    }
    plug.plug();
    const folder = join(plug.folder, 'data');
    const house = await House.open(t, { change: { site: { dataFolder: folder } } });
    const ids = [await house.alarm()];
    await house.arrived(ids);
    plug.unplug();
    await degrades(house);
    for (let alarm = 0; alarm < 3; alarm += 1) ids.push(await house.alarm());
    await house.arrived(ids);
    assert.match(house.errors().join(), /disk of the data folder.*is away/);
    assert.deepEqual(readdirSync(plug.folder), [], 'nothing is begun where the disk was');
    plug.plug();
    await recovers(house);
    const kept = house.host.messages('kept').length;
    const last = await house.alarm();
    await house.arrived([last]);
    await until(() => house.host.messages('kept').length > kept, 'evidence is kept again');
    assert.match(tryToLock(folder), /ES_SITE_LOCKED/);

    // Everything is on that disk: nothing is sent again after a restart.
    await house.host.kill();
    const sent = house.messages.length;
    await house.restart();
    await house.arrived([await house.alarm()]);
    assert.equal(house.messages.filter(({ type }) => type === 'text').length, ids.length + 2);
    assert.ok(house.messages.length > sent);
    house.assertCalm();
  });

  const stuffed: Record<string, (t: TestContext, house: House) => () => void> = {
    'that takes no byte more': (_t, house) => {
      // Without the right to mount anything: whatever makes a file longer fails, as on a full or a read-only disk.
      execFileSync('prlimit', ['--pid', String(house.pid), '--fsize=0:unlimited']);
      return () => {
        execFileSync('prlimit', ['--pid', String(house.pid), '--fsize=unlimited:unlimited']);
      };
    },
    'that is full': (_t, house) => {
      const folder = house.options.change?.site?.dataFolder as string;
      const ballast = join(folder, 'ballast');
      const fill = (bytes: number): void => {
        try {
          for (;;) appendFileSync(ballast, Buffer.alloc(bytes));
        } catch (error) {
          assert.match(String(error), /ENOSPC/);
        }
      };
      for (const bytes of [1 << 20, 4096, 1]) fill(bytes);
      return () => {
        rmSync(ballast);
      };
    },
  };
  for (const [how, stuff] of Object.entries(stuffed)) {
    test(`one ${how}: alerts leave from memory, and everything is written again after`, async (t) => {
      if (!requirement(t, onLinux, 'Linux')) return;
      const plug = how === 'that takes no byte more' ? undefined : disk(t);
      if (how !== 'that takes no byte more' && plug === undefined) {
        t.skip('a disk cannot be mounted here; the test with a limit on the size of files runs instead');
        return;
      }
      plug?.plug();
      // What the store tells comes to the alerts by wire, too.
      const keep = { wires: [['probe-kept', 'tell']] };
      const change = plug === undefined ? {} : { site: { dataFolder: join(plug.folder, 'data') }, keep };
      const house = await House.open(t, { change });
      const ids = [await house.alarm()];
      await house.arrived(ids);
      const free = stuff(t, house);
      for (let alarm = 0; alarm < 3; alarm += 1) ids.push(await house.alarm());
      assert.equal(await house.arrived(ids), 0);
      await degrades(house);
      assert.match(house.errors().join(), /sent from memory/);
      // That is an alert of its own, without a wire to whoever tells it.
      if (plug !== undefined) {
        await until(() => house.told('Storage full') > 0, 'the full disk is told', 60_000);
      }
      free();
      await recovers(house);
      ids.push(await house.alarm());
      assert.equal(await house.arrived(ids), 0);
      await until(async () => (await house.health()).site.outbox.queued === 0, 'the outbox is empty');

      await house.host.kill();
      await house.restart();
      ids.push(await house.alarm());
      assert.equal(await house.arrived(ids), 0, 'what left from memory was written down: it is not sent again');
      if (plug !== undefined) assert.equal(house.told('Storage full'), 1);
      house.assertCalm();
    });
  }

  test('read-only when Node-RED starts: alerts leave from memory, and are written down once it can be written', async (t) => {
    const plug = disk(t);
    if (plug === undefined) {
      t.skip('a disk cannot be mounted here; the test with a limit on the size of files runs instead');
      return;
    }
    plug.plug();
    const remount = (how: 'ro' | 'rw'): void => {
      execFileSync('mount', ['-o', `remount,${how},bind`, plug.folder]);
    };
    remount('ro');
    const house = await House.open(t, { change: { site: { dataFolder: join(plug.folder, 'data') } } });
    assert.match(house.host.log, /cannot be locked/);
    const ids = [await house.alarm(), await house.alarm()];
    assert.equal(await house.arrived(ids), 0);
    await degrades(house);
    remount('rw');
    await recovers(house);
    assert.match(tryToLock(join(plug.folder, 'data')), /ES_SITE_LOCKED/, 'the folder is taken as soon as it can be');
    await house.host.kill();
    await house.restart();
    ids.push(await house.alarm());
    assert.equal(await house.arrived(ids), 0);
    house.assertCalm();
  });
});
