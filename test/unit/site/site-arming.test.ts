import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Arming } from '../../../src/contracts/arming.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { ArmingRows, type ArmingKeeper } from '../../../src/site/arming-rows.ts';
import { SiteArming } from '../../../src/site/site-arming.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const person = { by: 'anna', how: 'api' } as const;

/** A disk that a test takes away and brings back. */
class Disk implements ArmingKeeper {
  readonly kept: Arming[] = [];
  works = true;

  newest(): Promise<Arming | undefined> {
    return this.works ? Promise.resolve(this.kept.at(-1)) : Promise.reject(new Error('the disk is away'));
  }

  add(arming: Arming): Promise<void> {
    if (!this.works) return Promise.reject(new Error('the disk is away'));
    this.kept.push(arming);
    return Promise.resolve();
  }
}

function bench(disk: ArmingKeeper = new Disk()) {
  const [clock, log] = [new ManualClock(), new RecordingLog()];
  const arming = new SiteArming(disk, { clock, log });
  const told: Arming[] = [];
  arming.watch((now) => told.push(now));
  return { clock, log, arming, told };
}

/** Lets promises that are settled already be heard. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('arming of a site', () => {
  test('is away until somebody sets a mode', async () => {
    const { arming } = bench();
    await arming.ready();
    assert.deepEqual(arming.now, { mode: 'away', counting: 'away', from: 0, at: 0, by: '', how: 'unset' });
  });

  test('is told with who, how and when, and known again after a restart', async () => {
    const disk = new Disk();
    const { arming, clock, told } = bench(disk);
    await arming.set({ mode: 'night' }, person);
    const night = { mode: 'night', counting: 'night', from: clock.now(), at: clock.now(), ...person };
    assert.deepEqual(told, [night]);
    assert.equal(arming.kept, true);

    const again = bench(disk);
    await again.arming.ready();
    assert.deepEqual(again.arming.now, night);
    assert.deepEqual(again.told, [night]);
  });

  test('gives time to leave, of which a restart takes nothing away', async () => {
    const disk = new Disk();
    const { arming, clock, told } = bench(disk);
    await arming.set({ mode: 'disarmed' }, person);
    await arming.set({ mode: 'away', exitDelaySeconds: 60 }, person);
    assert.equal(arming.now.counting, 'disarmed');
    clock.advance(59_999);
    assert.equal(arming.now.counting, 'disarmed');
    clock.advance(1);
    assert.deepEqual(
      told.map(({ mode, counting }) => [mode, counting]),
      [
        ['disarmed', 'disarmed'],
        ['away', 'disarmed'],
        ['away', 'away'],
      ],
    );

    const again = bench(disk);
    again.clock.advance(20_000);
    await again.arming.ready();
    assert.equal(again.arming.now.counting, 'disarmed');
    again.clock.advance(40_000);
    assert.equal(again.arming.now.counting, 'away');
    const late = bench(disk);
    late.clock.advance(3_600_000);
    await late.arming.ready();
    assert.equal(late.arming.now.counting, 'away');
  });

  test('is over when somebody disarms during the time to leave', async () => {
    const { arming, clock } = bench();
    await arming.set({ mode: 'home' }, person);
    await arming.set({ mode: 'away', exitDelaySeconds: 60 }, person);
    await arming.set({ mode: 'disarmed' }, person);
    clock.advance(120_000);
    assert.equal(arming.now.mode, 'disarmed');
    assert.equal(arming.now.counting, 'disarmed');
  });

  test('follows an order while the disk is away, says so once, and writes it down later', async () => {
    const disk = new Disk();
    const { arming, clock, log } = bench(disk);
    disk.works = false;
    await arming.set({ mode: 'disarmed' }, person);
    await arming.set({ mode: 'home' }, person);
    assert.equal(arming.now.mode, 'home');
    assert.equal(arming.kept, false);
    clock.advance(30_000);
    await settle();
    assert.equal(log.lines.filter((line) => line.startsWith('error: ')).length, 1);
    const shown: boolean[] = [];
    arming.watchKept(() => shown.push(arming.kept));
    disk.works = true;
    clock.advance(30_000);
    await settle();
    assert.deepEqual(shown, [true]);
    assert.deepEqual(
      disk.kept.map(({ mode }) => mode),
      ['disarmed', 'home'],
    );
    assert.equal(arming.kept, true);
  });

  test('counts as away while it cannot be read, and says so', async () => {
    const disk = new Disk();
    await bench(disk).arming.set({ mode: 'disarmed' }, person);
    disk.works = false;
    const { arming, clock, log, told } = bench(disk);
    await arming.ready();
    assert.equal(arming.now.counting, 'away');
    assert.match(log.lines.join(), /error: The arming mode cannot be read .*"away" holds/);
    disk.works = true;
    clock.advance(30_000);
    await settle();
    assert.equal(arming.now.counting, 'disarmed');
    assert.equal(told.length, 1);
  });

  test('waits two seconds for a disk that hangs, no longer', async () => {
    const hung: ArmingKeeper = { newest: () => new Promise(() => undefined), add: () => new Promise(() => undefined) };
    const { arming, clock } = bench(hung);
    const ready = arming.ready();
    clock.advance(2000);
    await ready;
    const set = arming.set({ mode: 'home' }, person);
    await settle();
    assert.equal(arming.now.mode, 'home');
    clock.advance(2000);
    assert.equal((await set).mode, 'home');
  });

  test('leaves no timer behind', async () => {
    const disk = new Disk();
    const { arming, clock } = bench(disk);
    await arming.set({ mode: 'home' }, person);
    await arming.set({ mode: 'away', exitDelaySeconds: 60 }, person);
    await arming.close();
    assert.equal(clock.waiting, 0);
  });
});

describe('rows of the mode', () => {
  const row = (at: number): Arming => ({ mode: 'home', counting: 'away', from: at, at, by: 'anna', how: 'flow' });

  async function rows(t: TestContext) {
    const folder = temporaryFolder(t);
    let opened = 0;
    const database = openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
    t.after(async () => (await database).close());
    return {
      rows: new ArmingRows(folder, () => ((opened += 1), database)),
      database: await database,
      opens: () => opened,
    };
  }

  test('bring back what was kept, and at most the newest thousand', async (t) => {
    const { rows: kept, database } = await rows(t);
    assert.equal(await kept.newest(), undefined);
    for (let at = 1; at <= 1003; at++) await kept.add(row(at));
    assert.deepEqual(await kept.newest(), row(1003));
    const { n } = await database.query
      .selectFrom('arming')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    assert.equal(n, 1000);
  });

  test('create no database only to look', async (t) => {
    let opened = 0;
    const looks = new ArmingRows(temporaryFolder(t), () => {
      opened += 1;
      return Promise.reject(new Error('not to be opened'));
    });
    assert.equal(await looks.newest(), undefined);
    assert.equal(opened, 0);
  });
});
