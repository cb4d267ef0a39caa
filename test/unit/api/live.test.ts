import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { Api, type ApiHost } from '../../../src/api/api.ts';
import type { Change, LiveNews } from '../../../src/api/live/incident-feed.ts';
import type { LiveHello, LiveTicket } from '../../../src/contracts/api.ts';
import { LiveReader } from '../../live-reader.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { apiHost, callerBy, summary } from './api-host.ts';

class Bench {
  readonly clock = new ManualClock();
  readonly log = new RecordingLog();
  readonly #sockets: WebSocket[] = [];
  #listener: ((change: Change) => void) | undefined;
  #port = 0;

  static async start(t: TestContext, over: Partial<ApiHost> = {}): Promise<Bench> {
    const bench = new Bench();
    const { clock, log } = bench;
    const watch: ApiHost['watch'] = (listener) => {
      bench.#listener = listener;
      return () => {
        bench.#listener = undefined;
      };
    };
    const api = new Api(apiHost({ clock, log, watch, ...over }));
    const server = createServer((request, response) => {
      void api.handle(request, response);
    });
    server.on('upgrade', (request, socket, head) => {
      api.live.upgrade(request, socket, head);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    bench.#port = (server.address() as AddressInfo).port;
    t.after(() => {
      api.live.close();
      for (const socket of bench.#sockets) socket.terminate();
      server.closeAllConnections();
      server.close();
      assert.equal(bench.#listener, undefined);
    });
    return bench;
  }

  get watched(): boolean {
    return this.#listener !== undefined;
  }

  async ticket(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/api/v1/live/tickets`, { method: 'POST' });
    assert.equal(response.status, 201);
    const { ticket, expiresInSeconds } = (await response.json()) as LiveTicket;
    assert.equal(expiresInSeconds, 30);
    return ticket;
  }

  open(query: string, headers: Record<string, string> = {}, path = 'live'): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/api/v1/${path}${query}`, { headers });
    this.#sockets.push(socket);
    return socket;
  }

  /** A connection that was greeted. */
  async connect(more = ''): Promise<{ socket: WebSocket; reader: LiveReader; hello: LiveHello }> {
    const socket = this.open(`?ticket=${await this.ticket()}${more}`);
    const reader = new LiveReader(socket);
    const hello = await reader.next((message) => message.type === 'hello');
    assert.ok(hello.type === 'hello');
    return { socket, reader, hello };
  }

  change(id: string, load: Change['load'] = () => Promise.resolve(news(id))): void {
    this.#listener?.({ key: id, load });
  }

  /** The status and the words of a refused upgrade. */
  refusal(query: string, headers: Record<string, string> = {}): Promise<{ status: number; detail: string }> {
    const socket = this.open(query, headers);
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        reject(new Error('it was let in'));
      });
      socket.on('error', () => undefined);
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString()));
        response.once('end', () => {
          const { detail } = JSON.parse(text) as { detail: string };
          resolve({ status: response.statusCode ?? 0, detail });
        });
      });
    });
  }
}

const ids = ({ messages }: LiveReader): string[] =>
  messages.flatMap((message) => (message.type === 'incident' ? [`${message.seq} ${message.incident.id}`] : []));

describe('live changes', () => {
  for (const how of ['session', 'token', 'node-red'] as const) {
    test(`end within a heartbeat for who is known by ${how} no more or may see something else; not while nobody can be asked`, async (t) => {
      type Answer = Awaited<ReturnType<ApiHost['caller']>>;
      let caller: () => Promise<Answer> = () => Promise.resolve({ name: 'ann', role: 'viewer', how });
      const bench = await Bench.start(t, { caller: () => caller() });
      const { socket, reader } = await bench.connect();
      const closed = new Promise<number>((resolve) => socket.once('close', resolve));
      caller = () => Promise.reject(new Error('the database is down'));
      const pinged = new Promise((resolve) => socket.once('ping', resolve));
      bench.clock.advance(30_000);
      await pinged;
      bench.change('a');
      await reader.next((message) => message.type === 'incident');
      // Its sign of life has come when an answer to a later question of its own is back.
      socket.ping();
      await new Promise((resolve) => socket.once('pong', resolve));
      caller = () => Promise.resolve({ name: 'ann', role: 'viewer', how, sources: ['home/gate'] });
      bench.clock.advance(30_000);
      assert.equal(await closed, 1008);
    });
  }

  test('come in the words of ViolenceSense to who asks for them there, and are resumed by number', async (t) => {
    const bench = await Bench.start(t);
    const open = async (more: string) => {
      const socket = bench.open(`?ticket=${await bench.ticket()}${more}`, {}, 'ws');
      const reader = new LiveReader(socket);
      const hello = await reader.next((message) => message.type === 'hello');
      return { socket, reader, hello: hello as LiveHello };
    };
    const types = ({ messages }: LiveReader) => messages.map(({ type, seq }) => `${seq} ${type}`);
    const { socket, reader, hello } = await open('');
    bench.change('a');
    await reader.next(({ type }) => (type as string) === 'inference_result');
    assert.deepEqual(types(reader), ['0 hello', '1 event_start', '1 inference_result']);
    socket.close();
    await reader.closed;
    bench.change('b');
    const { reader: again } = await open(`&since=1&epoch=${hello.epoch}`);
    await again.next(({ type }) => (type as string) === 'inference_result');
    assert.deepEqual(types(again).slice(1), ['2 event_start', '2 inference_result']);
  });

  test('reach everybody in order, and who was away gets what was missed', async (t) => {
    const bench = await Bench.start(t);
    assert.equal(bench.watched, false);
    const { reader, socket, hello } = await bench.connect();
    assert.equal(bench.watched, true);
    assert.deepEqual([hello.seq, hello.resumed], [0, false]);
    bench.change('a');
    await reader.next((message) => message.seq === 1);
    socket.close();
    await reader.closed;
    bench.change('b');
    bench.change('c');

    const { reader: again, hello: second } = await bench.connect(`&since=1&epoch=${hello.epoch}`);
    assert.deepEqual([second.seq, second.resumed, second.epoch], [3, true, hello.epoch]);
    await again.next((message) => message.type === 'incident' && message.seq === 3);
    assert.deepEqual(ids(again), ['2 b', '3 c']);

    for (const stale of [`&since=1&epoch=other`, `&since=9&epoch=${hello.epoch}`, `&epoch=${hello.epoch}`]) {
      const { hello: anew } = await bench.connect(stale);
      assert.deepEqual([anew.seq, anew.resumed], [3, false], stale);
    }
  });

  test('are kept for 500 messages', async (t) => {
    const bench = await Bench.start(t);
    const { reader, hello } = await bench.connect();
    for (let n = 1; n <= 501; n++) {
      bench.change(`incident-${n}`);
      await reader.next((message) => message.type === 'incident' && message.seq === n);
    }
    assert.equal((await bench.connect(`&since=0&epoch=${hello.epoch}`)).hello.resumed, false);
    const { reader: again, hello: second } = await bench.connect(`&since=1&epoch=${hello.epoch}`);
    assert.equal(second.resumed, true);
    await again.next((message) => message.type === 'incident' && message.seq === 501);
    assert.equal(again.messages.length, 501);
  });

  test('of one incident that come while it is read are told once, as it then stands', async (t) => {
    const bench = await Bench.start(t);
    const { reader } = await bench.connect();
    const reading = Promise.withResolvers<ReturnType<typeof news>>();
    bench.change('a', () => reading.promise);
    for (const label of ['second', 'third']) bench.change('b', () => Promise.resolve(news('b', label)));
    reading.resolve(news('a'));
    const last = await reader.next((message) => message.type === 'incident' && message.incident.id === 'b');
    assert.ok(last.type === 'incident');
    assert.deepEqual([last.seq, last.incident.label], [2, 'third']);
  });

  test('that are lost end the connection, and nobody can resume across the gap', async (t) => {
    const bench = await Bench.start(t);
    const { reader, hello } = await bench.connect();
    bench.change('a');
    await reader.next((message) => message.seq === 1);
    bench.change('b', () => Promise.reject(new Error('the disk is gone')));
    assert.equal(await reader.closed, 1012);
    assert.match(bench.log.lines.join('\n'), /the disk is gone/);
    const { hello: second, reader: again } = await bench.connect(`&since=1&epoch=${hello.epoch}`);
    assert.deepEqual([second.seq, second.resumed], [0, false]);
    assert.notEqual(second.epoch, hello.epoch);

    const stuck = Promise.withResolvers<undefined>();
    for (let n = 0; n < 502; n++) bench.change(`storm-${n}`, () => stuck.promise);
    assert.equal(await again.closed, 1012);
    stuck.resolve(undefined);
  });
});

describe('a live connection', () => {
  test('needs a ticket that is fresh and unused', async (t) => {
    const bench = await Bench.start(t);
    for (const query of ['', '?ticket=', '?ticket=guessed', `?ticket=${'x'.repeat(5000)}`]) {
      const { status } = await bench.refusal(query);
      assert.ok(status === 401 || status === 400, query.slice(0, 40));
    }
    const used = await bench.ticket();
    const first = bench.open(`?ticket=${used}`);
    await new Promise((resolve) => first.once('open', resolve));
    assert.equal((await bench.refusal(`?ticket=${used}`)).status, 401);

    const expired = await bench.ticket();
    bench.clock.advance(30_000);
    assert.equal((await bench.refusal(`?ticket=${expired}`)).status, 401);
  });

  test('is refused to other origins, to other machines without a login, and for wrong parameters by name', async (t) => {
    let login = false;
    const bench = await Bench.start(t, { caller: callerBy({ authenticated: () => login }) });
    const ticket = `?ticket=${await bench.ticket()}`;
    assert.equal((await bench.refusal(ticket, { origin: 'https://evil.example' })).status, 403);
    assert.equal((await bench.refusal(ticket, { origin: 'null' })).status, 403);
    assert.equal((await bench.refusal(ticket, { 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await bench.refusal(ticket, { 'x-forwarded-for': '192.0.2.7' })).status, 403);
    assert.equal((await bench.refusal(ticket, { host: 'evil.example' })).status, 403);
    for (const [query, named] of [
      ['&since=-1', /since/],
      ['&since=x', /since/],
      ['&since=1&since=2', /since/],
      [`&epoch=${'x'.repeat(101)}`, /epoch/],
      ['&token=1', /token/],
    ] as const) {
      const { status, detail } = await bench.refusal(`${ticket}${query}`);
      assert.equal(status, 400, query);
      assert.match(detail, named);
    }
    // None of them used the ticket up; with a login it is good from anywhere.
    login = true;
    const anywhere = `?ticket=${await bench.ticket()}`;
    assert.equal(
      (await bench.refusal(ticket, { 'x-forwarded-for': '192.0.2.7' })).status,
      403,
      'still for this machine',
    );
    const socket = bench.open(anywhere, { 'x-forwarded-for': '192.0.2.7' });
    await new Promise((resolve) => socket.once('open', resolve));
  });

  test('is one of 250 at most, and leaving makes room', async (t) => {
    const bench = await Bench.start(t);
    const all = await Promise.all(Array.from({ length: 200 }, () => bench.connect()));
    all.push(...(await Promise.all(Array.from({ length: 50 }, () => bench.connect()))));
    assert.equal((await bench.refusal(`?ticket=${await bench.ticket()}`)).status, 503);
    all[0]?.socket.close();
    await all[0]?.reader.closed;
    await bench.connect();
  });

  test('ends when its client sends too much', async (t) => {
    const bench = await Bench.start(t);
    const { socket: large, reader: tooLarge } = await bench.connect();
    large.send(Buffer.alloc((64 << 10) + 1));
    assert.equal(await tooLarge.closed, 1009);

    const { socket: flood, reader: tooMany } = await bench.connect();
    for (let n = 0; n < 21; n++) flood.send('x');
    assert.equal(await tooMany.closed, 1008);

    const { socket: pings, reader: pinged } = await bench.connect();
    for (let n = 0; n < 21; n++) pings.ping();
    assert.equal(await pinged.closed, 1008);

    const { socket: calm, reader } = await bench.connect();
    for (let n = 0; n < 20; n++) calm.send('x');
    bench.change('after');
    await reader.next((message) => message.type === 'incident');
  });

  test('ends when its client reads too slowly, and others hear on', async (t) => {
    const bench = await Bench.start(t);
    const { socket: slow, reader: slowReader } = await bench.connect();
    const { reader } = await bench.connect();
    slow.pause();
    const label = 'x'.repeat(2 << 20);
    for (let n = 1; n <= 12; n++) {
      bench.change(`large-${n}`, () => Promise.resolve(news(`large-${n}`, label)));
      await reader.next((message) => message.type === 'incident' && message.seq === n);
    }
    slow.resume();
    assert.equal(await slowReader.closed, 1013);
    assert.ok(ids(slowReader).length < 12);
  });

  test('is asked for a sign of life, and cut off without one', async (t) => {
    const bench = await Bench.start(t);
    const { socket } = await bench.connect();
    const dead = bench.open(`?ticket=${await bench.ticket()}`);
    const deadReader = new LiveReader(dead);
    await deadReader.next((message) => message.type === 'hello');
    dead.on('ping', () => undefined);
    (dead as unknown as { _autoPong: boolean })._autoPong = false;
    const pinged = new Promise((resolve) => socket.once('ping', resolve));
    const deadPinged = new Promise((resolve) => dead.once('ping', resolve));
    bench.clock.advance(30_000);
    await Promise.all([pinged, deadPinged]);
    // Its answer is there when an answer to a later question of its own has come back.
    socket.ping();
    await new Promise((resolve) => socket.once('pong', resolve));
    bench.clock.advance(30_000);
    assert.equal(await deadReader.closed, 1006);
    assert.equal(socket.readyState, socket.OPEN);
  });

  test('of one account leaves room for those of others', async (t) => {
    let account = 'eve';
    const bench = await Bench.start(t, {
      caller: () => Promise.resolve({ name: account, role: 'viewer', how: 'session', account }),
    });
    await Promise.all(Array.from({ length: 50 }, () => bench.connect()));
    assert.equal((await bench.refusal(`?ticket=${await bench.ticket()}`)).status, 503);
    for (let n = 0; n < 50; n++) await bench.ticket();
    await assert.rejects(bench.ticket(), /503/);
    account = 'ann';
    await bench.connect();
  });

  test('asks for no more than 200 tickets at a time', async (t) => {
    const bench = await Bench.start(t);
    for (let n = 0; n < 200; n++) await bench.ticket();
    await assert.rejects(bench.ticket());
    bench.clock.advance(30_000);
    await bench.ticket();
  });
});

function news(id: string, label = 'Person'): LiveNews {
  return { type: 'incident', incident: { ...summary(id), label } };
}
