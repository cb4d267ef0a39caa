import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { RingFolders } from '../../../../src/media/ring/ring-folders.ts';
import { requirement } from '../../../requirements.ts';
import { RecordingLog } from '../../recording-log.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

function foldersIn(t: TestContext, base: string) {
  const log = new RecordingLog();
  const folders = new RingFolders(log, [base]);
  t.after(() => folders.close());
  return { folders, log };
}

/** A folder as a process with this id and start time would leave it. */
function leave(base: string, pid: number | string, start: string, namespace?: string): string {
  const space = namespace ?? /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  const folder = join(base, `echosight-ring-${space}-${pid}-${start}-AbC123`);
  mkdirSync(join(folder, '0'), { recursive: true });
  writeFileSync(join(folder, '0', 's000.ts'), 'x');
  return folder;
}

const linux = process.platform === 'linux';

describe('folders of rings', () => {
  test('are for our user alone and gone at the end', async (t) => {
    const base = temporaryFolder(t);
    const { folders } = foldersIn(t, base);
    const [one, other] = [await folders.make(), await folders.make()];
    assert.notEqual(one, other);
    if (process.platform !== 'win32') assert.equal(statSync(dirname(one)).mode & 0o777, 0o700);
    await folders.close();
    assert.deepEqual(readdirSync(base), []);
  });

  test('are made anew after they were tidied away, by us or by somebody else', async (t) => {
    const base = temporaryFolder(t);
    const { folders } = foldersIn(t, base);
    const first = await folders.make();
    await folders.tidy();
    assert.ok(existsSync(first), 'what is in use stays');
    rmSync(first, { recursive: true });
    await folders.tidy();
    assert.deepEqual(readdirSync(base), []);
    const second = await folders.make();
    rmSync(dirname(second), { recursive: true });
    assert.ok(existsSync(await folders.make()));
  });

  test('of processes that ended are removed, those of living ones are not', async (t) => {
    if (!requirement(t, linux, '/proc')) return;
    const base = temporaryFolder(t);
    const { folders: living } = foldersIn(t, base);
    const theirs = await living.make();
    const child = promisify(execFile)(process.execPath, ['-e', '']);
    const dead = leave(base, child.child.pid ?? 0, '1');
    await child;
    // Our own id, but another start: ids are used again, in containers above all.
    const earlier = leave(base, process.pid, '1');
    const startOfInit = readFileSync('/proc/1/stat', 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
    const running = leave(base, 1, startOfInit);
    const { folders, log } = foldersIn(t, base);
    await folders.make();
    assert.deepEqual(
      [dead, earlier, running, theirs].map((folder) => existsSync(folder)),
      [false, false, true, true],
    );
    assert.equal(log.lines.filter((line) => line.includes('Removed 2 rings')).length, 1);
  });

  test('of another container are removed when nobody wrote to them for long', async (t) => {
    if (!requirement(t, linux, '/proc')) return;
    const base = temporaryFolder(t);
    const [fresh, old] = [leave(base, 7, '1', '42'), leave(base, 8, '1', '42')];
    const longAgo = Date.now() / 1000 - 3600;
    for (const path of [join(old, '0', 's000.ts'), join(old, '0'), old]) utimesSync(path, longAgo, longAgo);
    await foldersIn(t, base).folders.make();
    assert.deepEqual([existsSync(fresh), existsSync(old)], [true, false]);
  });

  test('never lead astray: other names and what a link leads to stay', async (t) => {
    const base = temporaryFolder(t);
    const elsewhere = temporaryFolder(t);
    writeFileSync(join(elsewhere, 'precious'), 'x');
    symlinkSync(elsewhere, join(base, 'echosight-ring-1-999999-1-AbC123'));
    mkdirSync(join(base, 'echosight-ring-mine'));
    await foldersIn(t, base).folders.make();
    assert.ok(existsSync(join(elsewhere, 'precious')));
    assert.ok(readdirSync(base).includes('echosight-ring-mine'));
  });

  test('are made in the first base that has room', async (t) => {
    const [absent, base] = [join(temporaryFolder(t), 'absent'), temporaryFolder(t)];
    const folders = new RingFolders(new RecordingLog(), [absent, base]);
    t.after(() => folders.close());
    assert.equal(dirname(dirname(await folders.make())), base);
    assert.equal(basename(dirname(await folders.make())).startsWith('echosight-ring-'), true);
  });
});
