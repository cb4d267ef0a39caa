import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { Api } from '../../../src/api/api.ts';
import { siteStatistics, summedUp } from '../../../src/api/site-statistics.ts';
import { assertMatches } from '../../../src/contracts/guards.ts';
import { IncidentStatistics } from '../../../src/contracts/statistics.ts';
import type { StatisticsRequest, StoredStatistics } from '../../../src/evidence/statistics.ts';
import type { Site } from '../../../src/site/site.ts';
import { apiHost } from './api-host.ts';

async function serve(t: TestContext) {
  const asked: StatisticsRequest[] = [];
  const host = apiHost({
    statistics: (request) => {
      asked.push(request);
      return Promise.resolve(summedUp([], request));
    },
  });
  const api = new Api(host);
  const server = createServer((request, response) => void api.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/statistics`, asked };
}

describe('GET /statistics', () => {
  test('answers what it says', async (t) => {
    const { url, asked } = await serve(t);
    const response = await fetch(`${url}?from=1000&to=2000&site=home`);
    assert.equal(response.status, 200);
    assertMatches(IncidentStatistics, await response.json(), 'the answer');
    assert.deepEqual(asked, [{ from: 1000, to: 2000, site: 'home' }]);
  });

  test('refuses by name what is no span', async (t) => {
    const { url, asked } = await serve(t);
    const cases: [query: string, why: RegExp][] = [
      ['', /Both from and to/],
      ['?from=5', /Both from and to/],
      ['?from=5&to=5', /later than from/],
      ['?from=0&to=9000000000', /93 days/],
      ['?from=-1&to=5', /parameter from/],
      ['?from=1&to=5&from=2', /once only/],
      ['?from=1&to=5&colour=red', /no parameter "colour"/],
    ];
    for (const [query, why] of cases) {
      const response = await fetch(url + query);
      assert.equal(response.status, 400, query);
      assert.match(((await response.json()) as { detail: string }).detail, why);
    }
    assert.deepEqual(asked, []);
  });

  test('one site that cannot be read hides no other, and is named', async () => {
    const stored: StoredStatistics = {
      slots: [{ at: 0, severity: 3, count: 2 }],
      groups: [{ site: 'home', source: 'porch', reason: 'person', label: 'Person', state: 'pending', count: 2 }],
      responses: [],
    };
    const well = { name: 'Home', evidence: () => Promise.resolve({ statistics: () => Promise.resolve(stored) }) };
    const ill = { name: 'Shop', evidence: () => Promise.reject(new Error('down')) };
    const asked = { from: 0, to: 10 };
    const told = await siteStatistics([well, ill] as unknown as Site[], asked);
    assert.deepEqual([told.total, told.unavailable], [2, ['Shop']]);
    await assert.rejects(siteStatistics([ill] as unknown as Site[], asked), /down/);
  });
});
