import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { loginOf } from '../../../src/red/login.ts';
import { mountApi } from '../../../src/red/mount.ts';
import type { NodeRed } from '../../../src/red/node-red.ts';

function red(over: Partial<NodeRed> = {}): NodeRed {
  const silent = () => undefined;
  return {
    settings: {},
    httpNode: { use: silent },
    log: { info: silent, warn: silent, error: silent },
    events: { on: silent },
    ...over,
  } as unknown as NodeRed;
}

/** A connection that remembers what was written to it. */
class Wire extends Duplex {
  written = '';
  override _read(): void {
    // Nothing comes.
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
}

function upgrade(server: EventEmitter, url: string): Wire {
  const wire = new Wire();
  server.emit(
    'upgrade',
    Object.assign(new IncomingMessage(new Socket()), { url, method: 'GET' }),
    wire,
    Buffer.alloc(0),
  );
  return wire;
}

describe('the WebSocket on the server of Node-RED', () => {
  test('is one listener however many types register, and a server that takes its place gets one, too', () => {
    const [first, second] = [new EventEmitter(), new EventEmitter()];
    const host = red({ server: first });
    for (let n = 0; n < 9; n++) mountApi(host);
    assert.equal(first.listenerCount('upgrade'), 1);
    mountApi({ ...host, server: second });
    assert.equal(second.listenerCount('upgrade'), 1);
  });

  test('is not there without a server or without an HTTP root', () => {
    const server = new EventEmitter();
    const { httpNode, ...without } = red({ server: server });
    assert.ok(httpNode);
    mountApi(without);
    mountApi(red({ server: server, settings: { httpNodeRoot: false } }));
    mountApi(red());
    assert.equal(server.listenerCount('upgrade'), 0);
  });

  test('answers its own path below the HTTP root, and nothing else', () => {
    const server = new EventEmitter();
    mountApi(red({ server: server, settings: { httpNodeRoot: '/house/' } }));
    server.on('upgrade', () => undefined);
    const own = upgrade(server, '/house/echosight/api/v1/live?ticket=x');
    assert.match(own.written, /^HTTP\/1\.1 401 /);
    for (const path of [
      '/echosight/api/v1/live',
      '/house/echosight/api/v1/live/',
      '/house//echosight/api/v1/live',
      '/house/echosight/api/v1/%6cive',
      '/house/echosight/api/v1/live/tickets',
      '/comms',
      '',
    ]) {
      const other = upgrade(server, path);
      assert.deepEqual([other.written, other.destroyed], ['', false], path);
    }
  });

  test('ends a foreign upgrade only where nobody else could', () => {
    const server = new EventEmitter();
    mountApi(red({ server: server }));
    assert.equal(upgrade(server, '/comms').destroyed, true);
  });
});

describe('the webhook on the server of Node-RED', () => {
  /** What a request is answered with, and whether anybody else saw it. */
  async function asked(server: EventEmitter, url: string): Promise<{ status: number; others: boolean }> {
    let others = false;
    const see = () => (others = true);
    server.on('request', see);
    const request = Object.assign(new IncomingMessage(new Socket()), { url, method: 'GET' });
    const response = new ServerResponse(request);
    server.emit('request', request, response);
    server.off('request', see);
    await new Promise((resolve) => setImmediate(resolve));
    return { status: response.statusCode, others };
  }

  test('is answered before any login and any reader of bodies, and nothing else is', async () => {
    const server = new EventEmitter();
    for (let n = 0; n < 3; n++) mountApi(red({ server, settings: { httpNodeRoot: '/house/' } }));
    const path = '/house/echosight/api/v1/whatsapp/webhook';
    assert.deepEqual(await asked(server, `${path}?hub.mode=subscribe`), { status: 404, others: false });
    for (const url of [
      '/',
      path.slice(6),
      `${path}/`,
      `${path}x`,
      path.replace('w', '%77'),
      '/house/echosight/metrics',
    ]) {
      assert.equal((await asked(server, url)).others, true, url);
    }
  });
});

describe('the name of a login', () => {
  const named = (httpNodeAuth: unknown, user?: unknown): string | undefined => {
    const request = Object.assign(new IncomingMessage(new Socket()), { user });
    return loginOf(red({ settings: { httpNodeAuth } })).user(request);
  };

  test('is the one of the settings, or what middleware says; nobody has one without a login', () => {
    assert.equal(named({ user: 'ann', pass: 'x' }, { username: 'mallory' }), 'ann');
    const middleware = () => undefined;
    assert.equal(named(middleware, { username: 'bob' }), 'bob');
    assert.equal(named(middleware, { id: 7, email: 'c@example.org' }), 'c@example.org');
    assert.equal(named(middleware, 'dot'), 'dot');
    assert.equal(named(middleware, { name: `e\n\u202e${'x'.repeat(100)}` })?.length, 64);
    assert.equal(named(middleware), undefined);
    assert.equal(named(undefined, { username: 'mallory' }), undefined);
  });
});
