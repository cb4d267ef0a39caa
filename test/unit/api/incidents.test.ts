import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { Api, type ApiHost } from '../../../src/api/api.ts';
import { cursorOf } from '../../../src/api/cursor.ts';
import type { ReviewRecord, ReviewRequest } from '../../../src/contracts/api.ts';
import type { ListRequest } from '../../../src/evidence/incident-list.ts';
import { apiHost, callerBy, summary } from './api-host.ts';
import { serveApi } from './api-server.ts';

async function serve(t: TestContext, over: Partial<ApiHost> = {}): Promise<string> {
  return `${await serveApi(t, over)}/api/v1`;
}

async function detailOf(response: Response): Promise<string> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  return ((await response.json()) as { detail: string }).detail;
}

describe('the list of incidents', () => {
  test('hands over what was asked, and the usual when nothing was', async (t) => {
    const asked: ListRequest[] = [];
    const address = await serve(t, {
      incidents: (request) => {
        asked.push(request);
        return Promise.resolve({ incidents: [summary('one')], next: 'x' });
      },
    });
    const page = await fetch(`${address}/incidents`);
    assert.equal(page.status, 200);
    assert.deepEqual(await page.json(), { incidents: [summary('one')], next: 'x' });
    const before = { startedAt: 1234.5, id: 'Größe/1' };
    const query = new URLSearchParams({ limit: '200', before: cursorOf(before), minimumSeverity: '2', site: 'home' });
    await fetch(`${address}/incidents?${query.toString()}&area=caf%C3%A9&state=open`);
    assert.deepEqual(asked, [
      { limit: 50 },
      { limit: 200, before, minimumSeverity: 2, site: 'home', area: 'café', state: 'open' },
    ]);
  });

  const hostile: readonly (readonly [query: string, named: string])[] = [
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['minimumSeverity=4', 'minimumSeverity'],
    ['minimumSeverity=high', 'minimumSeverity'],
    ['state=closed', 'state'],
    ['state=__proto__', 'state'],
    ['site=', 'site'],
    [`area=${'x'.repeat(65)}`, 'area'],
    ['severity=4', 'severity'],
    ['review=seen', 'review'],
    ['from=-1', 'from'],
    ['to=8640000000000001', 'to'],
    ['text=', 'text'],
    ['order=asc', 'order'],
    ['before=', 'before'],
    ['before=abc', 'before'],
    [`before=${'A'.repeat(513)}`, 'before'],
    [`before=${Buffer.from('[1,"a","b"]').toString('base64url')}`, 'before'],
    [`before=${Buffer.from('["1","a"]').toString('base64url')}`, 'before'],
    [`before=${Buffer.from('[null,"a"]').toString('base64url')}`, 'before'],
    [`before=${Buffer.from('{"startedAt":1}').toString('base64url')}`, 'before'],
    [`before=${cursorOf({ startedAt: 1, id: "' OR 1=1" })}=`, 'before'],
  ];
  test('refuses what does not fit, by its name', async (t) => {
    const address = await serve(t, { incidents: () => assert.fail('nothing may be asked') });
    for (const [query, named] of hostile) {
      const response = await fetch(`${address}/incidents?${query}`);
      assert.equal(response.status, 400, query);
      assert.match(await detailOf(response), new RegExp(named), query);
    }
  });

  test('a single one is found by its id, whatever is in it; what can be none is not looked for', async (t) => {
    const address = await serve(t, {
      incident: (id) => Promise.resolve(id.startsWith('in/') ? summary(id) : undefined),
    });
    const found = await fetch(`${address}/incidents/${encodeURIComponent('in/ä?#%')}`);
    assert.deepEqual(await found.json(), summary('in/ä?#%'));
    for (const part of ['other', '%ff', '%', 'x'.repeat(65), '..%2f..%2fetc%2fpasswd']) {
      assert.equal((await fetch(`${address}/incidents/${part}`)).status, 404, part);
    }
  });
});

describe('a review', () => {
  const record: ReviewRecord = { id: 'r1', incidentId: 'one', action: 'acknowledge', by: 'local', at: 5 };
  interface Said {
    id: string;
    request: ReviewRequest;
    by: string;
  }

  function reviewing(t: TestContext, over: Partial<ApiHost> = {}): Promise<{ address: string; said: Said[] }> {
    const said: Said[] = [];
    const review: ApiHost['review'] = (id, request, by) => {
      said.push({ id, request, by: by.name });
      return Promise.resolve(id === 'one' ? { record, added: said.length === 1 } : undefined);
    };
    return serve(t, { review, ...over }).then((address) => ({ address: `${address}/incidents`, said }));
  }
  const post = (address: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  test('is kept once, under the name of the login', async (t) => {
    const { address, said } = await reviewing(t, { caller: callerBy({ user: () => 'alice' }) });
    const first = await post(`${address}/one/reviews`, { action: 'acknowledge', note: ' seen ', by: 'mallory' });
    assert.equal(first.status, 201);
    assert.deepEqual(await first.json(), record);
    assert.equal((await post(`${address}/one/reviews`, { action: 'acknowledge' })).status, 200);
    assert.deepEqual(said[0], { id: 'one', request: { action: 'acknowledge', note: 'seen' }, by: 'alice' });
    assert.equal((await post(`${address}/none/reviews`, { action: 'acknowledge' })).status, 404);
  });

  test('that is none is refused by name', async (t) => {
    const { address, said } = await reviewing(t);
    const cases: readonly (readonly [body: unknown, status: number, named: RegExp])[] = [
      ['{', 400, /not JSON/],
      ['', 400, /not JSON/],
      ['"acknowledge"', 422, /object/],
      ['null', 422, /object/],
      [{}, 422, /action/],
      [{ action: 'snooze' }, 422, /snooze/],
      [{ action: 'delete' }, 422, /delete/],
      [{ action: 'constructor' }, 422, /constructor/],
      [{ action: 'note' }, 422, /note/],
      [{ action: 'note', note: '  ' }, 422, /note/],
      [{ action: 'dismiss', note: 5 }, 422, /note/],
      [{ action: 'dismiss', note: 'x'.repeat(2001) }, 422, /note/],
      [{ action: 'dismiss', note: 'x'.repeat(17_000) }, 413, /16384/],
    ];
    for (const [body, status, named] of cases) {
      const response = await post(`${address}/one/reviews`, body);
      assert.equal(response.status, status, JSON.stringify(body));
      assert.match(await detailOf(response), named);
    }
    const form = await post(`${address}/one/reviews`, 'action=acknowledge', { 'content-type': 'text/plain' });
    assert.equal(form.status, 415);
    const read = await fetch(`${address}/one/reviews`);
    assert.deepEqual([read.status, read.headers.get('allow')], [405, 'POST']);
    assert.deepEqual(said, []);
  });

  test('whose length is not told is read no further than allowed', async (t) => {
    const { address, said } = await reviewing(t);
    const status = await new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        `${address}/one/reviews`,
        { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
          outgoing.destroy();
        },
      );
      outgoing.on('error', reject);
      outgoing.write('{"action":"acknowledge","note":"');
      outgoing.write('x'.repeat(20_000));
    });
    assert.equal(status, 413);
    assert.deepEqual(said, []);
  });

  test('whose body somebody read and parsed before us is kept all the same', async (t) => {
    const said: Said[] = [];
    const api = new Api(
      apiHost({
        review: (id, request, by) => {
          said.push({ id, request, by: by.name });
          return Promise.resolve({ record, added: true });
        },
      }),
    );
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.once('end', () => {
        // As body-parser does; the request is handed on when its end has been told.
        setImmediate(() => {
          const body: unknown = JSON.parse(Buffer.concat(parts).toString());
          void api.handle(Object.assign(request, { body }), response);
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/incidents/one/reviews`;
    assert.equal((await post(address, { action: 'confirm' })).status, 201);
    assert.deepEqual(said, [{ id: 'one', request: { action: 'confirm' }, by: 'local' }]);
    assert.equal((await post(address, [])).status, 422);
  });

  test('of a page of another origin is refused, whatever login the browser sends along', async (t) => {
    const { address, said } = await reviewing(t, { caller: callerBy({ authenticated: () => true }) });
    const own = new URL(address).origin;
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${own}.evil.example` },
      { origin: own.replace(/:\d+$/, ':1') },
      { 'sec-fetch-site': 'cross-site', origin: own },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      const response = await rawPost(`${address}/one/reviews`, headers);
      assert.equal(response, 403, JSON.stringify(headers));
    }
    assert.deepEqual(said, []);
    assert.equal(await rawPost(`${address}/one/reviews`, { origin: own }), 201);
    assert.equal(await rawPost(`${address}/one/reviews`, { 'sec-fetch-site': 'same-origin', origin: own }), 200);
  });

  test('from elsewhere is refused without a login', async (t) => {
    const { address, said } = await reviewing(t);
    assert.equal(await rawPost(`${address}/one/reviews`, { 'x-forwarded-for': '192.0.2.7' }), 403);
    assert.deepEqual(said, []);
  });
});

/** fetch sets such headers itself. */
function rawPost(address: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      address,
      { method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume();
        response.once('end', () => {
          resolve(response.statusCode);
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end('{"action":"acknowledge"}');
  });
}
