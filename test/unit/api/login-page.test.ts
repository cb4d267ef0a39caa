import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { script } from '../../../src/api/access/page/script.ts';

/** Where the page sends somebody who is logged in. */
function sentTo(next: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const location = {
    ...{ origin: 'http://house.example', pathname: '/echosight/login', hash: '' },
    ...{ search: `?next=${encodeURIComponent(next)}`, replace: resolve },
  };
  const document = { documentElement: {}, cookie: '', querySelector: () => ({}) };
  const known = { ok: true, text: () => Promise.resolve('{"how":"session"}') };
  const page = { location, document, navigator: { language: 'en' }, addEventListener: () => undefined };
  runInContext(script, createContext({ ...page, fetch: () => Promise.resolve(known), URL, URLSearchParams }));
  return promise.then((address) => new URL(address, location.origin).href);
}

test('the login page leads on to pages of its own server alone', { timeout: 60_000 }, async () => {
  const house = 'http://house.example';
  assert.equal(await sentTo('/dashboard/now?a=1#b'), `${house}/dashboard/now?a=1#b`);
  for (const next of ['//evil.example/', 'http://evil.example', 'javascript:alert(1)', '\\\\evil.example']) {
    assert.equal(await sentTo(next), `${house}/echosight/account`, next);
  }
  // What a browser makes of them stays here, also when it is read as an address once more.
  for (const next of ['/.//evil.example/', `${house}//evil.example/`, '/x/..//evil.example/', '/.\\\\evil.example']) {
    assert.equal(new URL(await sentTo(next)).origin, house, next);
  }
});
