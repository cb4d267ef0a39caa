import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import type { Caller } from '../../../src/contracts/access.ts';
import { ManualClock } from '../manual-clock.ts';
import { summary } from './api-host.ts';
import { serveApi } from './api-server.ts';

describe('what was read before', () => {
  test('is not sent again while nothing changed', async (t) => {
    let label = 'Person';
    const incident = () => Promise.resolve({ ...summary('one'), label });
    const address = `${await serveApi(t, { incident })}/api/v1/incidents/one`;
    const first = await fetch(address);
    const tag = first.headers.get('etag') ?? '';
    // What people edit of it, and all of it.
    assert.match(tag, /^"[\w-]{27}\.[\w-]{27}"$/);
    for (const asked of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await fetch(address, { headers: { 'if-none-match': asked } });
      assert.deepEqual([again.status, again.headers.get('etag'), await again.text()], [304, tag, ''], asked);
    }
    label = 'Gunshot';
    const changed = await fetch(address, { headers: { 'if-none-match': tag } });
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.get('etag'), tag);
    assert.equal((await fetch(address, { method: 'HEAD' })).headers.get('etag'), changed.headers.get('etag'));
  });
});

describe('who asks too often', () => {
  const anna: Caller = { name: 'anna', role: 'viewer', how: 'session' };
  const statuses = async (address: string, times: number, headers: Record<string, string> = {}) => {
    const answers = await Promise.all(Array.from({ length: times }, () => fetch(address, { headers })));
    for (const { status, headers: told } of answers) assert.equal(told.get('retry-after'), status === 429 ? '1' : null);
    return Object.groupBy(
      answers.map(({ status }) => status),
      String,
    );
  };

  test('is refused, each caller by themselves, until time has passed', async (t) => {
    const clock = new ManualClock();
    const caller = ({ headers }: { headers: Record<string, unknown> }) =>
      Promise.resolve({ ...anna, name: String(headers['x-test-user']) });
    const address = `${await serveApi(t, { caller, clock })}/metrics`;
    const asAnna = await statuses(address, 450, { 'x-test-user': 'anna' });
    assert.deepEqual([asAnna['200']?.length, asAnna['429']?.length], [400, 50]);
    assert.deepEqual(Object.keys(await statuses(address, 100, { 'x-test-user': 'ben' })), ['200']);
    clock.advance(1000);
    const later = await statuses(address, 110, { 'x-test-user': 'anna' });
    assert.deepEqual([later['200']?.length, later['429']?.length], [100, 10]);
  });

  test('is refused before anybody looks who it is', async (t) => {
    let asked = 0;
    const caller = () => {
      asked += 1;
      return Promise.resolve(undefined);
    };
    const address = `${await serveApi(t, { caller, clock: new ManualClock() })}/metrics`;
    const told: Record<string, number> = {};
    for (let n = 0; n < 21; n++) {
      const some = await statuses(address, 100, { 'x-forwarded-for': '192.0.2.7' });
      for (const [status, all = []] of Object.entries(some)) told[status] = (told[status] ?? 0) + all.length;
    }
    assert.deepEqual(told, { 401: 2000, 429: 100 });
    assert.equal(asked, 2000);
    // A load of this machine is its own affair.
    assert.deepEqual(Object.keys(await statuses(address, 100)), ['401']);
  });
});

test('a body that does not come is waited for 10 s and no longer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { hostname, port } = new URL(await serveApi(t));
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  const heard = new Promise<string>((resolve) =>
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    }),
  );
  const head = [
    'POST /api/v1/incidents/one/reviews HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    'Content-Length: 100',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n{"action"`);
  const waited = setInterval(() => {
    t.mock.timers.tick(1000);
  }, 5);
  t.after(() => {
    clearInterval(waited);
  });
  assert.match(await heard, /^HTTP\/1.1 408 /);
});
