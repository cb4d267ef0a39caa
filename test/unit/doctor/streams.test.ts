import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openDatabase } from '../../../src/database/database.ts';
import { checkCameras } from '../../../src/doctor/checks/cameras.ts';
import { findStreams } from '../../../src/doctor/find-streams.ts';
import type { Ports } from '../../../src/doctor/ports.ts';
import { StreamStore } from '../../../src/streams/stream-store.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const { signal } = new AbortController();
const password = 'c4nary-p4ss';

/** A data folder of which the API added a camera, one with a secret parameter, and one that is not to run. */
async function house(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t);
  const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
  const options = { folder, database: () => Promise.resolve(database), clock: new ManualClock() };
  const store = new StreamStore({ ...options, changed: () => undefined });
  const free = () => false;
  await store.add({ name: 'door', url: 'rtsp://cam:554/live', username: 'ann', password }, free);
  await store.add({ name: 'gate', url: 'http://gate/video?loginpas=c4nary-parameter' }, free);
  await store.add({ name: 'attic', url: 'rtsp://attic/live', auto_start: false }, free);
  await database.close();
  return folder;
}

/** What the check of cameras says of a folder; a camera answers with all that it was asked with. */
async function said(folder: string): Promise<(string | undefined)[][]> {
  const ports: Pick<Ports, 'findStreams' | 'lookAtCamera' | 'signal' | 'offline'> = {
    ...{ signal, offline: false },
    findStreams: (of) => findStreams(of, signal),
    lookAtCamera: ({ address: { location }, username, password: given }) =>
      Promise.reject(new Error(`${location} ${username ?? 'nobody'} ${given ?? 'nothing'}`)),
  };
  const outcomes = await checkCameras({ cameras: [], folders: [{ site: 'Home', folder }] }, ports);
  return outcomes.map(({ about, state, says }) => [about, state, says]);
}

const files = (folder: string) =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]);

describe('cameras that the API added', () => {
  test('are asked as those of a flow, with their logins, named and without a secret; nothing is left behind', async (t) => {
    const folder = await house(t);
    const before = files(folder);
    assert.deepEqual(await said(folder), [
      ['door', 'problem', 'rtsp://cam:554/live ann ***'],
      ['gate', 'problem', 'http://gate/video?loginpas=*** nobody nothing'],
    ]);
    assert.deepEqual(files(folder), before);
  });

  for (const [what, harm, fault] of [
    ['missing', undefined, 'is missing'],
    [
      'damaged',
      (key) => {
        writeFileSync(key, 'no key');
      },
      'is damaged',
    ],
    [
      'unreadable',
      (key) => {
        mkdirSync(key);
      },
      'cannot be read (EISDIR)',
    ],
  ] as const satisfies [string, ((key: string) => void) | undefined, string][]) {
    test(`whose key is ${what} are told together, by their names`, async (t) => {
      const folder = await house(t);
      const key = join(folder, 'streams.key');
      rmSync(key);
      harm?.(key);
      const says = `The file streams.key of the data folder ${fault}: the addresses of cameras that the API added cannot be read (door, gate).`;
      assert.deepEqual(await said(folder), [[undefined, 'problem', says]]);
    });
  }

  test('whose addresses are of another key are told one by one', async (t) => {
    const [folder, other] = [await house(t), await house(t)];
    renameSync(join(other, 'streams.key'), join(folder, 'streams.key'));
    const says = (name: string) => `The address of the stream ${name} cannot be read any more.`;
    assert.deepEqual(await said(folder), [
      ['door', 'problem', says('door')],
      ['gate', 'problem', says('gate')],
    ]);
  });

  test('of a database that cannot be read are told, and one that is not there has none', async (t) => {
    const folder = temporaryFolder(t);
    assert.deepEqual(await said(folder), [[undefined, 'skipped', 'There is no camera.']]);
    assert.deepEqual(readdirSync(folder), []);
    writeFileSync(join(folder, 'sentinel.db'), 'this is no database'.repeat(100));
    const [[about, state, says] = []] = await said(folder);
    assert.deepEqual([about, state], [undefined, 'skipped']);
    assert.match(says ?? '', /^Cameras that the API added could not be looked up\. The database could not do its work/);
  });
});
