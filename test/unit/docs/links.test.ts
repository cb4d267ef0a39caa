import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';

const root = join(import.meta.dirname, '..', '..', '..');
const pages = globSync(['*.md', 'docs/**/*.md', 'models/*.md'], { cwd: root }).map((page) => join(root, page));

describe('links between pages', () => {
  for (const page of pages) {
    test(`${relative(root, page)} leads nowhere wrong`, () => {
      assert.deepEqual(brokenLinks(page), []);
    });
  }
});

/** Links of a page to files that do not exist, or to headings that the file does not have. */
function brokenLinks(page: string): string[] {
  const found = readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g);
  const links = [...found].map(([, link, picture]) => link ?? picture ?? '');
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : resolve(dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !headings(target).includes(anchor);
  });
}

/** Anchors as GitHub makes them of headings. */
function headings(page: string): string[] {
  const titles = [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
