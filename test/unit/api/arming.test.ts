import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { ApiHost } from '../../../src/api/api.ts';
import type { ArmableSite } from '../../../src/api/arming-answers.ts';
import { armed, neverArmed, type SiteArming } from '../../../src/contracts/arming.ts';
import { callerBy } from './api-host.ts';
import { serveApi } from './api-server.ts';

function site(id: string): ArmableSite {
  let now: SiteArming = { ...neverArmed, site: id, siteName: `The ${id}`, kept: true };
  return {
    id,
    arming: () => Promise.resolve(now),
    arm: (request, { name: by }) => {
      now = { ...now, ...armed(now, request, 5000), by, how: 'api' };
      return Promise.resolve(now);
    },
  };
}

async function serve(t: TestContext, sites: readonly ArmableSite[], over: Partial<ApiHost> = {}): Promise<string> {
  return `${await serveApi(t, { armableSites: () => sites, ...over })}/api/v1/site/arming`;
}

function put(address: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const type = { 'content-type': 'application/json' };
  return fetch(address, { method: 'PUT', headers: { ...type, ...headers }, body: JSON.stringify(body) });
}

const detailOf = async (response: Response) => ((await response.json()) as { detail: string }).detail;

describe('the mode of a site', () => {
  test('is read, and set with the name of the login', async (t) => {
    const address = await serve(t, [site('home')], {
      caller: callerBy({ authenticated: () => true, user: () => 'anna' }),
    });
    const before = await (await fetch(address)).json();
    assert.deepEqual(before, { sites: [{ ...neverArmed, site: 'home', siteName: 'The home', kept: true }] });
    const answer = await put(address, { mode: 'night' });
    assert.equal(answer.status, 200);
    const set = (await answer.json()) as SiteArming;
    assert.deepEqual([set.mode, set.counting, set.by, set.how, set.at], ['night', 'night', 'anna', 'api', 5000]);
    const leaving = (await (await put(address, { mode: 'away', exitDelaySeconds: 20 })).json()) as SiteArming;
    assert.deepEqual([leaving.mode, leaving.counting, leaving.from], ['away', 'night', 25_000]);
  });

  test('is set of one site where several are open', async (t) => {
    const sites = [site('home'), site('shop')];
    const address = await serve(t, sites);
    const unclear = await put(address, { mode: 'home' });
    assert.equal(unclear.status, 409);
    assert.match(await detailOf(unclear), /home, shop/);
    assert.equal((await put(address, { mode: 'home', site: 'shop' })).status, 200);
    assert.deepEqual(await Promise.all(sites.map(async (one) => (await one.arming()).mode)), ['away', 'home']);
    assert.equal((await put(address, { mode: 'home', site: 'attic' })).status, 404);
  });

  test('is set at once while the disk keeps the order before', { timeout: 60_000 }, async (t) => {
    const home = site('home');
    const hangs = Promise.withResolvers<undefined>();
    const given: string[] = [];
    const arm: ArmableSite['arm'] = async (request, by) => {
      given.push(request.mode);
      if (request.mode === 'away') await hangs.promise;
      return await home.arm(request, by);
    };
    const address = await serve(t, [{ ...home, arm }]);
    const first = put(address, { mode: 'away' });
    while (given.length === 0) await new Promise(setImmediate);
    assert.equal((await put(address, { mode: 'disarmed' })).status, 200);
    hangs.resolve(undefined);
    assert.equal((await first).status, 200);
    assert.deepEqual(given, ['away', 'disarmed']);
  });

  const refused: [body: unknown, why: RegExp][] = [
    [{}, /mode/],
    [{ mode: 'Away!' }, /mode/],
    [{ mode: 'always' }, /mode/],
    [{ mode: 'away', exitDelaySeconds: -1 }, /exitDelaySeconds/],
    [{ mode: 'away', by: 'somebody else' }, /additional/],
    ['away', /must be an object/],
  ];
  for (const [body, why] of refused) {
    test(`is not set by ${JSON.stringify(body)}`, async (t) => {
      const home = site('home');
      const answer = await put(await serve(t, [home]), body);
      assert.equal(answer.status, 422);
      assert.match(await detailOf(answer), why);
      assert.equal((await home.arming()).how, 'unset');
    });
  }

  test('is not set by pages of another origin, nor by another method', async (t) => {
    const home = site('home');
    const address = await serve(t, [home]);
    assert.equal((await put(address, { mode: 'disarmed' }, { 'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await put(address, { mode: 'disarmed' }, { origin: 'https://evil.example' })).status, 403);
    const posted = await fetch(address, { method: 'POST', body: '{}' });
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.get('allow'), 'GET, HEAD, PUT');
    assert.equal((await fetch(address, { method: 'DELETE' })).status, 405);
    assert.equal((await home.arming()).how, 'unset');
  });
});
