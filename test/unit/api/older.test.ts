import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ApiHost } from '../../../src/api/api.ts';
import { cursorOf } from '../../../src/api/cursor.ts';
import type { IncidentReview, IncidentSummary } from '../../../src/contracts/api.ts';
import type { EvidenceItem } from '../../../src/contracts/messages.ts';
import type { AlertPage, EventPage, SimulatedEvent, ViolenceEvent } from '../../../src/contracts/older-clients.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { summary } from './api-host.ts';
import { serveApi } from './api-server.ts';

const clip = 'c'.repeat(32);
const file = (id: string, type: EvidenceItem['type'], mime: string) => ({
  id,
  type,
  source: 'front',
  mime,
  bytes: 5,
  capturedAt: 1,
});
const files = [
  file('a'.repeat(32), 'snapshot', 'image/jpeg'),
  file('b'.repeat(32), 'audio', 'audio/wav'),
  file(clip, 'clip', 'video/mp4'),
];

/** One incident, kept as the store would. */
function house() {
  const kept: { incident: IncidentSummary; asked: object[]; said: string[] } = {
    incident: { ...summary('one'), startedAt: 1500, endedAt: 2500, evidence: files },
    asked: [],
    said: [],
  };
  const states: Record<string, IncidentReview['state']> = {
    acknowledge: 'acknowledged',
    confirm: 'confirmed',
    dismiss: 'dismissed',
  };
  const host: Partial<ApiHost> = {
    incidents: (request) => {
      kept.asked.push(request);
      return Promise.resolve({ incidents: [kept.incident], next: cursorOf(kept.incident) });
    },
    incident: (id) => Promise.resolve(id === 'one' ? kept.incident : undefined),
    review: (id, { action, note }, by) => {
      if (id !== 'one') return Promise.resolve(undefined);
      kept.said.push(`${by.name} ${action} ${note ?? ''}`.trim());
      kept.incident = { ...kept.incident, review: { state: states[action] ?? 'pending', by: by.name, at: 3000 } };
      return Promise.resolve({ record: { id: 'r', incidentId: id, action, by: by.name, at: 3000 }, added: true });
    },
  };
  return { kept, host };
}

describe('a client of ViolenceSense', () => {
  test('reads events, those that are pending, and one', async (t) => {
    const { kept, host } = house();
    const address = await serveApi(t, host);
    const page = (await (
      await fetch(`${address}/api/v1/events?status=dismissed&stream_id=front&limit=5&from=10`)
    ).json()) as EventPage;
    assert.deepEqual(page.events[0], {
      ...{ id: 'one', stream_id: 'front', site: 'home', location: 'shop', violence_score: 0.9, severity: 3 },
      ...{ start_time: '1970-01-01T00:00:01.500Z', end_time: '1970-01-01T00:00:02.500Z' },
      ...{ label: 'Person', reason: 'person', status: 'pending', simulated: false },
      ...{ clip_path: `/api/v1/clips/${clip}.mp4`, snapshot_path: `/api/v1/evidence/${'a'.repeat(32)}` },
    });
    assert.ok(page.next);
    await fetch(`${address}/api/v1/events/pending?before=${page.next}`);
    assert.deepEqual(kept.asked, [
      { limit: 5, source: 'front', from: 10, review: ['dismissed', 'false-positive'] },
      { limit: 50, before: { startedAt: 1500, id: 'one' }, review: ['pending', 'acknowledged'] },
    ]);
    assert.equal(((await (await fetch(`${address}/api/v1/events/one`)).json()) as ViolenceEvent).id, 'one');
    assert.equal((await fetch(`${address}/api/v1/events/other`)).status, 404);
    assert.equal((await fetch(`${address}/api/v1/events?status=open`)).status, 400);
  });

  test('confirms and dismisses, as often as it likes', async (t) => {
    const { kept, host } = house();
    const address = await serveApi(t, host);
    const post = (path: string, body?: unknown) =>
      fetch(`${address}/api/v1/events/${path}`, {
        method: 'POST',
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    for (const body of [undefined, { note: ' a fight ' }, {}]) {
      const answer = await post('one/confirm', body);
      assert.equal(answer.status, 200);
      const { status, reviewed_by, reviewed_at } = (await answer.json()) as ViolenceEvent;
      assert.deepEqual([status, reviewed_by, reviewed_at], ['confirmed', 'local', '1970-01-01T00:00:03.000Z']);
    }
    assert.equal((await post('one/dismiss')).status, 200);
    assert.deepEqual(kept.said, ['local confirm', 'local confirm a fight', 'local confirm', 'local dismiss']);
    assert.equal((await post('none/confirm')).status, 404);
    assert.equal((await post('one/confirm', { note: 5 })).status, 422);
    assert.equal((await post('one/confirm', [])).status, 422);
  });

  test('reads a clip by its id, in parts; nothing else is one', async (t) => {
    const path = join(temporaryFolder(t), 'clip.mp4');
    writeFileSync(path, 'video');
    const evidence: ApiHost['evidence'] = (id) => {
      const item = files.find((one) => one.id === id);
      return Promise.resolve(item && { item: { ...item, sha256: '0'.repeat(64) }, file: path });
    };
    const address = `${await serveApi(t, { evidence })}/api/v1/clips`;
    for (const name of [clip, `${clip}.mp4`]) assert.equal(await (await fetch(`${address}/${name}`)).text(), 'video');
    const part = await fetch(`${address}/${clip}.mp4`, { headers: { range: 'bytes=1-2' } });
    assert.deepEqual([part.status, await part.text()], [206, 'id']);
    for (const name of [
      'a'.repeat(32),
      'clip.mp4',
      `..%2f${clip}.mp4`,
      `${clip}.exe`,
      `${clip}.mp4/x`,
      'd'.repeat(32),
    ]) {
      assert.equal((await fetch(`${address}/${name}`)).status, 404, name);
    }
  });

  test('simulates an event only where tests are allowed', async (t) => {
    const { host } = house();
    const closed = await serveApi(t, host);
    const path = '/api/v1/test/simulate-event?stream_id=front';
    assert.equal((await fetch(`${closed}${path}`, { method: 'POST' })).status, 404);
    const asked: unknown[] = [];
    const simulate: ApiHost['simulate'] = (_source, _scope, how) => {
      asked.push(how);
      return Promise.resolve({ id: 'one', ...(how.alert ? { alert: { settled: true, messages: [] } } : {}) });
    };
    const open = await serveApi(t, { ...host, simulate });
    assert.equal((await fetch(`${open}${path}`, { method: 'POST' })).status, 201);
    assert.equal((await fetch(`${open}/api/v1/test/simulate-event`, { method: 'POST' })).status, 400);
    const told = await fetch(`${open}${path}&alert=true&wait=3`, { method: 'POST' });
    assert.deepEqual(((await told.json()) as SimulatedEvent).alert, { settled: true, messages: [] });
    assert.equal((await fetch(`${open}${path}&alert=true&wait=31`, { method: 'POST' })).status, 400);
    assert.deepEqual(asked, [
      { alert: false, waitMs: 10_000 },
      { alert: true, waitMs: 3000 },
    ]);
  });
});

describe('a client of the first EchoSight', () => {
  test('reads alerts with what it filters by, and acknowledges by id', async (t) => {
    const { kept, host } = house();
    const address = await serveApi(t, host);
    const read = async () =>
      ((await (await fetch(`${address}/alerts?severity=3&site=home`)).json()) as AlertPage).alerts[0];
    assert.deepEqual(await read(), {
      ...{ id: 'one', ts: 1.5, site: 'home', area: 'shop', source: 'front', severity: 3, reason: 'person', ack: false },
      ...{ snapshot: `/api/v1/evidence/${'a'.repeat(32)}`, audio: `/api/v1/evidence/${'b'.repeat(32)}` },
    });
    assert.deepEqual(kept.asked, [{ limit: 50, site: 'home', severity: 3 }]);
    const acknowledged = await fetch(`${address}/ack/one`, { method: 'POST' });
    assert.deepEqual([acknowledged.status, await acknowledged.json()], [200, { ok: true }]);
    assert.equal((await read())?.ack, true);
    for (const unknown of ['0', 'two', '-1'])
      assert.equal((await fetch(`${address}/ack/${unknown}`, { method: 'POST' })).status, 404);
    assert.equal((await fetch(`${address}/health`)).status, 200);
    assert.match(
      (await fetch(`${address}/metrics`)).headers.get('content-type') ?? '',
      /^text\/plain; version=0\.0\.4/,
    );
  });
});

describe('the parts of an incident', () => {
  test('come in pages', async (t) => {
    const one = { kind: 'sound', label: 'gunshot', source: 'front', score: 1, capturedAt: 1, count: 1 } as const;
    const signals = Array.from({ length: 5 }, (_, n) => ({ ...one, capturedAt: n }));
    const incident: ApiHost['incident'] = (id) =>
      Promise.resolve(id === 'one' ? { ...summary('one'), signals, evidence: files } : undefined);
    const address = `${await serveApi(t, { incident })}/api/v1/incidents`;
    const read = async (path: string) =>
      (await (await fetch(`${address}/${path}`)).json()) as { items: unknown[]; next?: number; total: number };
    assert.deepEqual(await read('one/signals?limit=2&after=2'), { items: signals.slice(2, 4), total: 5, next: 4 });
    assert.deepEqual(await read('one/signals?limit=2&after=4'), { items: signals.slice(4), total: 5 });
    assert.deepEqual(await read('one/media'), { items: files, total: 3 });
    assert.equal((await fetch(`${address}/two/media`)).status, 404);
    assert.equal((await fetch(`${address}/one/media?limit=0`)).status, 400);
  });
});
