import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { routes } from '../../../src/api/routes/table.ts';
import type { Route } from '../../../src/api/routes/route.ts';
import { twoHouses } from './two-houses.ts';

const table: Readonly<Record<string, Route>> = routes;
const lists = Object.entries(table).filter(([id]) => id.startsWith('list') || id === 'readConfig');
const parametersOf = ({ query }: Route): string[] => Object.keys(query?.properties ?? {});

interface Page {
  total?: number;
  next?: number;
}

function rowsOf(page: Page): unknown[] {
  const rows = Object.values(page).find((value) => Array.isArray(value)) as unknown[] | undefined;
  assert.ok(rows, JSON.stringify(page));
  return rows;
}

describe('every list', () => {
  test('has pages', () => {
    assert.ok(lists.length >= 18, `${lists.length} lists`);
    for (const [id, route] of lists) {
      const parameters = parametersOf(route);
      assert.ok(parameters.includes('limit'), `${id} takes no limit`);
      assert.ok(parameters.includes('after') || parameters.includes('before'), `${id} does not go on`);
    }
  });

  test('that is short comes whole, and row by row to who wants it so', async (t) => {
    const { address, be, parts, access } = await twoHouses(t);
    be('admin', 'everything');
    for (const name of ['stream', 'user', 'user', 'token', 'token', 'session'] as const) await parts[name]?.();
    assert.ok((await access.users()).length >= 3);
    const ask = async (path: string): Promise<Page> => {
      const answer = await fetch(`${address}${path}`);
      assert.equal(answer.status, 200, path);
      return (await answer.json()) as Page;
    };
    const counts: Record<string, number> = {};
    for (const [id, route] of lists.filter(([, one]) => parametersOf(one).includes('after'))) {
      const path = route.path.replace('{incident}', await (parts.incident?.() ?? ''));
      const whole = rowsOf(await ask(path)).length;
      counts[id] = whole;
      const seen: string[] = [];
      for (let after: number | undefined = 0; after !== undefined;) {
        const page: Page = await ask(`${path}?limit=1&after=${after}`);
        assert.equal(page.total, whole, id);
        assert.ok(rowsOf(page).length <= 1, id);
        seen.push(...rowsOf(page).map((row) => JSON.stringify(row)));
        after = page.next;
      }
      assert.equal(new Set(seen).size, whole, id);
      assert.equal((await fetch(`${address}${path}?limit=0`)).status, 400, id);
    }
    for (const id of ['listUsers', 'listTokens', 'listSessions', 'listCameras', 'listStreams', 'listRules']) {
      assert.ok((counts[id] ?? 0) >= 2, `${id}: ${counts[id]}`);
    }
  });
});
