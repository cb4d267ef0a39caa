import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { ErrorName } from '../../../src/contracts/errors.ts';
import { mostStreams } from '../../../src/contracts/streams.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { seal, unseal } from '../../../src/streams/address-cipher.ts';
import { StreamStore } from '../../../src/streams/stream-store.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const url = 'rtsp://admin:canary-secret@cam:554/live';
const free = () => false;
const named = (name: ErrorName) => ({ name });

async function bench(t: TestContext) {
  const folder = temporaryFolder(t);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  t.after(() => database.close());
  const clock = new ManualClock();
  let changes = 0;
  const options = { folder, database: () => Promise.resolve(database), clock, changed: () => (changes += 1) };
  const store = new StreamStore(options);
  return { store, options, folder, database, clock, changes: () => changes };
}

describe('what is sealed', () => {
  const [key, other] = [randomBytes(32), randomBytes(32)];
  const sealed = seal(url, key, 'row');

  test('is read with its key and for its row alone, and never twice the same', () => {
    assert.equal(unseal(sealed, key, 'row'), url);
    assert.equal(unseal(sealed, other, 'row'), undefined);
    assert.equal(unseal(sealed, key, 'other row'), undefined);
    assert.notDeepEqual(seal(url, key, 'row'), sealed);
    assert.equal(sealed.includes('canary'), false);
  });

  test('is nothing when a single bit of it was changed, or it was cut', () => {
    for (let place = 0; place < sealed.length; place += 1) {
      const changed = Buffer.from(sealed);
      changed[place] = (changed[place] ?? 0) ^ 1;
      assert.equal(unseal(changed, key, 'row'), undefined, `byte ${place}`);
      assert.equal(unseal(sealed.subarray(0, place), key, 'row'), undefined, `cut at ${place}`);
    }
  });
});

describe('the streams of the store', () => {
  test('keep their address where nobody reads it without the key', async (t) => {
    const { store, folder } = await bench(t);
    assert.deepEqual([await store.list(), existsSync(join(folder, 'streams.key'))], [[], false]);
    const added = await store.add({ name: 'Tür 1', url, location: ' Hall ', audio: 'off' }, free);
    assert.deepEqual(
      [
        added.source,
        added.name,
        added.area,
        added.shown,
        added.enabled,
        added.settings.audio,
        added.settings.transport,
      ],
      ['Tur-1', 'Tür 1', 'Hall', 'rtsp://***@cam:554/live', true, 'off', 'tcp'],
    );
    const [runnable] = await store.runnable();
    assert.equal(runnable?.address, url);
    assert.equal('address' in ((await store.list())[0] ?? {}), false);
    if (process.platform !== 'win32') assert.equal(statSync(join(folder, 'streams.key')).mode & 0o777, 0o600);
    for (const file of readdirSync(folder).filter((name) => name.startsWith('sentinel.db'))) {
      assert.equal(readFileSync(join(folder, file)).includes('canary-secret'), false, file);
    }
  });

  test('are changed in part; an address as it was shown is the stored one, another one takes no login along', async (t) => {
    const { store, clock, changes } = await bench(t);
    await store.add({ id: 'door', name: 'Door', url }, free);
    clock.advance(1000);
    const renamed = await store.change('door', { name: 'Front', url: 'rtsp://***@cam:554/live', tamper: false });
    assert.deepEqual([renamed?.name, renamed?.updatedAt, renamed?.settings.tamper], ['Front', clock.now(), false]);
    assert.equal((await store.runnable())[0]?.address, url);
    await store.change('door', { password: 'new' });
    assert.equal((await store.runnable())[0]?.address, 'rtsp://admin:new@cam:554/live');
    await assert.rejects(store.change('door', { url: 'rtsp://***@elsewhere/live' }), named('ES_BAD_ADDRESS'));
    await assert.rejects(store.change('door', { stream_type: 'webcam' }), named('ES_BAD_ADDRESS'));
    await store.change('door', { url: 'rtsp://elsewhere/live' });
    assert.equal((await store.runnable())[0]?.address, 'rtsp://elsewhere/live');
    assert.equal((await store.find('door'))?.settings.tamper, false);
    assert.equal(await store.change('none', { name: 'x' }), undefined);
    assert.equal(changes(), 4);
  });

  test('start and stop as often as somebody says so, and go for good', async (t) => {
    const { store, options, changes } = await bench(t);
    await store.add({ name: 'door', url, auto_start: false }, free);
    assert.deepEqual(await store.runnable(), []);
    for (const enabled of [true, true, false, false, true]) {
      assert.equal((await store.setEnabled('door', enabled))?.enabled, enabled);
    }
    assert.equal(changes(), 4);
    assert.equal((await new StreamStore(options).runnable()).length, 1);
    assert.deepEqual([await store.remove('door'), await store.remove('door')], [true, false]);
    assert.equal(await store.setEnabled('door', true), undefined);
  });

  test('have names of their own, and are not without number', async (t) => {
    const { store } = await bench(t);
    await assert.rejects(store.add({ name: '門', url }, free), named('ES_STREAM'));
    await assert.rejects(
      store.add({ name: 'door', url }, () => true),
      named('ES_STREAM_TAKEN'),
    );
    for (let n = 0; n < mostStreams; n += 1) await store.add({ name: `door ${n}`, url }, free);
    await assert.rejects(store.add({ name: 'door 0', url }, free), named('ES_STREAM_TAKEN'));
    await assert.rejects(store.add({ name: 'one more', url }, free), named('ES_STREAM_TAKEN'));
    assert.equal((await store.list()).length, mostStreams);
  });

  test('lose nothing when their key is gone: it is put back, or the address is written anew', async (t) => {
    const { store, folder } = await bench(t);
    await store.add({ id: 'door', name: 'Door', url, location: 'hall' }, free);
    await store.add({ id: 'yard', name: 'Yard', url, auto_start: false }, free);
    const [key, saved] = [join(folder, 'streams.key'), join(folder, 'saved')];
    copyFileSync(key, saved);
    rmSync(key);
    assert.deepEqual(
      (await store.list()).map(({ isLost, shown }) => [isLost, shown]),
      [
        [true, 'rtsp://***@cam:554/live'],
        [true, 'rtsp://***@cam:554/live'],
      ],
    );
    assert.equal((await store.runnable())[0]?.address, undefined);
    await assert.rejects(store.setEnabled('yard', true), named('ES_STREAM_ADDRESS_LOST'));
    await assert.rejects(store.change('door', { password: 'x' }), named('ES_STREAM_ADDRESS_LOST'));
    assert.equal(existsSync(key), false);
    copyFileSync(saved, key);
    assert.equal((await store.runnable())[0]?.address, url);

    writeFileSync(key, `${randomBytes(32).toString('base64url')}\n`);
    assert.equal((await store.find('door'))?.isLost, true);
    const mended = await store.change('door', { url });
    assert.deepEqual([mended?.isLost, mended?.area], [false, 'hall']);
    assert.equal((await store.find('yard'))?.isLost, true);

    writeFileSync(key, 'no key');
    await assert.rejects(store.change('yard', { url: 'rtsp://cam/2' }), named('ES_STREAM_KEY'));
    assert.equal(readFileSync(key, 'utf8'), 'no key');
  });

  test('whose sealed address was changed or moved in the database count as lost', async (t) => {
    const { store, database } = await bench(t);
    await store.add({ id: 'a', name: 'a', url }, free);
    await store.add({ id: 'b', name: 'b', url: 'rtsp://x:y@other/live' }, free);
    const rows = await database.query.selectFrom('streams').select(['source', 'address']).orderBy('source').execute();
    const [first, second] = rows.map(({ address }) => address);
    assert.ok(first && second);
    await database.query.updateTable('streams').set({ address: second }).where('source', '=', 'a').execute();
    assert.deepEqual(
      (await store.list()).map(({ isLost }) => isLost),
      [true, false],
    );
  });
});
