import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { siteHost } from '../../../src/api/site-host.ts';
import { WaitingBundles } from '../../../src/api/waiting-bundles.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import type { PreparedExport } from '../../../src/contracts/api.ts';
import { BundleFile } from '../../../src/evidence/trust/bundle-file.ts';
import { verifyBundle } from '../../../src/evidence/trust/verify-bundle.ts';
import { Site } from '../../../src/site/site.ts';
import { incident, jpeg } from '../evidence/incident.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serveApi } from './api-server.ts';

async function bench(t: TestContext) {
  const log = new RecordingLog();
  const site = new Site({ id: 'home', name: 'Home', folder: temporaryFolder(t) }, log);
  t.after(() => site.close());
  const store = await site.evidence();
  for (const [seq, source] of ['door', 'yard'].entries()) {
    const phase = seq === 0 ? 'start' : 'update';
    const explanation = [
      'Severity 3 by the rule person+glass_break.',
      'Person seen by door at 16:31:46.9, score 0.82.',
      'Glass break heard by yard at 16:31:47.1, score 0.97.',
      '0.2 s lie between the two.',
      'Confidence 0.82: the lowest score of those signals.',
      'Before that severity 1 (person) since 16:31:41.1.',
    ];
    const fields = { id: 'both', source, sources: ['door', 'yard'], signals: [], explanation, seq };
    await store.record(incident({ ...fields, phase }), { image: jpeg(source) });
  }
  await store.record(incident({ id: 'other', source: 'yard', sources: ['yard'] }), { image: jpeg('other') });
  let caller: Caller = { name: 'ann', role: 'operator', how: 'session' };
  const notes: string[] = [];
  const host = siteHost(() => [site], { authenticated: () => false, user: () => undefined }, log);
  const address = await serveApi(t, {
    ...host,
    caller: () => Promise.resolve(caller),
    note: (by, action, subject) => notes.push(`${by.name} ${action} ${subject ?? ''}`),
  });
  return {
    ...{ site, notes },
    fetchAs: (sources: readonly string[] | undefined, id: string) => {
      caller = { name: 'ann', role: 'operator', how: 'session', ...(sources === undefined ? {} : { sources }) };
      return fetch(`${address}/api/v1/incidents/${encodeURIComponent(id)}/export`, { method: 'POST' });
    },
    prepareAs: (name: string, id: string) => {
      caller = { name, role: 'operator', how: 'session' };
      return fetch(`${address}/api/v1/incidents/${encodeURIComponent(id)}/exports`, { method: 'POST' });
    },
    readAs: (name: string, secret: string, method = 'GET') => {
      caller = { name, role: 'operator', how: 'session' };
      return fetch(`${address}/api/v1/exports/${secret}`, { method });
    },
  };
}

/** Who reads has the last byte before the server hears that it is over. */
async function nothingLeft({ folder }: Site): Promise<void> {
  while (readdirSync(join(folder, 'exports')).length > 0) await pause(10);
}

describe('an incident to take away', () => {
  test('is a bundle that verifies elsewhere, and nothing of it stays behind', async (t) => {
    const { site, notes, fetchAs } = await bench(t);
    const answer = await fetchAs(['home'], 'both');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/zip');
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="incident-both.zip"');
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(Number(answer.headers.get('content-length')), bytes.length);
    const file = join(temporaryFolder(t), `${randomUUID()}.zip`);
    await writeFile(file, bytes);
    const { holds, incidents, files, first } = await verifyBundle(file);
    assert.deepEqual([holds, incidents, files, first], [true, 1, 2, []]);
    assert.deepEqual(notes, ['ann incident.export both']);
    await nothingLeft(site);
  });

  test('holds no secret of the site, in none of its files', async (t) => {
    const { site, fetchAs } = await bench(t);
    const { access } = site;
    const link = access.firstLink();
    await access.useLink({ link, name: 'ann', password: 'canary horse battery' }, '192.0.2.7');
    const { cookie, caller } = await access.login({ name: 'ann', password: 'canary horse battery' }, '192.0.2.7');
    const { token } = await access.makeToken({ name: 'program', role: 'viewer' }, caller);
    const url = 'rtsp://watcher:canary-camera@cam.example/live?key=canary-query';
    await site.streams.add(
      { site: 'home', id: 'door', name: 'door', url, location: 'front', auto_start: false },
      () => false,
    );
    const file = join(temporaryFolder(t), 'bundle.zip');
    await writeFile(file, Buffer.from(await (await fetchAs(undefined, 'both')).arrayBuffer()));
    const keys = ['access.key', 'streams.key'].map((name) => readFileSync(join(site.folder, name)));
    const secrets = [
      ...['canary', 'PRIVATE KEY', link, cookie, token],
      ...keys.flatMap((key) => [key.toString('latin1').trim(), key.toString('hex'), key.toString('base64')]),
    ];
    const bundle = await BundleFile.open(file);
    t.after(() => {
      bundle.close();
    });
    assert.ok(bundle.names.includes('manifest.json'));
    for (const name of bundle.names) {
      const text = await bundle.text(name);
      for (const secret of secrets) assert.ok(secret.length > 5 && !text.includes(secret), `${name}: ${secret}`);
    }
  });

  test('a link brings it once, to who had it made', async (t) => {
    const { site, notes, prepareAs, readAs } = await bench(t);
    assert.equal((await prepareAs('ann', 'nothing')).status, 404);
    const answer = await prepareAs('ann', 'both');
    assert.equal(answer.status, 201);
    const made = (await answer.json()) as PreparedExport;
    assert.equal(made.name, 'incident-both.zip');
    assert.deepEqual(notes, [], 'nobody has it yet');
    assert.equal(site.exports.bytes, made.bytes);
    assert.equal((await readAs('bob', made.export)).status, 404);
    assert.equal((await readAs('ann', made.export, 'HEAD')).status, 404);
    const file = await readAs('ann', made.export);
    assert.equal(file.headers.get('content-disposition'), 'attachment; filename="incident-both.zip"');
    assert.equal((await file.arrayBuffer()).byteLength, made.bytes);
    assert.equal((await readAs('ann', made.export)).status, 404);
    assert.deepEqual(notes, ['ann incident.export both']);
    await nothingLeft(site);
    assert.equal(site.exports.bytes, 0);
  });

  test('what nobody fetches is gone after a minute, and the third of a caller takes the place of the first', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let secrets = 0;
    const waiting = new WaitingBundles(() => `secret-${++secrets}`);
    const removed: string[] = [];
    const caller = (name: string): Caller => ({ name, role: 'operator', how: 'session' });
    const keep = (name: string, file: string): string => {
      waiting.makeRoom(caller(name));
      const bundle = { file, bytes: 1, remove: () => removed.push(file) };
      return waiting.keep({ bundle, incident: 'x', caller: caller(name) });
    };
    const [first, second] = [keep('ann', 'a'), keep('ann', 'b')];
    keep('ann', 'c');
    assert.deepEqual(removed, ['a']);
    assert.equal(waiting.take(first, caller('ann')), undefined);
    const taken = waiting.take(second, caller('ann'))?.bundle;
    assert.equal(taken?.file, 'b');
    taken.remove();
    for (let n = 0; n < 7; n++) keep(`person ${n}`, `${n}`);
    assert.throws(() => keep('one more', 'z'), { status: 503 });
    t.mock.timers.tick(60_000);
    assert.deepEqual(removed, ['a', 'b', 'c', ...Array.from({ length: 7 }, (_, n) => `${n}`)]);
    keep('one more', 'z');
  });

  test('what nobody fetches and cannot be removed ends no process', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const waiting = new WaitingBundles(() => 'secret');
    const caller: Caller = { name: 'ann', role: 'operator', how: 'session' };
    const remove = (): void => {
      throw new Error('EROFS: read-only file system');
    };
    waiting.keep({ bundle: { file: 'a', bytes: 1, remove }, incident: 'x', caller });
    t.mock.timers.tick(60_000);
    assert.equal(waiting.take('secret', caller), undefined);
  });

  test('what is being fetched takes room as long as its reader is slow', () => {
    let secrets = 0;
    const waiting = new WaitingBundles(() => `secret-${++secrets}`);
    const caller = (name: string): Caller => ({ name, role: 'operator', how: 'session' });
    const beginFetch = (name: string) => {
      waiting.makeRoom(caller(name));
      const bundle = { file: name, bytes: 1, remove: () => undefined };
      return waiting.take(waiting.keep({ bundle, incident: 'x', caller: caller(name) }), caller(name));
    };
    const slow = [beginFetch('ann'), beginFetch('ann')];
    assert.throws(() => beginFetch('ann'), { status: 429 });
    for (let n = 0; n < 6; n++) beginFetch(`person ${n}`);
    assert.throws(() => beginFetch('bob'), { status: 503 });
    slow[0]?.bundle.remove();
    assert.ok(beginFetch('ann'));
  });

  test('is there for who may see all of it alone', async (t) => {
    const { notes, fetchAs } = await bench(t);
    assert.equal((await fetchAs(['home/door'], 'both')).status, 403);
    assert.equal((await fetchAs(['home/door'], 'other')).status, 404);
    assert.equal((await fetchAs(['garage'], 'both')).status, 404);
    assert.equal((await fetchAs(undefined, 'nothing')).status, 404);
    assert.deepEqual(notes, []);
    const whole = await fetchAs(['home/door', 'home/yard'], 'both');
    await whole.arrayBuffer();
    assert.equal(whole.status, 200);
  });

  test('what a run left that was killed is gone when the evidence is opened', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'exports'));
    writeFileSync(join(folder, 'exports', 'half.zip.part'), 'x');
    const site = new Site({ id: 'home', name: 'Home', folder }, new RecordingLog());
    t.after(() => site.close());
    await site.evidence();
    assert.equal(existsSync(join(folder, 'exports')), false);
  });

  test('of those that are being made at once, two are answered, and one of an account', async (t) => {
    const waiting: (() => void)[] = [];
    const exportIncident = () =>
      new Promise<undefined>((resolve) => {
        waiting.push(() => {
          resolve(undefined);
        });
      });
    const of = (name: string): Caller => ({ name, role: 'operator', how: 'session', account: name });
    const caller = ({ headers }: IncomingMessage) => Promise.resolve(of(String(headers.who)));
    const address = await serveApi(t, { exportIncident, caller });
    const ask = (who: string) => fetch(`${address}/api/v1/incidents/x/export`, { method: 'POST', headers: { who } });
    const first = ask('ann');
    while (waiting.length < 1) await new Promise(setImmediate);
    const again = await ask('ann');
    assert.deepEqual([again.status, again.headers.get('retry-after')], [429, '5']);
    assert.equal(((await again.json()) as { code?: string }).code, 'ES_BUSY');
    const second = ask('bob');
    while (waiting.length < 2) await new Promise(setImmediate);
    const third = await ask('eve');
    assert.deepEqual([third.status, third.headers.get('retry-after')], [503, '5']);
    for (const end of waiting) end();
    assert.deepEqual([(await first).status, (await second).status], [404, 404]);
    const once = ask('ann');
    while (waiting.length < 3) await new Promise(setImmediate);
    waiting.at(-1)?.();
    assert.equal((await once).status, 404);
  });
});
