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
import { childrenNamed } from './vitals.ts';
import { ManyCameras, type CameraSettings } from './many-cameras.ts';
import { ScriptedCamera } from './scripted-camera.ts';

/** In everything that must not be seen; what follows it makes quoting and encoding hard. */
const canary = 'c4n4ry';
const login = { username: 'watcher', password: `${canary}'@ /%7f\\"` };
/** Cameras take passwords in path and query too. */
const query = `?user=watcher&password=query-${canary}`;
const pathToken = `token-${canary}`;

/** Every way in which a part of a secret could be written down. */
function forms(): string[] {
  const basic = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return [canary, basic, Buffer.from(login.password).toString('base64')];
}

/** Command lines and environments of the children of a process, looked at as long as it is not stopped. */
function lookAtChildren(pid: number): { seen: Set<string>; stop: () => void } {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const child of childrenNamed(pid, 'ffmpeg')) {
      for (const file of ['cmdline', 'environ']) {
        try {
          seen.add(readFileSync(`/proc/${child}/${file}`, 'utf8').replaceAll('\0', ' '));
        } catch {
          // It ended while we looked.
        }
      }
    }
  }, 50);
  return {
    seen,
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** Everything that a process wrote below a folder, except what the user typed. */
function filesOf(folder: string, except: readonly string[]): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('node_modules') && !except.includes(name))
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path) && statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path, 'latin1') }));
}

describe('a password', { timeout: 120_000 }, () => {
  test('is in no output, log, status, message, command line, answer or file, whatever happens to its camera', async (t) => {
    if (!requirement(t, process.platform === 'linux', '/proc')) return;
    if (!requirement(t, (await locateFfmpeg()).hidesAddress, 'an ffmpeg that can hide credentials')) return;
    const start = async (scheme: 'basic' | 'digest'): Promise<ScriptedCamera> => {
      const camera = await ScriptedCamera.start(undefined, { credentials: login, scheme });
      t.after(() => camera.stop());
      return camera;
    };
    const [basic, digest, stalls] = await Promise.all([start('basic'), start('digest'), start('digest')]);
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
    const children = lookAtChildren(house.pid);
    t.after(children.stop);
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
      ['stalls', 'stalled'],
    ] as const) {
      await watched.until(camera, () => watched.statuses(camera).includes(status), status);
    }
    await watched.nextFrames('good-digest', 3);
    await house.alarm();
    await sleep(2000);
    children.stop();
    assert.ok(children.seen.size >= 4, `${children.seen.size} texts of children`);

    const ask = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
      (await fetch(`${house.host.url}${path}`, { headers })).text();
    const lenses = Object.keys(cameras).map((camera) => `/credentials/sentinel-camera/lens-${camera}`);
    const answers = await Promise.all(
      ['/echosight/api/v1/health', '/echosight/metrics', '/echosight/api/v1/incidents', ...lenses].map((path) =>
        ask(path),
      ),
    );
    assert.match(answers.join(), /has_password/);
    // What the user typed into the address is in the flow, as in every node; the credentials are not.
    const exported = await ask('/flows', { 'Node-RED-API-Version': 'v2' });
    assert.ok(exported.includes('lens-good-basic'));
    const withoutAddresses = Object.values(cameras).reduce(
      (text, { address }) => text.replaceAll(JSON.stringify(address), '""'),
      exported,
    );
    const places: { place: string; text: string }[] = [
      { place: 'output', text: house.host.log },
      { place: 'messages, statuses and errors', text: JSON.stringify(house.host.seen) },
      { place: 'processes', text: [...children.seen].join('\n') },
      { place: 'WhatsApp', text: JSON.stringify(house.messages) },
      { place: 'export', text: withoutAddresses },
      ...answers.map((text, index) => ({ place: `answer ${index}`, text })),
      ...filesOf(house.host.userDir, ['flows.json', '.flows.json.backup']).map(({ path, text }) => ({
        place: path,
        text,
      })),
    ];
    for (const { place, text } of places) {
      for (const form of forms()) {
        const at = text.indexOf(form);
        assert.equal(at, -1, `${place}: ...${text.slice(Math.max(0, at - 300), at + 60)}...`);
      }
    }
    house.assertCalm();
  });
});
