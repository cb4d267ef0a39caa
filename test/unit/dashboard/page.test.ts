import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { IncidentSummary } from '../../../src/contracts/api.ts';
import { incident } from './incident.ts';

/** What is asked of the page here; its own types need those of a browser. */
interface Page {
  phase: string;
  link: string;
  incidents: IncidentSummary[];
  attach(element: object): void;
  load(): Promise<void>;
  loadOlder(): Promise<void>;
  detach(): void;
}
const pageFile = '../../../dashboard/incidents/page.ts';
const { createPage } = (await import(pageFile)) as { createPage: (setup: object) => Page };

const turn = () => new Promise((resolve) => setImmediate(resolve));

class Socket {
  static last: Socket | undefined;
  onmessage: ((event: { data: string }) => void) | undefined;
  onclose: ((event: { code: number }) => void) | undefined;
  constructor() {
    Socket.last = this;
  }
  close(): void {
    // Nobody listens any more.
  }
}

/** A browser with a server that answers what `server` says. */
function browser(t: TestContext) {
  const server = {
    ...{ status: 200, incidents: [] as IncidentSummary[], next: undefined as string | undefined },
    asked: [] as string[],
  };
  const json = (status: number, body: object) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
    });
  const nothing = (): void => undefined;
  const events = { addEventListener: nothing, removeEventListener: nothing };
  const globals = {
    window: { Vue: { reactive: (state: object) => state }, location: { protocol: 'http:', host: 'here' }, ...events },
    document: { ...events, cookie: '', querySelector: () => null },
    requestAnimationFrame: nothing,
    ResizeObserver: class {
      observe = nothing;
      disconnect = nothing;
    },
    IntersectionObserver: class {
      observe = nothing;
      disconnect = nothing;
    },
    WebSocket: Socket,
    fetch: (url: string) => {
      server.asked.push(url);
      return Promise.resolve(
        url.includes('/live/tickets')
          ? json(201, { ticket: 'one', expiresInSeconds: 30 })
          : url.endsWith('/cameras')
            ? json(200, { cameras: [] })
            : json(
                server.status,
                server.status === 200 ? { incidents: server.incidents, next: server.next } : { detail: 'not now' },
              ),
      );
    },
  };
  const before = Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  t.after(() => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  });
  return server;
}

describe('the page of incidents', () => {
  test('a list that could not be fetched when the live connection began anew is fetched again', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const server = browser(t);
    server.incidents = [incident('a')];
    const page = createPage({});
    page.attach({ querySelector: () => null });
    await turn();
    await turn();
    assert.deepEqual([page.phase, page.incidents.map(({ id }) => id)], ['ready', ['a']]);

    // A server that has just come back: its socket works, its database does not yet.
    server.status = 500;
    server.incidents = [incident('b', { startedAt: 2000 }), incident('a')];
    Socket.last?.onmessage?.({ data: JSON.stringify({ type: 'hello', seq: 0, epoch: 'two', resumed: false }) });
    await turn();
    await turn();
    assert.deepEqual([page.link, page.incidents.map(({ id }) => id)], ['live', ['a']]);

    server.status = 200;
    t.mock.timers.tick(10_000);
    await turn();
    await turn();
    assert.deepEqual([page.link, page.incidents.map(({ id }) => id)], ['live', ['b', 'a']]);

    page.detach();
    t.mock.timers.tick(5_000);
  });

  test('older ones of a list that is fetched anew meanwhile are asked from its end: others between would be missing', async (t) => {
    const server = browser(t);
    const page = createPage({});
    Object.assign(server, { incidents: [incident('old end', { startedAt: 5000 })], next: 'after old end' });
    await page.load();
    Object.assign(server, { incidents: [incident('new end', { startedAt: 9000 })], next: 'after new end' });
    const anew = page.load();
    Object.assign(server, { incidents: [incident('far below', { startedAt: 1000 })], next: undefined });
    await Promise.all([anew, page.loadOlder()]);
    assert.match(server.asked.at(-1) ?? '', /before=after\+new\+end/);
    assert.deepEqual(
      page.incidents.map(({ id }) => id),
      ['new end', 'far below'],
    );
  });

  test('and asked again when it was fetched anew after they were asked for', async (t) => {
    const server = browser(t);
    const page = createPage({});
    Object.assign(server, { incidents: [incident('old end', { startedAt: 5000 })], next: 'after old end' });
    await page.load();
    Object.assign(server, { incidents: [incident('gone', { startedAt: 4000 })] });
    const older = page.loadOlder();
    await Promise.resolve();
    Object.assign(server, { incidents: [incident('new end', { startedAt: 9000 })], next: 'after new end' });
    const anew = page.load();
    Object.assign(server, { incidents: [incident('far below', { startedAt: 1000 })], next: undefined });
    await Promise.all([anew, older]);
    assert.deepEqual(
      page.incidents.map(({ id }) => id),
      ['new end', 'far below'],
    );
  });
});
