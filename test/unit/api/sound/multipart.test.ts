import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { boundaryOf } from '../../../../src/api/sound/multipart-boundary.ts';
import { MalformedBody, MultipartReader } from '../../../../src/api/sound/multipart-reader.ts';

type Parts = [name: string, bytes: Buffer][];

function parse(body: Buffer, boundary: string, cut: (left: number) => number = (left) => left): Parts {
  const parts: Parts = [];
  const reader = new MultipartReader(boundary, (name) => {
    const part: Parts[number] = [name, Buffer.alloc(0)];
    parts.push(part);
    return (bytes) => (part[1] = Buffer.concat([part[1], bytes]));
  });
  for (let at = 0; at < body.length;) {
    const end = at + Math.max(1, cut(body.length - at));
    reader.write(body.subarray(at, end));
    at = end;
  }
  reader.end();
  return parts;
}

function bodyOf(parts: Parts, boundary: string, { preamble = '', epilogue = '' } = {}): Buffer {
  const pieces = parts.flatMap(([name, bytes]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="a.wav"\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([Buffer.from(preamble), ...pieces, Buffer.from(`--${boundary}--\r\n${epilogue}`)]);
}

function malformed(body: string, why: RegExp): void {
  assert.throws(
    () => parse(Buffer.from(body, 'latin1'), 'b'),
    (error: Error) => error instanceof MalformedBody && why.test(error.message),
    JSON.stringify(body),
  );
}

describe('the boundary of a Content-Type', () => {
  const good: readonly (readonly [string, string])[] = [
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;charset=utf-8; Boundary="a b:c?"', 'a b:c?'],
    ['multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW', '----WebKitFormBoundary7MA4YWxkTrZu0gW'],
  ];
  for (const [type, boundary] of good) {
    test(type, () => {
      assert.deepEqual(boundaryOf(type), { boundary });
    });
  }
  const bad = [
    ...['', '; boundary=', '; boundary=""', `; boundary=${'x'.repeat(71)}`, '; boundary="ends in space "'],
    ...['; boundary=a; boundary=b', '; boundary="a', '; boundary=a\u0001b', '; boundary="a\\\r\nb"', '; boundary=é'],
  ];
  for (const rest of bad) {
    test(`none in ${JSON.stringify(rest)}`, () => {
      assert.equal(boundaryOf(`multipart/form-data${rest}`), 'malformed');
    });
  }

  test('another type is another type', () => {
    for (const type of [undefined, '', 'application/json', 'multipart/mixed; boundary=a', 'multipart/form-dataX']) {
      assert.equal(boundaryOf(type), 'other');
    }
  });
});

describe('multipart/form-data', () => {
  test('parts come with their names and bytes, however it is cut', () => {
    const parts: Parts = [
      ['note', Buffer.from('a text')],
      ['file', Buffer.from('\r\n--b\r\n--bo\r\n-\r\n\r--bound\r\r\n', 'latin1')],
      ['empty', Buffer.alloc(0)],
    ];
    const body = bodyOf(parts, 'boundary', { preamble: 'ignored\r\n', epilogue: 'ignored --boundary too' });
    for (const size of [1, 2, 3, 5, 7, 11, 13, 64, 1000])
      assert.deepEqual(
        parse(body, 'boundary', () => size),
        parts,
      );
  });

  test('what a browser and curl send is understood', () => {
    const head =
      'content-disposition:form-data;name=file;filename="a\\"; name=\\"other.wav"\r\nContent-Type: audio/wav';
    const body = `--b  \t\r\n${head}\r\n\r\nxyz\r\n--b--`;
    assert.deepEqual(parse(Buffer.from(body), 'b'), [['file', Buffer.from('xyz')]]);
  });

  test('tricks are refused', () => {
    const head = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
    malformed('', /before its last boundary/);
    malformed('no boundary at all', /before its last boundary/);
    malformed(`${head}sound without an end`, /before its last boundary/);
    malformed(`${head}sound\r\n--b`, /before its last boundary/);
    malformed(`${head}sound\r\n--b-`, /before its last boundary/);
    malformed(`${head}sound\r\n--bx\r\n`, /followed by something else/);
    malformed(`${head}sound\r\n--b${' '.repeat(100)}\r\n`, /followed by something else/);
    malformed(`${head}sound\r\n--b\nx`, /followed by something else/);
    malformed('--b\r\nContent-Type: audio/wav\r\n\r\nx\r\n--b--', /does not say its name/);
    malformed('--b\r\n\r\nx\r\n--b--', /does not say its name/);
    malformed('--b\r\nContent-Disposition: attachment; name="file"\r\n\r\nx\r\n--b--', /does not say its name/);
    malformed('--b\r\nContent-Disposition: form-data; name="a"; name="file"\r\n\r\nx', /does not say its name/);
    malformed(
      '--b\r\nContent-Disposition: form-data; name="a"\r\ncontent-disposition: form-data; name="file"\r\n\r\nx',
      /twice/,
    );
    malformed(`--b\r\nContent-Transfer-Encoding: base64\r\n${head.slice(5)}x\r\n--b--`, /encoded/);
    malformed(`--b\r\nX: ${'y'.repeat(9000)}\r\n\r\n`, /too long/);
    malformed(`--b\r\nX: ${'y'.repeat(9000)}`, /too long/);
    malformed(`${head}x\r\n`.repeat(21), /more than 20 parts/);
  });

  test('any bytes cut anywhere come out as they went in; any garbage is refused and nothing else', () => {
    const random = seededRandom(4);
    const below = (limit: number): number => Math.floor(random() * limit);
    // Few kinds of bytes, so that boundaries nearly begin all the time.
    const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => '\r\n-b'.charCodeAt(below(4))));
    for (let round = 0; round < 1500; round++) {
      const boundary = 'b-b'.slice(0, 1 + below(3)) + 'Z'.repeat(below(2));
      const parts: Parts = Array.from({ length: 1 + below(3) }, (_, n) => [`p${n}`, bytes(below(60))]);
      const contained = parts.some(([, part]) =>
        Buffer.concat([Buffer.from('\r\n'), part]).includes(`\r\n--${boundary}`),
      );
      const body = bodyOf(parts, boundary);
      if (!contained)
        assert.deepEqual(
          parse(body, boundary, (left) => 1 + below(left)),
          parts,
        );
      const broken = Buffer.from(body);
      for (let flips = 0; flips <= below(4); flips++) broken[below(broken.length)] = below(256);
      const whole = attempt(() => parse(broken, boundary));
      assert.deepEqual(
        attempt(() => parse(broken, boundary, (left) => 1 + below(Math.min(left, 9)))),
        whole,
        'how it is cut makes no difference',
      );
    }
  });
});

/** What came of it, or why nothing did. */
function attempt(read: () => Parts): Parts | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedBody) return error.message;
    throw error;
  }
}
