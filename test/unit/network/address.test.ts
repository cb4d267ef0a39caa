import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { parseServiceUrl, parseSourceAddress, withCredentials } from '../../../src/network/address.ts';
import { isForbiddenAddress } from '../../../src/network/host-guard.ts';

const refusal = (pattern?: RegExp) => (error: unknown) =>
  error instanceof SentinelError &&
  error.name === 'ES_BAD_ADDRESS' &&
  (pattern === undefined || pattern.test(error.message));

describe('addresses of cameras', () => {
  test('sample:NAME is a clip of the package, and other names are refused with the list', () => {
    const { protocol, location } = parseSourceAddress(' Sample:intruder ');
    assert.equal(protocol, 'file');
    assert.ok(existsSync(location));
    for (const typed of ['sample:', 'sample:../../package.json', 'sample://intruder', 'sample:toString']) {
      assert.throws(
        () => parseSourceAddress(typed),
        (error) =>
          refusal(/no sample clip/)(error) && ((error as SentinelError).hint ?? '').includes('sample:intruder'),
        typed,
      );
    }
  });

  const accepted: [text: string, expected: ReturnType<typeof parseSourceAddress>][] = [
    ['rtsp://192.168.1.20/stream1', { protocol: 'rtsp', location: 'rtsp://192.168.1.20/stream1' }],
    [
      '  RTSPS://Cam.Local:322/cam/realmonitor?channel=1&subtype=0 ',
      { protocol: 'rtsps', location: 'rtsps://cam.local:322/cam/realmonitor?channel=1&subtype=0' },
    ],
    ['rtsp://cam:80/live', { protocol: 'rtsp', location: 'rtsp://cam:80/live' }],
    ['rtmp://127.0.0.1:1935/live/key', { protocol: 'rtmp', location: 'rtmp://127.0.0.1:1935/live/key' }],
    ['http://[fd12::5]:8080/mjpeg', { protocol: 'http', location: 'http://[fd12::5]:8080/mjpeg' }],
    ['https://example.org', { protocol: 'https', location: 'https://example.org' }],
    ['rtsp://0xC0A80114/s', { protocol: 'rtsp', location: 'rtsp://192.168.1.20/s' }],
    ['rtsp://cam/my stream/ü', { protocol: 'rtsp', location: 'rtsp://cam/my%20stream/%C3%BC' }],
    ['rtsp://cam/stream@1', { protocol: 'rtsp', location: 'rtsp://cam/stream@1' }],
    ['/srv/demo.mp4', { protocol: 'file', location: resolve('/srv/demo.mp4') }],
    ['clips/../demo.mp4', { protocol: 'file', location: resolve('demo.mp4') }],
    ['file:///srv/my%20demo.mp4', { protocol: 'file', location: resolve('/srv/my demo.mp4') }],
    ['/dev/video0', { protocol: 'device', location: '/dev/video0' }],
    ['avfoundation:0', { protocol: 'avfoundation', location: '0' }],
    ['dshow:Integrated Camera', { protocol: 'dshow', location: 'Integrated Camera' }],
    ['go2rtc:front', { protocol: 'rtsp', location: 'rtsp://127.0.0.1:8554/front' }],
    ['go2rtc:front?video=h264', { protocol: 'rtsp', location: 'rtsp://127.0.0.1:8554/front?video=h264' }],
    ['go2rtc://nas.local/front', { protocol: 'rtsp', location: 'rtsp://nas.local:8554/front' }],
    ['go2rtc://nas.local:1984/front', { protocol: 'rtsp', location: 'rtsp://nas.local:8554/front' }],
    ['go2rtc://[fd12::5]:8555/front', { protocol: 'rtsp', location: 'rtsp://[fd12::5]:8555/front' }],
    ['file:///dev/video12', { protocol: 'device', location: '/dev/video12' }],
  ];
  for (const [text, expected] of accepted) {
    test(`accepts ${text}`, () => {
      assert.deepEqual(parseSourceAddress(text), expected);
    });
  }

  const secrets: [text: string, username: string, password: string | undefined, location: string][] = [
    ['rtsp://admin:s3cret@cam:554/s', 'admin', 's3cret', 'rtsp://cam:554/s'],
    ['rtsp://admin@cam/s', 'admin', undefined, 'rtsp://cam/s'],
    ['rtsp://admin:@cam/s', 'admin', undefined, 'rtsp://cam/s'],
    ['rtsp://admin:p%40s%2Fs%23@cam/s', 'admin', 'p@s/s#', 'rtsp://cam/s'],
    ['rtsp://admin:p@ss@cam/s', 'admin', 'p@ss', 'rtsp://cam/s'],
    ['rtsp://admin:pa#ss@cam/s', 'admin', 'pa#ss', 'rtsp://cam/s'],
    ['rtsp://admin:pa/ss@cam:554', 'admin', 'pa/ss', 'rtsp://cam:554'],
    ['rtsp://admin:pa?ss@[fd12::5]:554/s?x=1', 'admin', 'pa?ss', 'rtsp://[fd12::5]:554/s?x=1'],
    ['rtsp://admin:100%@cam/s', 'admin', '100%', 'rtsp://cam/s'],
    ['rtsp://admin:a:b:c@cam/s', 'admin', 'a:b:c', 'rtsp://cam/s'],
    ['go2rtc://admin:pa/ss@cam/front', 'admin', 'pa/ss', 'rtsp://cam:8554/front'],
    ['rtsp://admin:a\\b@cam/s', 'admin', 'a\\b', 'rtsp://cam/s'],
  ];
  for (const [text, username, password, location] of secrets) {
    test(`takes user and password out of ${text}`, () => {
      const address = parseSourceAddress(text);
      assert.equal(address.username, username);
      assert.equal(address.password, password);
      assert.equal(address.location, location);
    });
  }

  test('refuses an address with two readings, without showing the password', () => {
    for (const text of [
      'rtsp://admin:12/34@cam/s',
      'rtsp://admin:p@ss/word@cam/s',
      'rtsp://admin:p@ss:w/rd@cam/s',
      'rtsp://admin:p@ss:w/rd',
      'rtsp://admin:p@/ss',
      'rtsp://admin:a/b@cam/s@1',
    ]) {
      assert.throws(() => parseSourceAddress(text), refusal(/not clear which part/));
    }
  });

  test('takes a host without a scheme for a host, not for a file', () => {
    for (const [text, host] of [
      ['192.168.1.5', '192.168.1.5'],
      [' 192.168.1.5:554 ', '192.168.1.5:554'],
      ['cam.local:554', 'cam.local:554'],
      ['cam.local:554/live', 'cam.local:554'],
    ] as const) {
      const meant = { name: 'ES_BAD_ADDRESS', hint: `Did you mean rtsp://${host}/...?` };
      assert.throws(() => parseSourceAddress(text), meant);
    }
    for (const text of ['192.168.1.5.mp4', './192.168.1.5', '192.168.1.5/today.mp4', 'demo.mp4']) {
      assert.equal(parseSourceAddress(text).protocol, 'file', text);
    }
  });

  test('a colon that was forgotten makes no file of a login, which would stand on a command line', () => {
    for (const typed of ['rtsp//joe:secret@cam/1', 'rtsp/joe:secret@cam/1', 'cam//joe:se/cret@cam']) {
      assert.throws(
        () => parseSourceAddress(typed),
        (error) => refusal(/does not begin with rtsp/)(error) && !String(error).includes('secret'),
      );
    }
    assert.equal(parseSourceAddress('clips/front@10.mp4').protocol, 'file');
    assert.equal(parseSourceAddress('/media/12:30@front.mp4').location, resolve('/media/12:30@front.mp4'));
  });

  test('says which environment variable was not put in', () => {
    assert.throws(
      () => parseSourceAddress('${CAMERA_URL}'),
      refusal(/environment variable CAMERA_URL .* is not put in/),
    );
    assert.throws(() => parseSourceAddress('rtsp://u:${PW}@cam/s'), refusal(/environment variable PW/));
  });

  const hostile = [
    '',
    '   ',
    '-i',
    '-',
    '--help',
    'rtsp://cam/s\nfile /etc/passwd',
    'rtsp://cam/s\r',
    'rtsp://cam/s\u0000',
    'rtsp://cam/\u202egpj.exe',
    'rtsp://',
    'rtsp:///stream',
    'rtsp://u:p@/stream',
    'rtsp://cam:0/s',
    'rtsp://cam:65536/s',
    'rtsp://cam:abc/s',
    'rtsp://ca m/s',
    'rtsp://cam\\@169.254.169.254/s',
    'rtsp://[::1/s',
    'rtsp:cam',
    'exec:sh -c id',
    'concat:a.mp4|b.mp4',
    'concat://a',
    'pipe:0',
    'subfile,,start,0,end,9,,:/etc/passwd:x://y',
    'data:video/mp4;base64,AAAA',
    'javascript:alert(1)',
    'ftp://host/x',
    'tcp://10.0.0.1:22',
    'gopher://127.0.0.1/',
    'ffrtmphttp://h/x',
    'file://otherhost/share/x.mp4',
    'file:///a%00b',
    'file:///a%0Ab',
    '\\\\server\\share\\x.mp4',
    '//server/share/x.mp4',
    '/proc/self/environ',
    '/srv/../proc/1/environ',
    '/dev/stdin',
    '/dev/video0/../mem',
    '/sys/power/state',
    'file:///proc/self/environ',
  ];
  for (const text of hostile) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseSourceAddress(text), refusal());
    });
  }
});

describe('hosts that are never asked', () => {
  const hosts = [
    '169.254.169.254',
    '169.254.0.1:554',
    '169.254.169.254.',
    '2852039166', // decimal
    '0xA9FEA9FE', // hexadecimal
    '0xa9.0xfe.0xa9.0xfe',
    '0251.0376.0251.0376', // octal
    '169.254.43518', // three parts
    '0251.254.0xa9.254',
    '169%2e254%2e169%2e254',
    '１６９.２５４.１６９.２５４', // full-width digits
    '169。254。169。254', // ideographic full stops
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
    '[::169.254.169.254]',
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b:1::169.254.169.254]',
    '[::ffff:0:169.254.169.254]',
    '[2002:a9fe:a9fe::1]',
    '[fe80::1]',
    '[febf::1]',
    '[fd00:ec2::254]',
    '[fd00:ec2::23]',
    '[fd00:0ec2:0:0:0:0:0:254]',
    '[fd20:ce::254]',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'metadata.google.internal',
    'METADATA.google.internal.',
    'metadata',
    'instance-data',
  ];
  for (const host of hosts) {
    test(host, () => {
      assert.throws(() => parseSourceAddress(`rtsp://${host}/s`), refusal());
      assert.throws(() => parseSourceAddress(`rtsp://user:pass@${host}/s`), refusal());
      assert.throws(() => parseServiceUrl(`http://${host}/latest/meta-data`), refusal());
    });
  }

  test('webcams and streams by name take nothing that ffmpeg could read as more', () => {
    for (const text of [
      ...['avfoundation:', 'avfoundation:-i', 'avfoundation:0:1', 'avfoundation:desktop', 'dshow:', 'dshow:-i'],
      ...[
        'dshow:Cam:audio=Mic',
        'dshow:video=Cam',
        'dshow:"Cam"',
        'go2rtc:',
        'go2rtc://nas',
        'go2rtc://nas/',
        'go2rtc:a\\b',
      ],
      ...['go2rtc://169.254.169.254/front', 'go2rtc:?x', 'hasOwnProperty:x', 'constructor:x'],
    ]) {
      assert.throws(() => parseSourceAddress(text), refusal(), text);
    }
  });

  test('a zone id is no way around', () => {
    assert.throws(() => parseSourceAddress('rtsp://[fe80::1%25eth0]/s'), refusal());
  });

  test('the check also serves what a resolver answers', () => {
    for (const ip of ['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1%eth0'])
      assert.ok(isForbiddenAddress(ip), ip);
    for (const ip of ['192.168.1.20', '127.0.0.1', '::1', 'fd12::5', '10.0.0.1', '8.8.8.8', 'cam.local']) {
      assert.ok(!isForbiddenAddress(ip), ip);
    }
  });
});

describe('withCredentials', () => {
  test('puts user and password back, encoded for every quoting that follows', () => {
    const address = parseSourceAddress('rtsp://cam/s');
    const url = withCredentials(address, { username: 'ad min', password: "p'@:/#?%$&" });
    assert.equal(url, 'rtsp://ad%20min:p%27%40%3A%2F%23%3F%25%24%26@cam/s');
    assert.deepEqual(parseSourceAddress(url), { ...address, username: 'ad min', password: "p'@:/#?%$&" });
  });

  test('falls back on what stood in the address, and to no credentials at all', () => {
    const address = parseSourceAddress('rtsp://u:p@cam/s');
    assert.equal(withCredentials(address, { username: '', password: '' }), 'rtsp://u:p@cam/s');
    assert.equal(withCredentials(address, { username: 'x' }), 'rtsp://x@cam/s');
    assert.equal(withCredentials(parseSourceAddress('rtsp://cam/s'), {}), 'rtsp://cam/s');
    assert.equal(
      withCredentials(parseSourceAddress('/srv/a.mp4'), { username: 'u', password: 'p' }),
      resolve('/srv/a.mp4'),
    );
  });
});

test('an address full of blanks costs no more than a moment', () => {
  const startedAt = performance.now();
  assert.throws(() => parseSourceAddress(`a${' '.repeat(200_000)}:b`), refusal());
  assert.ok(performance.now() - startedAt < 2000);
});

describe('addresses of services', () => {
  test('http and https, this machine and the LAN', () => {
    for (const text of [
      'https://graph.facebook.com',
      'http://127.0.0.1:8099/',
      'http://192.168.1.2:80',
      'http://[::1]:1',
    ]) {
      assert.equal(parseServiceUrl(text).href, new URL(text).href);
    }
  });

  test('refuses other schemes, userinfo, empty variables and line breaks', () => {
    for (const text of [
      'ftp://h/',
      'graph.facebook.com',
      'https://a:b@h/',
      '${BASE}',
      'https://h/\n',
      'javascript:1',
    ]) {
      assert.throws(() => parseServiceUrl(text), refusal());
    }
  });
});
