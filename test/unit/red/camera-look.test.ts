import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { nodeConfigs, type SentinelCameraConfig } from '../../../src/contracts/configs.ts';
import { mountCameraLook, orderOf } from '../../../src/red/camera-look.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';
import { FakeRed } from './fake-red.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

const secret = 'c4nary-secret';
const form = { id: 'cam', address: 'rtsp://192.0.2.7/live', transport: 'tcp', username: 'guard', fresh: false };

function deployed(settings: Partial<SentinelCameraConfig> = {}, typed?: string) {
  const raw = { name: 'hall', address: form.address, ...settings };
  const config = readConfig('sentinel-camera', raw, () => undefined);
  const credentials = { username: 'guard', password: secret };
  return (id: string) => (id === 'cam' ? { typed: typed ?? config.address, config, credentials } : undefined);
}

describe('what the dialog of a camera wants to see', () => {
  test('untouched, it is the running camera with its stored password', () => {
    const order = orderOf(form, deployed(), []);
    assert.deepEqual([order.source.password, order.running, order.masked], [secret, 'cam', false]);
  });

  const same = ['rtsp://192.0.2.7/other?channel=2', 'rtsp://192.0.2.7:554/live'];
  for (const address of same) {
    test(`the stored password goes along to ${address}, over a connection of its own`, () => {
      const order = orderOf({ ...form, address }, deployed(), []);
      assert.deepEqual([order.source.password, order.running], [secret, undefined]);
    });
  }

  const others = [
    'rtsp://192.0.2.8/live',
    'rtsps://192.0.2.7/live',
    'http://192.0.2.7/live',
    'rtsp://192.0.2.7:8554/live',
    'rtsp://192.0.2.7.evil.example/live',
    'rtsp://x@192.0.2.8/live',
    '/videos/door.mp4',
  ];
  for (const address of others) {
    test(`the stored password never goes to ${address}`, () => {
      const order = orderOf({ ...form, address }, deployed(), []);
      assert.deepEqual([order.source.password, order.running], ['', undefined]);
      assert.ok(!JSON.stringify(order).includes(secret));
    });
  }

  test('a camera that is not deployed has no stored password', () => {
    assert.equal(orderOf({ ...form, id: 'new' }, deployed(), []).source.password, '');
  });

  test('a typed login goes where it is typed for', () => {
    const typed = { ...form, address: 'rtsp://192.0.2.8/live', username: 'me', password: 'mine' };
    const { source, running } = orderOf(typed, deployed(), []);
    assert.deepEqual([source.username, source.password, running], ['me', 'mine', undefined]);
  });

  test('an emptied password is none', () => {
    const order = orderOf({ ...form, password: '' }, deployed(), []);
    assert.deepEqual([order.source.password, order.running], ['', undefined]);
  });

  test('a variable is what the running flow has for it, and nothing else can be asked for', () => {
    const typed = '${CAMERA}';
    assert.equal(orderOf({ ...form, address: typed }, deployed({}, typed), []).running, 'cam');
    const asks = (): unknown => orderOf({ ...form, address: '${HOME}' }, deployed({}, typed), []);
    assert.throws(asks, { name: 'ES_BAD_ADDRESS', message: /variable HOME/ });
  });

  test('a running camera with privacy zones is known to be masked', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 0, y: 1 },
    ];
    assert.equal(orderOf(form, deployed({ zones: [{ name: 'w', kind: 'privacy', points }] }), []).masked, true);
    assert.equal(orderOf(form, deployed({ zones: [{ name: 'w', kind: 'ignore', points }] }), []).masked, false);
    assert.equal(orderOf(form, deployed({ maskFile: '/m.png' }), []).masked, true);
    assert.ok('zones' in nodeConfigs['sentinel-camera'].properties);
  });
});

describe('the route of the camera dialog', () => {
  const handlers: Handler[] = [];
  const asked: string[] = [];
  let allowed = true;
  const server = createServer((request, response) => {
    const [guard, answer] = handlers;
    guard?.(request, response, () => answer?.(request, response, () => undefined));
  });
  let url = '';
  /** A camera that would tell whether anybody connected. */
  let connections = 0;
  const camera = createSocketServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.end('RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n');
  });
  const send = (headers: Record<string, string>, body: unknown): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const byDialog = { 'x-requested-with': 'XMLHttpRequest' };

  before(async () => {
    const RED = Object.assign(new FakeRed('/nowhere'), {
      httpAdmin: { get: () => undefined, post: (_path: string, ...given: Handler[]) => handlers.push(...given) },
      auth: {
        needsPermission: (permission: string): Handler => {
          return (_request, response, next) => {
            asked.push(permission);
            if (allowed) next();
            else response.writeHead(401).end();
          };
        },
      },
    });
    mountCameraLook(RED);
    server.listen(0, '127.0.0.1');
    camera.listen(0, '127.0.0.1');
    await Promise.all([once(server, 'listening'), once(camera, 'listening')]);
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    camera.close();
  });

  const here = (): string => `rtsp://127.0.0.1:${(camera.address() as AddressInfo).port}/live`;

  test('asks for the permission to write', async () => {
    allowed = false;
    const answer = await send(byDialog, { ...form, address: here() });
    allowed = true;
    assert.deepEqual([answer.status, asked, connections], [401, ['sentinel-camera.write'], 0]);
  });

  const elsewhere: Record<string, string>[] = [
    {},
    { ...byDialog, 'sec-fetch-site': 'cross-site' },
    { ...byDialog, origin: 'http://evil.example' },
  ];
  for (const headers of elsewhere) {
    test(`connects nowhere for a page elsewhere: ${JSON.stringify(headers)}`, async () => {
      const answer = await send(headers, { ...form, address: here() });
      assert.equal(answer.status, 403);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json');
      assert.equal(connections, 0);
    });
  }

  const refused: [what: string, body: object, code: string][] = [
    ['a metadata address', { ...form, address: 'http://169.254.169.254/latest' }, 'ES_BAD_ADDRESS'],
    ['a metadata address in disguise', { ...form, address: 'rtsp://[::ffff:a9fe:a9fe]/x' }, 'ES_BAD_ADDRESS'],
    ['another protocol', { ...form, address: 'gopher://192.0.2.1/' }, 'ES_BAD_ADDRESS'],
    ['an option', { ...form, address: '-i' }, 'ES_BAD_ADDRESS'],
    ['a variable', { ...form, address: '${HOME}' }, 'ES_BAD_ADDRESS'],
    ['something else', { address: 7 }, 'ES_BAD_INPUT'],
    ['more than it knows', { ...form, ffmpeg: '/bin/sh' }, 'ES_BAD_INPUT'],
  ];
  for (const [what, body, code] of refused) {
    test(`refuses ${what} before it connects`, async () => {
      const answer = await send(byDialog, body);
      assert.equal(answer.status, 400);
      assert.equal(((await answer.json()) as { code: string }).code, code);
      assert.equal(connections, 0);
    });
  }

  test('says why a camera shows nothing, without the password', async () => {
    const answer = await send(byDialog, { ...form, address: here(), password: secret });
    const text = await answer.text();
    const problem = JSON.parse(text) as Record<string, unknown>;
    assert.equal(answer.status, 502);
    assert.deepEqual([problem.status, problem.code], [502, 'ES_CAMERA_UNAUTHORISED']);
    assert.match(String(problem.detail), /refused the user name or password/);
    assert.match(String(problem.hint), /Check user and password/);
    assert.ok(!text.includes(secret));
  });
});
