import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { Conversations } from '../../../src/alerting/conversations.ts';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const hour = 3_600_000;
const anna = '491701234567';
const ben = '447700900123';

/** A clock whose time of day somebody sets. */
class StepClock extends ManualClock {
  step = 0;
  override now(): number {
    return super.now() + this.step;
  }
}

async function opened(t: TestContext) {
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  const clock = new StepClock();
  let broken = false;
  const port = (): Promise<Database> => (broken ? Promise.reject(new Error('gone')) : Promise.resolve(database));
  const people = (account = 'account-1') => new Conversations(port, account, clock);
  return { database, clock, people, breakDown: (down: boolean) => (broken = down) };
}

describe('who wrote when', () => {
  test('nothing is known before anybody has told us of anything', async (t) => {
    const { people } = await opened(t);
    assert.equal(await people().windowOf(anna, true), 'unknown');
  });

  test('a word opens the window for 24 hours less five minutes, of that person and that account alone', async (t) => {
    const { people, clock } = await opened(t);
    const told = people();
    await told.heard(anna, clock.now() - hour);
    assert.equal(await told.windowOf(anna, true), 'open');
    assert.equal(await told.windowOf(ben, true), 'closed');
    assert.equal(await people('account-2').windowOf(anna, true), 'unknown');
    clock.advance(22.9 * hour);
    assert.equal(await told.windowOf(anna, true), 'open');
    clock.advance(0.02 * hour);
    assert.equal(await told.windowOf(anna, true), 'closed');
    assert.equal(await told.windowOf(anna, false), 'unknown', 'nobody listens any more: it may be open');
  });

  test('it survives a restart, and an older word that comes late changes nothing', async (t) => {
    const { people, clock } = await opened(t);
    await people().heard(anna, clock.now());
    await people().heard(anna, clock.now() - 30 * hour);
    assert.equal(await people().windowOf(anna, true), 'open');
    clock.advance(25 * hour);
    assert.equal(await people().windowOf(anna, true), 'closed');
  });

  test('what the provider says of a message tells that we would hear; of a closed window that it is', async (t) => {
    const { people, clock } = await opened(t);
    await people().reached(ben);
    assert.equal(await people().windowOf(anna, true), 'closed');
    const told = people();
    await told.heard(anna, clock.now());
    await told.reached(anna);
    assert.equal(await told.windowOf(anna, true), 'open');
    await told.close(anna);
    assert.equal(await people().windowOf(anna, true), 'closed');
    await told.heard(anna, clock.now() + 1000);
    assert.equal(await people().windowOf(anna, true), 'open');
  });

  test('a clock that is set opens no window', async (t) => {
    const { people, clock } = await opened(t);
    const told = people();
    await told.heard(anna, clock.now());
    clock.advance(25 * hour);
    clock.step = -6 * hour;
    assert.equal(await told.windowOf(anna, true), 'closed');
    clock.step = -3 * 24 * hour;
    assert.equal(await people().windowOf(anna, true), 'closed', 'a word from the future, after a restart');
    clock.step = 0;
    await told.heard(anna, clock.now());
    clock.step = 48 * hour;
    assert.equal(await told.windowOf(anna, true), 'closed');
    clock.step = 0;
    assert.equal(await told.windowOf(anna, true), 'open', 'and it is known again when the clock is right');
  });

  test('goes on from memory while the database fails', async (t) => {
    const { people, clock, breakDown } = await opened(t);
    await people().heard(ben, clock.now());
    const told = people();
    breakDown(true);
    assert.equal(await told.windowOf(ben, true), 'unknown');
    await told.heard(anna, clock.now());
    assert.equal(await told.windowOf(anna, true), 'open');
    breakDown(false);
    assert.equal(await told.windowOf(ben, true), 'open');
    assert.equal(await told.windowOf(anna, true), 'open');
  });

  test('of an account the thousand who wrote last are kept', async (t) => {
    const { people, clock, database } = await opened(t);
    const rows = Array.from({ length: 1200 }, (_, index) => ({
      ...{ account: 'account-1', recipient: `49170${1_000_000 + index}` },
      last_inbound_at: clock.now() - index * 1000,
    }));
    await database.query.insertInto('conversations').values(rows).execute();
    await people().heard(anna, clock.now());
    const kept = await database.query.selectFrom('conversations').select('recipient').execute();
    assert.equal(kept.length, 1000);
    assert.ok(kept.some(({ recipient }) => recipient === anna));
    assert.ok(!kept.some(({ recipient }) => recipient === '491701001199'));
  });
});
