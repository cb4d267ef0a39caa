import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { apiRoots } from '../../../dashboard/api-root.ts';

describe('where the page looks for the API', () => {
  const cases: [basePath: string, httpNodeRoot: string | undefined, roots: string[]][] = [
    ['/dashboard', '/', ['/']],
    ['/dashboard', undefined, ['/']],
    ['/red/dashboard', '/red/', ['/red/']],
    ['/red/dashboard', '/red', ['/red/']],
    ['/proxy/dashboard', '/', ['/proxy/', '/']],
    ['/proxy/red/dashboard', '/red', ['/proxy/red/']],
    ['/ui/house', '/', ['/ui/', '/']],
    ['/red/ui/house/', '/red/', ['/red/ui/', '/red/']],
  ];
  for (const [basePath, httpNodeRoot, roots] of cases) {
    test(`Dashboard at ${basePath}, httpNodeRoot ${httpNodeRoot}`, () => {
      assert.deepEqual(apiRoots(basePath, httpNodeRoot), roots);
    });
  }
});
