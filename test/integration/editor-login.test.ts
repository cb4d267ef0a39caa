import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, buildIsStale } from '../../scripts/build.ts';
import { linkedUserFolder, NodeRedHost } from '../hosts/node-red-host.ts';

/** Every question of a dialog: who may only read may ask what opens no connection and no microphone. */
const routes: Record<string, { readers: boolean; body?: (camera: string) => object }> = {
  'GET /echosight/mic-in/devices': { readers: true },
  'GET /echosight/mic-in/check-begin': { readers: false },
  'GET /echosight/mic-in/check': { readers: false },
  'GET /echosight/mic-in/check-stop': { readers: false },
  'GET /echosight/audio-classify/listening': { readers: false },
  'GET /echosight/audio-classify/listening-reset': { readers: false },
  'GET /echosight/sentinel-site/check': { readers: false },
  'GET /echosight/audio-classify/calibration': { readers: false },
  'GET /echosight/audio-classify/calibration-begin': { readers: false },
  'GET /echosight/audio-classify/calibration-stop': { readers: false },
  'GET /echosight/audio-classify/calibration-mark': { readers: false },
  'GET /echosight/audio-classify/calibration-forget': { readers: false },
  'GET /echosight/audio-classify/calibration-suggest': { readers: false },
  'GET /echosight/audio-classify/models': { readers: true },
  'GET /echosight/audio-classify/pull': { readers: false },
  'GET /echosight/audio-classify/pulling': { readers: false },
  'GET /echosight/audio-classify/trained': { readers: false },
  'GET /echosight/sentinel-audio-train/models': { readers: true },
  'GET /echosight/sentinel-audio-train/training': { readers: false },
  'GET /echosight/sentinel-audio-train/training-begin': { readers: false },
  'GET /echosight/sentinel-audio-train/training-cancel': { readers: false },
  'GET /echosight/sentinel-audio-train/training-use': { readers: false },
  'GET /echosight/sentinel-audio-train/training-back': { readers: false },
  'POST /echosight/sentinel-audio-train/upload': { readers: false },
  'GET /echosight/detectron-infer/models': { readers: true },
  'GET /echosight/detectron-infer/poseModels': { readers: true },
  'GET /echosight/detectron-infer/model': { readers: false },
  'GET /echosight/detectron-infer/preview': { readers: false },
  'POST /echosight/detectron-infer/try': { readers: false },
  'POST /echosight/fuse-severity/trial': {
    readers: false,
    body: () => ({ id: 'fuse', rules: [], correlationSeconds: 3, quietSeconds: 30 }),
  },
  'POST /echosight/sentinel-whatsapp-account/test': {
    readers: false,
    body: () => ({ id: 'none', settings: {}, credentials: {} }),
  },
  'POST /echosight/sentinel-sms-account/test': {
    readers: false,
    body: () => ({ id: 'none', settings: {}, credentials: {} }),
  },
  'POST /echosight/sentinel-email-account/test': {
    readers: false,
    body: () => ({ id: 'none', settings: {}, credentials: {} }),
  },
  'POST /echosight/sentinel-webhook-out/test': {
    readers: false,
    body: () => ({ id: 'none', settings: {}, credentials: {} }),
  },
  'POST /echosight/sentinel-camera/look': {
    readers: false,
    body: (address) => ({ id: 'camera', address, username: '', transport: 'tcp', fresh: true }),
  },
};

const permissions = { owner: '*', reader: 'read', other: 'flows.read' } as const;
const TEST_EDITOR_LOGINS = JSON.stringify(permissions);

describe('the questions of the dialogs, where the editor has a login', { timeout: 300_000 }, () => {
  let host: NodeRedHost;
  let bare: NodeRedHost;
  let camera = '';
  let visitors = 0;
  const door = createServer((socket) => {
    visitors += 1;
    socket.on('error', () => undefined);
    socket.destroy();
  });

  before(async () => {
    if (buildIsStale()) await build();
    door.listen(0, '127.0.0.1');
    await once(door, 'listening');
    camera = `rtsp://127.0.0.1:${(door.address() as AddressInfo).port}/front`;
    const withoutOurs = mkdtempSync(join(tmpdir(), 'sentinel-nr-'));
    [host, bare] = (await Promise.all(
      [linkedUserFolder(), withoutOurs].map((folder) =>
        NodeRedHost.start({ TEST_EDITOR_LOGINS }, withRouteList(folder)),
      ),
    )) as [NodeRedHost, NodeRedHost];
    for (const one of [host, bare]) one.authorisation = await login(one, 'owner');
    await host.deploy([
      { id: 'site', type: 'sentinel-site', name: 'Home', siteId: 'home', dataFolder: '' },
      { id: 'camera', type: 'sentinel-camera', name: 'front', site: 'site', area: 'hall', address: camera },
    ]);
  });
  after(async () => {
    await Promise.all([host.stop(), bare.stop()]);
    door.close();
  });

  test('are these and no others', async () => {
    const foreign = new Set(await routesOf(bare));
    const ours = (await routesOf(host)).filter((route) => !foreign.has(route));
    assert.ok(foreign.has('POST /inject/:id'), 'the list sees the routes of nodes');
    assert.deepEqual(ours.toSorted(), Object.keys(routes).toSorted());
  });

  for (const [route, { readers }] of Object.entries(routes)) {
    test(`${route} is refused without a login, to who may do other things${readers ? '' : ' and to who may only read'}`, async () => {
      const before = visitors;
      assert.equal(await ask(route, {}), 401);
      assert.equal(await ask(route, { authorization: 'Bearer guessed' }), 401);
      assert.equal(await ask(route, await login(host, 'other')), 401);
      const read = await ask(route, await login(host, 'reader'));
      assert.ok(readers ? read === 200 : [401, 403].includes(read), `${read} for who may only read`);
      assert.equal(visitors, before, 'nobody went to the camera for them');
    });

    test(`${route} is answered for who may change flows, and not for a page elsewhere in that name`, async () => {
      assert.equal(await ask(route, host.authorisation, { 'sec-fetch-site': 'cross-site' }), 403);
      assert.equal(await ask(route, host.authorisation, { without: 'x-requested-with' }), 403);
      const answer = await ask(route, host.authorisation);
      assert.ok(![401, 403, 404].includes(answer), `${answer}`);
    });
  }

  test('those of the owner did go to the camera', () => {
    assert.ok(visitors >= 2, `${visitors} visitors`);
  });

  async function ask(
    route: string,
    authorisation: Readonly<Record<string, string>>,
    change: Record<string, string> = {},
  ): Promise<number> {
    const [method, path] = route.split(' ') as [string, string];
    const { without, ...more } = change;
    const headers = { 'x-requested-with': 'XMLHttpRequest', 'content-type': 'application/json', ...authorisation };
    const given = Object.entries({ ...headers, ...more }).filter(([name]) => name !== without);
    const body = routes[route]?.body?.(camera);
    const response = await fetch(`${host.url}${path}`, {
      ...{ method, headers: given },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.text();
    return response.status;
  }
});

/** Logs in as the editor does. */
async function login(host: NodeRedHost, user: keyof typeof permissions): Promise<Readonly<Record<string, string>>> {
  const response = await fetch(`${host.url}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ client_id: 'node-red-editor', grant_type: 'password', scope: permissions[user] },
      ...{ username: user, password: user },
    }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return { authorization: `Bearer ${((await response.json()) as { access_token: string }).access_token}` };
}

function withRouteList(folder: string): string {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(
    join(import.meta.dirname, '..', 'hosts', 'route-list'),
    join(folder, 'node_modules', 'node-red-route-list'),
    'junction',
  );
  return folder;
}

async function routesOf(host: NodeRedHost): Promise<string[]> {
  const response = await fetch(`${host.url}/test-routes`, { headers: host.authorisation });
  assert.equal(response.status, 200);
  return (await response.json()) as string[];
}
