import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { routes } from '../../../src/api/routes/table.ts';
import type { Route } from '../../../src/api/routes/route.ts';
import { serveApi } from './api-server.ts';

const all = Object.entries(routes) as [string, Route][];
/** A path with something in each of its parts that may be one. */
const pathOf = ({ path }: Route): string => path.replace(/\{\w+\}/g, 'f'.repeat(32));

describe('who is not known', () => {
  test('is answered where a route is open, and nowhere else (all others: matrix.test.ts)', async (t) => {
    const address = await serveApi(t, { caller: () => Promise.resolve(undefined) });
    for (const [id, route] of all) {
      const { status } = await fetch(`${address}${pathOf(route)}`, { method: route.method });
      if (route.needs === 'nobody') assert.notEqual(status, 401, id);
      else if (route.needs !== 'signature') assert.equal(status, 401, id);
    }
  });

  test('nobody learns which paths there are before we know them', async (t) => {
    const address = await serveApi(t, { caller: () => Promise.resolve(undefined) });
    for (const path of ['/', '/api/v1/nothing', '/api/v1/cameras/', '/api/v1/incidents/x/y']) {
      assert.equal((await fetch(`${address}${path}`)).status, 401, path);
    }
    assert.equal((await fetch(`${address}/api/v1/cameras`, { method: 'DELETE' })).status, 401);
  });
});
