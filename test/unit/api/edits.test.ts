import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { siteHost } from '../../../src/api/site-host.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import { Site } from '../../../src/site/site.ts';
import { incident } from '../evidence/incident.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serveApi } from './api-server.ts';

/** A Site, and an API that takes everybody for an admin. */
async function bench(t: TestContext) {
  const log = new RecordingLog();
  const site = new Site({ id: 'home', name: 'Home', folder: temporaryFolder(t) }, log);
  t.after(() => site.close());
  const caller: Caller = { name: 'ann', role: 'admin', how: 'session' };
  const host = siteHost(() => [site], { authenticated: () => false, user: () => undefined }, log);
  const address = await serveApi(t, { ...host, caller: () => Promise.resolve(caller) });
  const ask = async (method: string, path: string, body?: unknown, tag?: string) => {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(tag === undefined ? {} : { 'if-match': tag }),
    };
    const answer = await fetch(`${address}/api/v1/${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const said = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return {
      status: answer.status,
      tag: answer.headers.get('etag') ?? '',
      said,
      type: answer.headers.get('content-type'),
    };
  };
  return { site, ask };
}

describe('what two people edit', () => {
  test('a stream is changed by who has seen it as it is; that it connects meanwhile is no edit', async (t) => {
    const { site, ask } = await bench(t);
    await ask('POST', 'streams', { id: 'door', name: 'Door', url: 'rtsp://cam/live' });
    const seen = await ask('GET', 'streams/door');
    site.health.source(
      'node',
      'camera',
      {
        ...{ v: 1, kind: 'stream-status', site: 'home', area: 'home', source: 'door', capturedAt: 1000 },
        ...{ status: 'connected', detail: 'Streams.', attempt: 0 },
      },
      true,
    );
    const streaming = await ask('GET', 'streams/door');
    assert.deepEqual([seen.said.status, streaming.said.status], ['idle', 'connected']);
    assert.notEqual(streaming.tag, seen.tag);
    // A proxy that compresses answers makes the tag weak.
    const first = await ask('PUT', 'streams/door', { name: 'Front door' }, `W/${seen.tag}`);
    assert.deepEqual([first.status, first.said.name], [200, 'Front door']);

    const late = await ask('PUT', 'streams/door', { name: 'Back door' }, streaming.tag);
    assert.deepEqual([late.status, late.said.status, late.type], [412, 412, 'application/problem+json; charset=utf-8']);
    assert.equal((await ask('POST', 'streams/door/stop', undefined, streaming.tag)).status, 412);
    assert.equal((await ask('DELETE', 'streams/door', undefined, streaming.tag)).status, 412);
    const now = await ask('GET', 'streams/door');
    assert.deepEqual([now.said.name, now.said.auto_start], ['Front door', true]);
    // The answer of a change is as good as reading it again, and a secret that nobody is shown counts as well.
    const second = await ask('PUT', 'streams/door', { username: 'a', password: 'b' }, `"old", ${first.tag}`);
    assert.equal(second.status, 200);
    assert.equal((await ask('PUT', 'streams/door', { name: 'x' }, first.tag)).status, 412);
    assert.equal((await ask('PUT', 'streams/door', { name: 'Garden' })).status, 200);
    assert.equal((await ask('DELETE', 'streams/door', undefined, '*')).status, 204);
    assert.equal((await ask('PUT', 'streams/door', { name: 'x' }, second.tag)).status, 404);
  });

  test('of changes at the same moment that have seen the same, one is done', async (t) => {
    const { ask } = await bench(t);
    await ask('POST', 'streams', { id: 'door', name: 'Door', url: 'rtsp://cam/live' });
    const { tag } = await ask('GET', 'streams/door');
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(names.map((name) => ask('PUT', 'streams/door', { name }, tag)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
    const done = answers.find(({ status }) => status === 200);
    assert.equal((await ask('GET', 'streams/door')).said.name, done?.said.name);
  });

  test('accounts, modes and what is said of incidents are minded as well', async (t) => {
    const { site, ask } = await bench(t);
    const store = await site.evidence();
    await store.record(incident({ id: 'one' }), {});
    const { said } = await ask('POST', 'users', { name: 'root', role: 'admin' });
    const root = `users/${String(said.id)}`;
    const bob = `users/${String((await ask('POST', 'users', { name: 'bob', role: 'viewer' })).said.id)}`;
    assert.equal((await ask('GET', root)).said.name, 'root');
    assert.equal((await ask('GET', 'users/nobody')).status, 404);
    for (const [method, read, path, one, other] of [
      ['PUT', bob, bob, { role: 'operator' }, { sources: ['home'] }],
      ['PUT', 'site/arming', 'site/arming', { mode: 'away' }, { mode: 'disarmed' }],
      ['POST', 'incidents/one', 'incidents/one/reviews', { action: 'note', note: 'a cat' }, { action: 'hold' }],
    ] as const) {
      const { tag } = await ask('GET', read);
      const first = await ask(method, path, one, tag);
      assert.equal(Math.floor(first.status / 100), 2, path);
      assert.equal((await ask(method, path, other, tag)).status, 412, path);
      assert.equal((await ask(method, path, other, 'W/"x"')).status, 412, path);
      const again = await ask(method, path, other, (await ask('GET', read)).tag);
      assert.equal(Math.floor(again.status / 100), 2, path);
    }
    // What goes on is seen and heard is no edit of what was said.
    const { tag } = await ask('GET', 'incidents/one');
    await store.record(incident({ id: 'one', explanation: ['Something else.'] }), {});
    assert.equal((await ask('POST', 'incidents/one/reviews', { action: 'confirm' }, tag)).status, 201);
    assert.equal((await ask('DELETE', bob, undefined, '"old"')).status, 412);
    assert.equal((await ask('DELETE', bob)).status, 204);
  });
});
