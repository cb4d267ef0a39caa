import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { LiveTicket } from '../../src/contracts/api.ts';
import type { SiteArming, SiteArmings } from '../../src/contracts/arming.ts';
import type { ArmingChange, Incident } from '../../src/contracts/messages.ts';
import { LiveReader } from '../live-reader.ts';
import { catchAll, linkedUserFolder, NodeRedHost, probe, watchStatus, type FlowNode } from '../hosts/node-red-host.ts';
import { WebSocket } from 'ws';

const door = { id: 'door', enabled: true, severity: 2, all: [{ kind: 'signal', label: 'opened' }] };

function flow(dataFolder: string): FlowNode[] {
  return [
    { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'home', dataFolder },
    { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['body', 'reply']] },
    { id: 'body', type: 'function', func: 'return msg.payload;', outputs: 1, wires: [['fuse']] },
    { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
    { id: 'fuse', type: 'fuse-severity', site: 'site', rules: [door], wires: [['probe-out'], ['probe-modes']] },
    ...[probe('out'), probe('modes'), ...catchAll(), ...watchStatus()],
  ];
}

describe('arming a site in a real Node-RED', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let dataFolder: string;
  const userDir = linkedUserFolder();

  before(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
    host = await NodeRedHost.start({}, userDir);
    await host.deploy(flow(dataFolder));
  });
  after(async () => {
    await host.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  async function post(message: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${host.url}/in`, { method: 'POST', headers, body: JSON.stringify(message) });
    assert.equal(response.status, 202);
  }
  const open = (source: string): Promise<void> =>
    post({
      payload: {
        ...{ v: 1, kind: 'signal', site: 'home', area: source, source, capturedAt: Date.now() },
        ...{ signal: 'contact', label: 'opened', score: 1 },
      },
    });
  const mode = async (wanted: string): Promise<ArmingChange> =>
    (await host.waitFor('modes', ({ payload }) => (payload as ArmingChange).counting === wanted))
      .payload as ArmingChange;
  const incidentAt = (source: string) =>
    host.waitFor(
      'out',
      ({ payload }) => (payload as Incident).source === source && (payload as Incident).phase === 'start',
    );

  test('it is away at first; commands, API and the time to leave change it; all hear of it', async () => {
    assert.equal((await mode('away')).how, 'unset');
    await open('front');
    await incidentAt('front');

    await post({ payload: 'disarm' });
    const disarmed = await mode('disarmed');
    assert.deepEqual([disarmed.by, disarmed.how, disarmed.area], ['flow', 'flow', '']);
    const text = ({ status }: Record<string, unknown>): string => (status as { text: string }).text;
    await host.waitFor('status', (message) => text(message) === 'disarmed');
    await open('back');

    const api = `${host.url}/echosight/api/v1`;
    const { ticket } = (await (await fetch(`${api}/live/tickets`, { method: 'POST' })).json()) as LiveTicket;
    const socket = new WebSocket(`${api.replace('http', 'ws')}/live?ticket=${ticket}`);
    const live = new LiveReader(socket);
    await live.next(({ type }) => type === 'hello');
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ mode: 'night', exitDelaySeconds: 2 });
    const answer = await fetch(`${api}/site/arming`, { method: 'PUT', headers, body });
    assert.equal(answer.status, 200);
    const leaving = (await answer.json()) as SiteArming;
    assert.deepEqual([leaving.mode, leaving.counting, leaving.by, leaving.kept], ['night', 'disarmed', 'local', true]);
    const told = await live.next((message) => message.type === 'arming' && message.arming.counting === 'night');
    assert.ok(told.type === 'arming');
    socket.terminate();
    await mode('night');
    await open('side');
    const incident = (await incidentAt('side')).payload as Incident;
    assert.equal(incident.severity, 2);
    const sources = host.messages('out').map(({ payload }) => (payload as Incident).source);
    assert.ok(!sources.includes('back'), sources.join());
    assert.deepEqual(host.messages('errors'), []);
  });

  test('what is no mode is refused by name, and changes nothing', async () => {
    await post({ payload: { command: 'arm', value: 'front door' } });
    const { error } = await host.waitFor('errors', () => true);
    assert.match(JSON.stringify(error), /ES_BAD_INPUT.*request for a mode/);
  });

  test('it is the same after a crash, before the first signal is judged', async () => {
    await post({ payload: { command: 'arm', value: 'home' } });
    await mode('home');
    await post({ payload: 'disarm' });
    const stored = async (): Promise<SiteArming | undefined> => {
      const answer = await fetch(`${host.url}/echosight/api/v1/site/arming`);
      return ((await answer.json()) as SiteArmings).sites[0];
    };
    while ((await stored())?.mode !== 'disarmed' || (await stored())?.kept !== true);
    await host.kill();
    host = await NodeRedHost.start({}, userDir);
    await open('cellar');
    await post({ payload: 'arm' });
    await mode('away');
    await open('attic');
    await incidentAt('attic');
    const sources = host.messages('out').map(({ payload }) => (payload as Incident).source);
    assert.ok(!sources.includes('cellar'), sources.join());
  });
});
