import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { siteHost } from '../../../src/api/site-host.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import type { StreamStatus } from '../../../src/contracts/messages.ts';
import type { Stream, StreamList } from '../../../src/contracts/streams.ts';
import { Site } from '../../../src/site/site.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serveApi } from './api-server.ts';

const secret = 'canary-secret';
const url = `rtsp://admin:${secret}@cam:554/live?channel=1&key=${secret}`;
const shown = 'rtsp://***@cam:554/live?channel=1&key=***';

/** A Site of each id, and an API that answers whoever a test wants. */
async function bench(t: TestContext, ids: readonly string[] = ['home']) {
  const log = new RecordingLog();
  const sites = ids.map((id) => new Site({ id, name: `The ${id}`, folder: temporaryFolder(t) }, log));
  t.after(() => Promise.all(sites.map((site) => site.close())));
  let caller: Caller = { name: 'ann', role: 'admin', how: 'session' };
  const notes: string[] = [];
  const answers: string[] = [];
  const host = siteHost(() => sites, { authenticated: () => false, user: () => undefined }, log);
  const address = await serveApi(t, {
    ...host,
    caller: () => Promise.resolve(caller),
    note: (by, action, subject) => notes.push(`${by.name} ${action} ${subject ?? ''}`),
  });
  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; said: string }> => {
    const answer = await fetch(`${address}/api/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    answers.push(said);
    return { status: answer.status, said };
  };
  const be = (role: Caller['role'], sources?: readonly string[]): void => {
    caller = { name: 'ann', role, how: 'session', ...(sources === undefined ? {} : { sources }) };
  };
  const [site] = sites;
  assert.ok(site);
  return { address, ask, be, notes, answers, log, site, sites };
}

const state = (source: string, status: StreamStatus['status']): StreamStatus => ({
  ...{ v: 1, kind: 'stream-status', site: 'home', area: 'yard', source, capturedAt: 1000 },
  ...{ status, detail: 'As a test says.', attempt: 0 },
});
const streamIn = ({ said }: { said: string }): Stream => JSON.parse(said) as Stream;
const listIn = ({ said }: { said: string }): Stream[] => (JSON.parse(said) as StreamList).streams;
const codeIn = ({ said }: { said: string }): string => (JSON.parse(said) as { code?: string }).code ?? '';

describe('the streams of the API', () => {
  test('are added, read, changed, started, stopped and removed; secrets are told nobody', async (t) => {
    const { ask, notes, answers, log, address } = await bench(t);
    const asked = { name: 'Front door', url, stream_type: 'rtsp', location: 'hall', auto_start: true };
    const added = await ask('POST', 'streams', asked);
    assert.equal(added.status, 201);
    const { created_at, updated_at, settings, ...stream } = streamIn(added);
    assert.deepEqual(stream, {
      ...{ id: 'Front-door', name: 'Front door', site: 'home', site_name: 'The home', location: 'hall', url: shown },
      ...{ read_only: false, stream_type: 'rtsp', auto_start: true, status: 'idle' },
      detail: 'Waits for an rtsp-in that is set to the streams of the store.',
    });
    assert.deepEqual([settings?.audio, settings?.zones, created_at], ['analyse', [], updated_at]);
    assert.deepEqual(listIn(await ask('GET', 'streams')), [streamIn(added)]);
    assert.deepEqual(streamIn(await ask('GET', 'streams/Front-door?site=home')), streamIn(added));

    const stopped = await ask('POST', 'streams/Front-door/stop');
    assert.deepEqual([stopped.status, streamIn(stopped).auto_start, streamIn(stopped).status], [200, false, 'stopped']);
    assert.deepEqual(streamIn(await ask('POST', 'streams/Front-door/stop')), streamIn(stopped));
    assert.equal(streamIn(await ask('POST', 'streams/Front-door/start')).auto_start, true);
    const changed = streamIn(await ask('PUT', 'streams/Front-door', { url: shown, audio: 'off', location: 'yard' }));
    assert.deepEqual([changed.url, changed.location, changed.settings?.audio], [shown, 'yard', 'off']);

    const seen = await fetch(`${address}/metrics`).then((answer) => answer.text());
    await ask('GET', 'health');
    assert.equal((await ask('DELETE', 'streams/Front-door')).status, 204);
    assert.deepEqual(listIn(await ask('GET', 'streams')), []);
    assert.equal((await ask('DELETE', 'streams/Front-door')).status, 404);
    const noted = ['stream.add', 'stream.stop', 'stream.stop', 'stream.start', 'stream.change', 'stream.remove'];
    assert.deepEqual(
      notes,
      noted.map((action) => `ann ${action} Front-door`),
    );
    assert.equal([...answers, ...log.lines, seen, ...notes].join('\n').includes('canary'), false);
  });

  test('carry zones, as a camera of the flow does', async (t) => {
    const { ask, site } = await bench(t);
    await ask('POST', 'streams', { id: 'door', name: 'Door', url });
    const points = [
      { x: 0, y: 0 },
      { x: 0.5, y: 0 },
      { x: 0.5, y: 0.5 },
    ];
    const zones = [
      { name: 'porch', kind: 'zone', points },
      { name: 'window', kind: 'privacy', points },
    ];
    const kept = streamIn(await ask('PUT', 'streams/door', { zones })).settings?.zones;
    assert.deepEqual(kept, zones);
    const [running] = await site.streams.runnable();
    assert.deepEqual(running?.settings.zones, kept);
    const outside = { name: 'porch', kind: 'zone', points: [{ x: 2, y: 0 }, ...points.slice(1)] };
    for (const wrong of [[outside], [{ name: 'porch', kind: 'zone', points: points.slice(1) }], 'porch']) {
      assert.equal((await ask('PUT', 'streams/door', { zones: wrong })).status, 422, JSON.stringify(wrong));
    }
  });

  test('say by name why something cannot be', async (t) => {
    const { ask, site } = await bench(t);
    await ask('POST', 'streams', { id: 'door', name: 'Door', url });
    for (const [body, status, code] of [
      [{ name: 'Door', url: 'file:///etc/passwd' }, 422, 'ES_BAD_ADDRESS'],
      [{ name: 'Door', url: 'http://169.254.169.254/' }, 422, 'ES_BAD_ADDRESS'],
      [{ name: '門', url }, 422, 'ES_STREAM'],
      [{ name: 'again', id: 'door', url }, 409, 'ES_STREAM_TAKEN'],
      [{ name: 'Door' }, 422, ''],
      [{ name: 'Door', url, id: '../x' }, 422, ''],
      [{ name: 'Door', url, ffmpeg: '-f' }, 422, ''],
      [{ name: 'Door', url, site: 'elsewhere' }, 404, ''],
      [[], 422, ''],
    ] as const) {
      const answer = await ask('POST', 'streams', body);
      assert.deepEqual([answer.status, codeIn(answer)], [status, code], JSON.stringify(body));
    }
    rmSync(join(site.folder, 'streams.key'));
    const { fault, url: masked } = streamIn(await ask('GET', 'streams/door'));
    assert.deepEqual([fault?.code, masked], ['ES_STREAM_ADDRESS_LOST', shown]);
    const start = await ask('POST', 'streams/door/start');
    assert.deepEqual([start.status, codeIn(start)], [409, 'ES_STREAM_ADDRESS_LOST']);
    assert.equal(streamIn(await ask('PUT', 'streams/door', { url })).fault, undefined);
  });

  test('stand beside the cameras of the flow, which are changed in the editor alone', async (t) => {
    const { ask, site } = await bench(t);
    site.health.source('node', 'camera', state('gate', 'connected'));
    site.health.source('microphone', 'microphone', state('lobby', 'connected'));
    await ask('POST', 'streams', { id: 'door', name: 'Door', url });
    site.health.source('store', 'camera', state('door', 'connecting'), true);
    site.health.source('other door', 'camera', state('door', 'connected'));
    // Removed from the store, and about to end.
    site.health.source('other', 'camera', state('gone', 'stopped'), true);
    const list = listIn(await ask('GET', 'streams')).map(({ id, read_only, status, since }) => [
      id,
      read_only,
      status,
      since,
    ]);
    const since = '1970-01-01T00:00:01.000Z';
    assert.deepEqual(list, [
      ['door', false, 'connecting', since],
      ['gate', true, 'connected', since],
    ]);
    for (const [method, path] of [
      ['PUT', 'streams/gate'],
      ['DELETE', 'streams/gate'],
      ['POST', 'streams/gate/start'],
      ['POST', 'streams/gate/stop'],
    ] as const) {
      const { status, said } = await ask(method, path, method === 'PUT' ? { name: 'x' } : undefined);
      assert.deepEqual([status, said.includes('in the editor')], [409, true], method);
    }
    const taken = await ask('POST', 'streams', { id: 'gate', name: 'Gate', url });
    assert.deepEqual([taken.status, codeIn(taken)], [409, 'ES_STREAM_TAKEN']);
  });

  test('are those of the scope: others are not there', async (t) => {
    const { ask, be } = await bench(t, ['home', 'garage']);
    for (const site of ['home', 'garage']) {
      for (const id of ['door', 'yard']) await ask('POST', 'streams', { id, name: id, url, site });
    }
    assert.equal((await ask('POST', 'streams', { name: 'x', url })).status, 409);
    assert.equal((await ask('POST', 'streams/door/stop')).status, 409);
    be('admin', ['home/door', 'garage']);
    const places = listIn(await ask('GET', 'streams')).map(({ site, id }) => `${site}/${id}`);
    assert.deepEqual(places, ['garage/door', 'garage/yard', 'home/door']);
    assert.equal(listIn(await ask('GET', 'streams?site=home')).length, 1);
    assert.equal((await ask('GET', 'streams/yard?site=home')).status, 404);
    assert.equal((await ask('POST', 'streams/yard/stop?site=home')).status, 404);
    assert.equal((await ask('DELETE', 'streams/yard?site=home')).status, 404);
    assert.equal((await ask('POST', 'streams', { name: 'x', url, site: 'home' })).status, 403);
    assert.equal((await ask('POST', 'streams', { name: 'x', url, site: 'garage' })).status, 201);
    assert.equal((await ask('DELETE', 'streams/door?site=home')).status, 204);
    be('operator');
    assert.equal((await ask('POST', 'streams/yard/stop?site=home')).status, 200);
    assert.equal((await ask('DELETE', 'streams/yard?site=home')).status, 403);
    be('viewer');
    assert.equal((await ask('POST', 'streams/yard/start?site=home')).status, 403);
    assert.equal(listIn(await ask('GET', 'streams')).length, 4);
  });

  test('of tests are there only where tests are allowed', async (t) => {
    const { ask, notes } = await bench(t);
    assert.equal((await ask('POST', 'test/add-demo-stream')).status, 404);
    process.env.ECHOSIGHT_TEST_ROUTES = '1';
    t.after(() => delete process.env.ECHOSIGHT_TEST_ROUTES);
    const added = await ask('POST', 'test/add-demo-stream');
    const { id, url: address, stream_type, auto_start } = streamIn(added);
    assert.deepEqual(
      [added.status, id, address, stream_type, auto_start],
      [201, 'demo', 'sample:intruder', 'demo', true],
    );
    await ask('POST', 'streams/demo/stop');
    const again = await ask('POST', 'test/add-demo-stream');
    assert.deepEqual([again.status, streamIn(again).auto_start], [200, true]);
    assert.deepEqual(notes, ['ann stream.demo demo', 'ann stream.stop demo', 'ann stream.demo demo']);
  });
});
