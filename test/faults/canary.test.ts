import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { requirement } from '../requirements.ts';
import { CanarySearch } from './canary-search.ts';
import { FickleCamera } from './fickle-camera.ts';
import { ManyCameras, type CameraSettings } from './many-cameras.ts';
import { ScriptedCamera } from './scripted-camera.ts';
import { childrenNamed } from './vitals.ts';

/** In everything that must not be seen; what follows it makes quoting and encoding hard. */
const canary = 'C4n4ryB1rdS1ngs';
const search = new CanarySearch(canary);
const login = { username: 'watcher', password: `${canary}'@ /%7f\\"` };
/** Cameras take passwords in path and query too. */
const query = `?user=watcher&password=query-${canary}`;
const pathToken = `token-${canary}`;

/** Command lines of the whole machine and environments of what a process started, looked at as long as it is not stopped. */
function lookAtProcesses(pid: number): { seen: Set<string>; stop: () => void } {
  const seen = new Set<string>();
  const look = (path: string): void => {
    try {
      seen.add(readFileSync(path, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It ended while we looked.
    }
  };
  const timer = setInterval(() => {
    for (const process of readdirSync('/proc')) if (/^\d+$/.test(process)) look(`/proc/${process}/cmdline`);
    for (const child of childrenNamed(pid, 'ffmpeg')) look(`/proc/${child}/environ`);
  }, 100);
  return {
    seen,
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** Everything that a process wrote below a folder, except what the user typed. */
function filesOf(folder: string, except: readonly string[]): { path: string; text: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('node_modules') && !except.includes(name))
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path) && statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path) }));
}

describe('a password', { timeout: 400_000 }, () => {
  test('is in no output, log, status, message, command line, answer or file, whatever happens to its camera', async (t) => {
    if (!requirement(t, process.platform === 'linux', '/proc')) return;
    if (!requirement(t, (await locateFfmpeg()).hidesAddress, 'an ffmpeg that can hide credentials')) return;
    const start = async (scheme: 'basic' | 'digest'): Promise<ScriptedCamera> => {
      const camera = await ScriptedCamera.start(undefined, { credentials: login, scheme });
      t.after(() => camera.stop());
      return camera;
    };
    const [basic, digest, stalls] = await Promise.all([start('basic'), start('digest'), start('digest')]);
    const fickle = await FickleCamera.start();
    t.after(() => fickle.stop());
    const web = createServer((request, response) => {
      response.writeHead(request.url?.startsWith('/missing') === true ? 404 : 401, {
        'WWW-Authenticate': 'Basic realm="x"',
      });
      response.end();
    });
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    t.after(() => web.close());
    const site = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const cameras: Record<string, CameraSettings> = {
      'good-basic': { address: `${basic.url}${query}`, credentials: login },
      'good-digest': { address: digest.url, credentials: login },
      stalls: { address: stalls.url, credentials: login },
      'hung-up-on': { address: `${fickle.url}${query}`, credentials: login },
      refused: { address: `rtsp://127.0.0.1:1/${pathToken}/front${query}`, credentials: login },
      unauthorised: {
        address: `${digest.url}${query}`,
        credentials: { ...login, password: `wrong-${login.password}` },
      },
      'no-login': { address: `${basic.url}${query}` },
      'not-found': { address: basic.relay.url(`/${pathToken}`), credentials: login },
      'web-refused': { address: `${site}/live${query}`, credentials: login },
      'web-missing': { address: `${site}/missing/${pathToken}${query}`, credentials: login },
      'in-address': { address: `rtsp://watcher:${canary}@127.0.0.1:1/front` },
      nonsense: { address: `rtsp://watcher:${canary}` },
    };
    const watched = await ManyCameras.open(t, cameras, { env: { TEST_LOG_LEVEL: 'trace' } });
    const { house } = watched;
    const processes = lookAtProcesses(house.pid);
    t.after(processes.stop);
    for (const camera of ['good-basic', 'good-digest', 'stalls']) await watched.nextFrames(camera, 3, 60_000);
    stalls.relay.faults.freeze = true;
    digest.relay.kick();
    for (const [camera, status] of [
      ['unauthorised', 'unauthorised'],
      ['no-login', 'unauthorised'],
      ['web-refused', 'unauthorised'],
      ['not-found', 'not-found'],
      ['web-missing', 'not-found'],
      ['refused', 'backing-off'],
      ['hung-up-on', 'backing-off'],
      ['stalls', 'stalled'],
    ] as const) {
      await watched.until(camera, () => watched.statuses(camera).includes(status), status);
    }
    await watched.nextFrames('good-digest', 3);
    await house.alarm();
    await sleep(2000);
    // It would give the address away, with the password.
    assert.match(house.host.log, /Impossible to open/);

    const byEditor = { 'X-Requested-With': 'XMLHttpRequest', 'Node-RED-API-Version': 'v2' };
    const ask = async (path: string, request: RequestInit = {}): Promise<{ place: string; text: string }> => {
      const response = await fetch(`${house.host.url}${path}`, { headers: byEditor, ...request });
      assert.notEqual(response.headers.get('content-type')?.startsWith('text/html'), true, `${path} is nothing`);
      return { place: path, text: await response.text() };
    };
    const answers = [
      ...['/echosight/api/v1/health', '/echosight/metrics', '/echosight/api/v1/incidents'],
      ...['/echosight/sentinel-site/check', '/diagnostics', '/settings', '/flows/state', '/context/global'],
      ...Object.keys(cameras).map((camera) => `/credentials/sentinel-camera/lens-${camera}`),
    ].map((path) => ask(path));
    const looks = ['good-digest', 'unauthorised', 'refused', 'hung-up-on'].map(async (camera) => {
      const { address = '', credentials } = cameras[camera] ?? {};
      const body = {
        id: `lens-${camera}`,
        address,
        username: credentials?.username ?? '',
        transport: 'tcp',
        fresh: true,
      };
      const headers = { ...byEditor, 'content-type': 'application/json' };
      const looked = await ask('/echosight/sentinel-camera/look', {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      assert.match(looked.text, /"picture"|"code":"ES_/);
      return looked;
    });
    const answered = await Promise.all([...answers, ...looks]);
    assert.match(JSON.stringify(answered), /has_password/);
    processes.stop();
    assert.ok([...processes.seen].filter((line) => line.includes('ffmpeg')).length >= 4);

    // What the user typed into the address is in the flow, as in every node; the credentials are not.
    const exports = await Promise.all(['/flows', '/flow/global', '/flow/tab'].map((path) => ask(path)));
    assert.ok(JSON.stringify(exports).includes('lens-good-basic'));
    const withoutAddresses = (text: string): string =>
      Object.values(cameras).reduce((rest, { address }) => rest.replaceAll(JSON.stringify(address), '""'), text);
    const places: { place: string; text: string | Buffer }[] = [
      { place: 'output', text: house.host.log },
      { place: 'messages, statuses and errors', text: JSON.stringify(house.host.seen) },
      { place: 'processes', text: [...processes.seen].join('\n') },
      { place: 'WhatsApp', text: JSON.stringify(house.messages) },
      ...exports.map(({ place, text }) => ({ place, text: withoutAddresses(text) })),
      ...answered,
      ...filesOf(house.host.userDir, ['flows.json', '.flows.json.backup']).map(({ path, text }) => ({
        place: path,
        text,
      })),
    ];
    for (const { place, text } of places) {
      const find = search.find(text);
      assert.equal(find, undefined, `${place}, ${find?.form}: ...${find?.excerpt}...`);
    }
    house.assertCalm();
  });
});
