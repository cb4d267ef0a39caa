import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { readJwt, writeJwt } from '../../../src/access/json-web-token.ts';

const key = randomBytes(32);
const now = 1_700_000_000_500;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (text: string, algorithm = 'sha256', by: Buffer | string = key): string =>
  `${text}.${createHmac(algorithm, by).update(text).digest('base64url')}`;

describe('a JWT', () => {
  test('is what RFC 7519 says, and counts for a quarter of an hour', () => {
    const jwt = writeJwt({ sub: 'user 1', since: 5 }, key, now);
    const [head = '', body = ''] = jwt.split('.');
    assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url').toString()), { alg: 'HS256', typ: 'JWT' });
    assert.deepEqual(JSON.parse(Buffer.from(body, 'base64url').toString()), {
      ...{ iss: 'echosight', sub: 'user 1', since: 5, iat: 1_700_000_000, exp: 1_700_000_900 },
    });
    assert.equal(jwt, sign(`${head}.${body}`));
    assert.deepEqual(readJwt(jwt, key, now + 899_000), { sub: 'user 1', since: 5 });
    assert.equal(readJwt(jwt, key, now + 900_000), undefined);
    assert.equal(readJwt(jwt, randomBytes(32), now), undefined);
  });

  test('is never believed what it says of its algorithm', () => {
    const body = encode({ iss: 'echosight', sub: 'user 1', since: 5, exp: 1_900_000_000 });
    assert.ok(readJwt(sign(`${encode({ alg: 'HS256', typ: 'JWT' })}.${body}`), key, now));
    for (const head of [
      { alg: 'none', typ: 'JWT' },
      { alg: 'None' },
      { alg: 'HS512', typ: 'JWT' },
      { alg: 'RS256', typ: 'JWT' },
      { alg: 'HS256', typ: 'JWT', kid: '../../dev/null' },
      { alg: 'HS256', typ: 'JWT', jwk: {} },
    ]) {
      const text = `${encode(head)}.${body}`;
      for (const forged of [sign(text), `${text}.`, text, sign(text, 'sha512'), sign(text, 'sha256', '')]) {
        assert.equal(readJwt(forged, key, now), undefined, JSON.stringify(head));
      }
    }
  });

  test('that is changed or no JWT at all is none', () => {
    const jwt = writeJwt({ sub: 'user 1', since: 5 }, key, now);
    const [head = '', , signature = ''] = jwt.split('.');
    const other = encode({ iss: 'echosight', sub: 'user 2', since: 5, exp: 1_900_000_000 });
    const unissued = sign(`${head}.${encode({ sub: 'user 1', since: 5, exp: 1_900_000_000 })}`);
    const untyped = sign(`${head}.${encode({ iss: 'echosight', sub: 1, since: 5, exp: 'later' })}`);
    for (const wrong of [
      `${head}.${other}.${signature}`,
      unissued,
      untyped,
      '',
      '..',
      'x',
      `${jwt}.x`,
      `${jwt}${'A'.repeat(1024)}`,
    ]) {
      assert.equal(readJwt(wrong, key, now), undefined, wrong.slice(0, 80));
    }
  });
});
