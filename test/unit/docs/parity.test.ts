import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../../scripts/build/paths.ts';

/** How many items each system has, and how many faults. */
const counts = { ES: 29, ESF: 25, VW: 42, VWF: 9, MM: 19, MMF: 8, SE: 13, SEF: 10, VS: 15, VSF: 12 };

interface Row {
  id: string;
  what: string;
  state: string;
  where: string;
}

const page = readFileSync(join(root, 'docs/parity.md'), 'utf8');
const rows: Row[] = [...page.matchAll(/^\| ([A-Z]+\d+) +\| (.+?) +\| (.+?) +\| (.*?) *\|$/gm)].map(
  ([, id = '', what = '', state = '', where = '']) => ({ id, what, state, where }),
);

describe('docs/parity.md', () => {
  test('has every item of the five systems exactly once, in order', () => {
    const expected = Object.entries(counts).flatMap(([prefix, count]) =>
      Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`),
    );
    assert.deepEqual(
      rows.map(({ id }) => id),
      expected,
    );
  });

  test('says of each what it is and how it stands, and names a place for what is here', () => {
    for (const { id, what, state, where } of rows) {
      assert.ok(what.length > 5, id);
      assert.match(state, /^(held|partly|replaced|not here)$/, id);
      if (state === 'held' || state === 'partly') assert.ok(where.length > 5, id);
    }
  });

  test('names a test for every fault that is not repeated', () => {
    for (const { id, state, where } of rows) {
      if (/F\d+$/.test(id) && state === 'held') assert.match(where, /`test\/[\w./-]+\.ts`/, id);
    }
  });

  test('names only files that exist', () => {
    const paths = rows.flatMap(({ id, where }) =>
      [...where.matchAll(/`([^`]+\.(?:ts|md|json))`/g)].map(([, path = '']) => `${id} ${path}`),
    );
    assert.ok(paths.length > 100);
    assert.deepEqual(
      paths.filter((entry) => !existsSync(join(root, entry.slice(entry.indexOf(' ') + 1)))),
      [],
    );
  });
});
