import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { WebSocket } from 'ws';
import { IncidentSummary, type IncidentPage, type LiveTicket, type ReviewRecord } from '../../src/contracts/api.ts';
import { assertMatches } from '../../src/contracts/guards.ts';
import type { Incident, Review } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { incident } from '../unit/evidence/incident.ts';
import { LiveReader } from '../live-reader.ts';

const root = join(import.meta.dirname, '..', '..');

/** Its outputs: what is kept goes to "out", reviews go to "reviews" and back into the node. */
function flow(dataFolder: string): FlowNode[] {
  return [
    { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'home', dataFolder },
    { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['parse']] },
    {
      ...{ id: 'parse', type: 'function', outputs: 2, wires: [['keep'], ['reply']] },
      func: `const m = {payload: msg.payload.payload};
if (msg.payload.image) m.image = Buffer.from(msg.payload.image, 'base64');
return [m, msg];`,
    },
    { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
    {
      ...{ id: 'keep', type: 'evidence-store', site: 'site', keepSnapshots: true, keepAudio: true },
      wires: [['probe-out'], ['probe-reviews', 'keep']],
    },
    { id: 'echo-server', type: 'websocket-listener', path: '/echo', wholemsg: 'false' },
    { id: 'echo-in', type: 'websocket in', server: 'echo-server', wires: [['echo-out']] },
    { id: 'echo-out', type: 'websocket out', server: 'echo-server', wires: [] },
    { id: 'ui', type: 'ui-base', name: 'UI', path: '/dashboard', includeClientData: true, acceptsClientConfig: [] },
    { id: 'theme', type: 'ui-theme', name: 'Theme', colors: {}, sizes: {} },
    { id: 'page', type: 'ui-page', name: 'Page', ui: 'ui', path: '/page', layout: 'grid', theme: 'theme', order: 1 },
    { id: 'group', type: 'ui-group', name: 'Group', page: 'page', width: 6, height: 1, order: 1 },
    { id: 'text', type: 'ui-text', group: 'group', name: 'text', label: 'text', order: 1, wires: [] },
    probe('out'),
    probe('reviews'),
    ...catchAll(),
  ];
}

describe('incidents over HTTP and WebSocket in a real Node-RED with a dashboard', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let dataFolder: string;
  const sockets: WebSocket[] = [];

  before(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    host = await NodeRedHost.start({}, folderWithDashboard());
    await host.deploy(flow(dataFolder));
  });
  after(async () => {
    for (const socket of sockets) socket.terminate();
    await host.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  const api = (path: string, init?: RequestInit) => fetch(`${host.url}/echosight/api/v1${path}`, init);
  const json = async <T>(path: string): Promise<T> => (await (await api(path)).json()) as T;
  async function put(payload: unknown, image?: Buffer): Promise<void> {
    const response = await fetch(`${host.url}/in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ payload, image: image?.toString('base64') }),
    });
    assert.equal(response.status, 202);
  }
  const review = (id: string, body: unknown) =>
    api(`/incidents/${encodeURIComponent(id)}/reviews`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  function open(path: string): WebSocket {
    const socket = new WebSocket(`${host.url.replace('http', 'ws')}${path}`);
    sockets.push(socket);
    return socket;
  }
  async function listen(more = ''): Promise<LiveReader> {
    const issued = await api('/live/tickets', { method: 'POST' });
    assert.equal(issued.status, 201);
    const { ticket } = (await issued.json()) as LiveTicket;
    return new LiveReader(open(`/echosight/api/v1/live?ticket=${ticket}${more}`));
  }

  test('a body that Node-RED cannot read is a problem, without a path of this machine', async () => {
    const headers = { 'content-type': 'application/json' };
    const wrong: [body: string, more: Record<string, string>, status: number][] = [
      ['{', {}, 400],
      ['{"mode":"away"}', { 'content-type': 'application/json; charset=nothing' }, 415],
      ['{"mode":"away"}', { 'content-encoding': 'nothing' }, 415],
      [`{"mode":"${'x'.repeat(6 << 20)}"}`, {}, 413],
    ];
    for (const [body, more, status] of wrong) {
      const answer = await api('/site/arming', { method: 'PUT', headers: { ...headers, ...more }, body });
      const said = await answer.text();
      assert.deepEqual(
        [answer.status, answer.headers.get('content-type')],
        [status, 'application/problem+json; charset=utf-8'],
      );
      assert.doesNotMatch(said, /node_modules|file:|\.js\b|SyntaxError/);
      assert.equal((JSON.parse(said) as { status: number }).status, status);
    }
  });

  test('an incident appears with its thumbnail, is acknowledged, reaches the flow once, and survives a restart', async () => {
    const reader = await listen();
    const hello = await reader.next((message) => message.type === 'hello');
    assert.deepEqual([hello.seq, hello.type === 'hello' && hello.resumed], [0, false]);

    const image = await sharp({ create: { width: 640, height: 360, channels: 3, background: '#335577' } })
      .jpeg()
      .toBuffer();
    const startedAt = Date.now();
    await put(incident({ id: 'one', startedAt, updatedAt: startedAt, capturedAt: startedAt }), image);
    const kept = (await host.waitFor('out', () => true)).payload as Incident;
    assert.deepEqual(
      kept.evidence?.map(({ type }) => type),
      ['snapshot', 'thumbnail'],
    );
    const told = await reader.next((message) => message.type === 'incident');
    assert.ok(told.type === 'incident');
    assertMatches(IncidentSummary, told.incident, 'incident summary');
    assert.deepEqual([told.seq, told.incident.siteName, told.incident.review.state], [1, 'Test house', 'pending']);
    assert.deepEqual((await json<IncidentPage>('/incidents')).incidents, [told.incident]);
    assert.deepEqual(await json<IncidentSummary>('/incidents/one'), told.incident);

    const thumbnail = told.incident.evidence.find(({ type }) => type === 'thumbnail');
    const file = await api(`/evidence/${thumbnail?.id}`);
    assert.equal(file.headers.get('content-type'), 'image/jpeg');
    const { format, width, height } = await sharp(Buffer.from(await file.arrayBuffer())).metadata();
    assert.deepEqual([format, width, height], ['jpeg', 320, 180]);

    const first = await review('one', { action: 'acknowledge', by: 'mallory' });
    assert.equal(first.status, 201);
    const record = (await first.json()) as ReviewRecord;
    assert.deepEqual([record.by, record.action], ['local', 'acknowledge']);
    const again = await review('one', { action: 'acknowledge' });
    assert.equal(again.status, 200);
    assert.deepEqual(await again.json(), record);
    const changed = await reader.next((message) => message.type === 'incident' && message.seq === 2);
    assert.ok(changed.type === 'incident');
    assert.deepEqual(changed.incident.review, { state: 'acknowledged', by: 'local', at: record.at });

    const message = await host.waitFor('reviews', () => true);
    const payload = message.payload as Review;
    assert.equal(message.topic, 'home/front/review');
    assert.deepEqual([payload.incidentId, payload.action, payload.by], ['one', 'acknowledge', 'local']);
    // It is wired back into the node: a note shows that what came in by the wire neither goes round nor is kept twice.
    assert.equal((await review('one', { action: 'note', note: 'the neighbour' })).status, 201);
    await host.waitFor('reviews', ({ payload: said }) => (said as Review).action === 'note');
    await put({ ...payload, action: 'confirm', note: 'from a button', by: 'mallory' });
    const confirmed = await reader.next((m) => m.type === 'incident' && m.incident.review.state === 'confirmed');
    assert.ok(confirmed.type === 'incident');
    assert.deepEqual([confirmed.incident.review.by, confirmed.incident.review.note], ['flow', 'from a button']);
    assert.equal(host.messages('reviews').length, 2);
    assert.deepEqual(host.messages('errors'), []);

    const resumed = await listen(`&since=1&epoch=${(hello as { epoch: string }).epoch}`);
    const greeting = await resumed.next((m) => m.type === 'hello');
    assert.ok(greeting.type === 'hello' && greeting.resumed);
    assert.deepEqual(await resumed.next((m) => m.seq === 2 && m.type === 'incident'), changed);

    await host.deploy(flow(dataFolder));
    await put(incident({ id: 'two', severity: 1, startedAt: startedAt + 1, updatedAt: startedAt + 1 }));
    await reader.next((m) => m.type === 'incident' && m.incident.id === 'two');

    await host.stop();
    await reader.closed;
    host = await NodeRedHost.start({}, folderWithDashboard());
    await host.deploy(flow(dataFolder));
    const { incidents } = await json<IncidentPage>('/incidents');
    assert.deepEqual(
      incidents.map(({ id, review: { state } }) => [id, state]),
      [
        ['two', 'pending'],
        ['one', 'confirmed'],
      ],
    );
    const { incidents: unreviewed } = await json<IncidentPage>('/incidents?state=unreviewed');
    assert.deepEqual(
      unreviewed.map(({ id }) => id),
      ['two'],
    );
    const anew = await listen(`&since=3&epoch=${(hello as { epoch: string }).epoch}`);
    const newHello = await anew.next((m) => m.type === 'hello');
    assert.ok(newHello.type === 'hello' && !newHello.resumed);
  });

  test('neighbours on the same server keep their WebSockets, and ours outlives their cleaning', async () => {
    const reader = await listen();
    await reader.next((message) => message.type === 'hello');

    const echo = open('/echo');
    await opened(echo);
    echo.send('hello');
    assert.equal(await nextText(echo), 'hello');

    const comms = open('/comms');
    await opened(comms);
    comms.send(JSON.stringify({ subscribe: 'notification/#' }));
    assert.match(await nextText(comms), /notification/);

    // As socket.io does: a session by polling first, then the upgrade.
    const path = '/dashboard/socket.io/?EIO=4&transport=';
    const opening = await (await fetch(`${host.url}${path}polling`)).text();
    const { sid } = JSON.parse(opening.slice(1)) as { sid: string };
    const dashboard = open(`${path}websocket&sid=${sid}`);
    await opened(dashboard);
    dashboard.send('2probe');
    assert.equal(await nextText(dashboard), '3probe');

    for (const path of ['/echosight/api/v1/live/', '/echosight/api/v1/livex', '/x/echosight/api/v1/live', '/nothing']) {
      // engine.io ends foreign upgrades that nobody has answered, after a second.
      await assert.rejects(opened(open(path)), Error, path);
    }
    await put(incident({ id: 'still here' }));
    await reader.next((message) => message.type === 'incident' && message.incident.id === 'still here');
    const escaped = await json<IncidentSummary>('/incidents/still%20here');
    assert.equal(escaped.id, 'still here');
  });

  test('an incident that cannot be kept is sent on all the same, and the error is told', async () => {
    host.seen.length = 0;
    const blocked = join(dataFolder, 'a-file');
    writeFileSync(blocked, 'not a folder');
    await host.deploy(flow(join(blocked, 'data')));
    await put(incident({ id: 'unkept' }));
    const sent = (await host.waitFor('out', () => true)).payload as Incident;
    assert.deepEqual([sent.id, sent.evidence], ['unkept', []]);
    const caught = await host.waitFor('errors', () => true);
    assert.match((caught.error as { message: string }).message, /^ES_DATABASE/);
    await put({ ...incident(), kind: 'review', action: 'snooze', incidentId: 'unkept' });
    await host.waitFor('errors', ({ error }) => (error as { message: string }).message.startsWith('ES_BAD_INPUT'));
    assert.equal(host.messages('out').length, 1);
  });
});

/** A user folder with this package and Dashboard 2.0. */
function folderWithDashboard(): string {
  const userDir = mkdtempSync(join(tmpdir(), 'sentinel-nr-'));
  const packages = { '@echosight/node-red-sentinel': root, '@flowfuse/node-red-dashboard': '' };
  for (const [name, source] of Object.entries(packages)) {
    const link = join(userDir, 'node_modules', name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(source === '' ? join(root, 'node_modules', name) : source, link, 'junction');
  }
  const dependencies = Object.fromEntries(Object.keys(packages).map((name) => [name, '*']));
  writeFileSync(join(userDir, 'package.json'), JSON.stringify({ name: 'test-host', private: true, dependencies }));
  return userDir;
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
}

function nextText(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('message', (data: Buffer) => {
      resolve(data.toString());
    });
  });
}
