import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { readSnoozeCommand } from '../../../src/contracts/snooze.ts';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { SiteSnooze } from '../../../src/site/site-snooze.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const minute = 60_000;

function scene(t: TestContext, over: { database?: () => Promise<Database> } = {}) {
  const folder = temporaryFolder(t);
  const clock = new ManualClock();
  const log = new RecordingLog();
  let opened: Promise<Database> | undefined;
  t.after(async () => (await opened)?.close());
  const database = () => (opened ??= openDatabase(join(folder, 'sentinel.db'), { log }));
  const open = () => new SiteSnooze({ folder, clock, log, database, ...over });
  const start = clock.now();
  const rest = (snooze: SiteSnooze, area: string) => ((snooze.until(area) ?? start) - start) / minute;
  return { clock, log, open, rest, start };
}

describe('a snooze', () => {
  test('holds for the site or for one area, whatever capital letters it has, until it ends or is ended', async (t) => {
    const { clock, open, rest, start } = scene(t);
    const snooze = open();
    let told = 0;
    snooze.watch(() => (told += 1));
    assert.equal(await snooze.set({ minutes: 60, area: 'Yard' }), start + 60 * minute);
    assert.deepEqual([rest(snooze, 'yard'), rest(snooze, 'hall')], [60, 0]);
    await snooze.set({ minutes: 90, area: 'hall' });
    await snooze.set({ minutes: 30 });
    assert.deepEqual([rest(snooze, 'yard'), rest(snooze, 'hall')], [30, 30], 'of the site: in place of all');
    clock.advance(30 * minute);
    assert.equal(snooze.until('yard'), undefined);
    assert.equal(told, 4, 'three that were set, and one that ended');
    await snooze.set({ minutes: 10 });
    assert.equal(await snooze.set({ minutes: 0 }), undefined);
    assert.equal(snooze.until('yard'), undefined);
  });

  test('survives a restart; a clock that was wrong does not make it longer than a day', async (t) => {
    const { clock, open, rest } = scene(t);
    const first = open();
    await first.ready();
    await first.set({ minutes: 120, area: 'yard', by: '***567' });
    first.close();
    clock.advance(30 * minute);
    const second = open();
    assert.equal(second.until('yard'), undefined, 'not read yet');
    await second.ready();
    assert.equal(rest(second, 'yard'), 120);
    assert.equal(second.until('hall'), undefined);
    clock.advance(-48 * 60 * minute);
    assert.equal(second.until('yard'), undefined);
  });

  test('holds without a disk, and says what a restart would do', async (t) => {
    const { log, open, rest } = scene(t, { database: () => Promise.reject(new Error('disk full')) });
    const snooze = open();
    await snooze.set({ minutes: 5 });
    assert.equal(rest(snooze, 'yard'), 5);
    assert.match(log.lines.join(), /a restart would end it/);
  });

  test('is asked for in minutes, of one area or of all', () => {
    assert.deepEqual(readSnoozeCommand({ command: 'snooze', value: 30 }), { minutes: 30 });
    assert.deepEqual(readSnoozeCommand({ command: 'snooze', value: { minutes: 0, area: 'yard' } }), {
      minutes: 0,
      area: 'yard',
    });
    assert.throws(() => readSnoozeCommand({ command: 'snooze' }), /how many minutes/);
    assert.throws(() => readSnoozeCommand({ command: 'snooze', value: 2000 }), { name: 'ES_BAD_INPUT' });
  });
});
