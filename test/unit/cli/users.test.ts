import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { Access } from '../../../src/access/access.ts';
import { runProgram } from '../../../src/cli/program.ts';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import type { UserLink } from '../../../src/contracts/accounts.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function bench(t: TestContext) {
  const userDir = temporaryFolder(t);
  const folder = join(userDir, 'echosight');
  mkdirSync(folder);
  // As while Node-RED runs: the database is open.
  const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  const options = {
    folder,
    database: () => Promise.resolve(database),
    clock: new SiteClock(),
    log: new RecordingLog(),
  };
  const run = async (...args: string[]): Promise<{ code: number; out: string; complaints: string }> => {
    let [out, complaints] = ['', ''];
    const code = await runProgram(['users', ...args, '--user-dir', userDir], {
      ...{ env: {}, folder: userDir, colour: false, width: 80, interrupted: () => new Promise(() => undefined) },
      print: (text) => (out += text),
      complain: (text) => (complaints += text),
    });
    return { code, out, complaints };
  };
  return { run, access: new Access(options), userDir };
}

describe('echosight users', () => {
  test('makes the first admin while Node-RED runs, and lets somebody in again', async (t) => {
    const { run, access } = await bench(t);
    assert.deepEqual(await run('list'), { code: 0, out: 'There is no account.\n', complaints: '' });
    const added = await run('add', 'ann', '--url', 'https://home.example/echosight/');
    const [, link = ''] = /https:\/\/home\.example\/echosight\/login#link=([\w-]{43})\n/.exec(added.out) ?? [];
    assert.equal(await access.useLink({ link, password: 'correct horse battery' }, 'peer'), 'ann');
    const json = await run('add', 'bob', '--role', 'viewer', '--sources', 'home/door, garage', '--json');
    assert.match((JSON.parse(json.out) as UserLink).link, /^[\w-]{43}$/);
    const { out } = await run('list');
    assert.equal(out, 'ann: admin, sees everything\nbob: viewer, sees home/door, garage, no password yet\n');
    assert.match(
      (await run('reset', 'Ann')).out,
      /Ann sets a password here.*\nhttp:\/\/localhost:1880\/echosight\/login#link=/,
    );
    assert.equal((await run('disable', 'bob')).out, 'bob is disabled.\n');
    assert.match((await run('list')).out, /bob: .*, disabled/);
    assert.equal((await run('enable', 'bob')).out, 'bob is enabled.\n');
    const actions = (await access.audit.page(10)).entries.map(({ by, action }) => `${by} ${action}`);
    assert.deepEqual(actions.slice(0, 3), ['command user.change', 'command user.change', 'command user.link']);
  });

  test('says what it cannot do', async (t) => {
    const { run, userDir } = await bench(t);
    for (const args of [['add'], ['list', 'x'], ['remove', 'x'], ['add', 'a', 'b'], ['add', 'ann', '--role', 'root']]) {
      assert.equal((await run(...args)).code, 2, args.join(' '));
    }
    assert.match((await run('reset', 'nobody')).complaints, /There is no account nobody/);
    assert.match((await run('add', 'bob', '--role', 'viewer')).complaints, /The first account is an admin/);
    await run('add', 'ann');
    assert.match((await run('disable', 'ann')).complaints, /One admin/);
    const elsewhere = await run('list', '--data-folder', join(userDir, 'mistyped'));
    assert.equal(elsewhere.code, 1);
    assert.match(elsewhere.complaints, /There is no database in/);
  });
});
