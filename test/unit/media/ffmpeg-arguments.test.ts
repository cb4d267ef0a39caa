import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analysisCommand, type FfmpegCommand } from '../../../src/media/ffmpeg-arguments.ts';
import type { FfmpegProgram } from '../../../src/media/ffmpeg-program.ts';
import { parseSourceAddress } from '../../../src/network/address.ts';

const modern: FfmpegProgram = {
  path: 'ffmpeg',
  rtspTimeoutOption: 'timeout',
  passEveryFrame: ['-fps_mode', 'passthrough'],
  hidesAddress: true,
};
const old: FfmpegProgram = {
  path: 'ffmpeg',
  rtspTimeoutOption: 'stimeout',
  passEveryFrame: ['-vsync', 'passthrough'],
  hidesAddress: false,
};

function command(
  address: string,
  program = modern,
  more: { username?: string; password?: string } = {},
): FfmpegCommand {
  const source = { address: parseSourceAddress(address), transport: 'udp', ...more } as const;
  return analysisCommand(source, { width: 640, rate: 5, audio: true }, program);
}

describe('ffmpeg command lines', () => {
  test('name options as the program knows them', () => {
    const { args, input = '' } = command('rtsp://camera/front');
    assert.match(input, /^option rtsp_transport udp\noption timeout \d+$/m);
    assert.match(args.join(' '), /-fps_mode passthrough/);
    const saidByOld = command('rtsp://camera/front', old).args.join(' ');
    assert.match(saidByOld, /-rtsp_transport udp -stimeout \d+ .*-i rtsp:\/\/camera\/front/);
    assert.doesNotMatch(saidByOld, / -timeout /);
    assert.match(saidByOld, /-vsync passthrough/);
  });

  test('hold no address: it travels on standard input, quoted', () => {
    const { args, input = '' } = command('rtsp://camera/front', modern, { username: "o'hara", password: 'se cret' });
    assert.doesNotMatch(args.join(' '), /hara|se.?cret|camera/);
    assert.match(input, /^file 'rtsp:\/\/o%27hara:se%20cret@camera\/front'$/m);
    for (const address of [
      'http://user:secret@camera/video',
      'rtsp://camera/front?token=secret',
      'rtsp://camera/user=admin_password=secret_channel=1',
    ]) {
      assert.doesNotMatch(command(address).args.join(' '), /secret/);
    }
  });

  test('are refused where the program could not hide credentials', () => {
    assert.throws(() => command('rtsp://camera/front', old, { username: 'u', password: 'p' }), {
      name: 'ES_FFMPEG_UNSUITABLE',
    });
  });

  test('keep playlists of the network away from local files', () => {
    for (const program of [modern, old]) {
      const { args } = command('http://camera/stream.m3u8', program);
      const allowed = args[args.indexOf('-protocol_whitelist') + 1]?.split(',') ?? [];
      assert.ok(allowed.includes('http'));
      assert.ok(!allowed.includes('file'));
    }
  });

  test('play files at their own speed for ever, and open webcams', () => {
    assert.match(
      command('/videos/yard.mp4').args.join(' '),
      /-re -stream_loop -1 -protocol_whitelist file,crypto,data -i file:\/videos\/yard.mp4/,
    );
    assert.match(command('/dev/video0').args.join(' '), /-f v4l2 -i \/dev\/video0/);
  });
});

describe('hostile addresses', () => {
  const parts = [
    ...[
      '-i',
      '-',
      '--',
      ' ',
      "'",
      '"',
      '\\',
      '|',
      ';',
      '$(id)',
      '`id`',
      '%0a',
      '%27',
      '\n',
      '\r',
      '\u2028',
      '\0',
      '#',
      '?',
      '@',
    ],
    ...[
      'concat:',
      'file:',
      'file://',
      'subfile,,start,0,end,9,,:',
      'pipe:0',
      'data:',
      'rtsp://',
      'http://',
      'https://',
    ],
    ...[
      'rtmp://',
      'go2rtc:',
      'go2rtc://',
      'avfoundation:',
      'dshow:',
      'crypto+',
      '/etc/passwd',
      '/dev/video0',
      '/dev/sda',
    ],
    ...[
      'cam',
      '127.0.0.1',
      ':554',
      '/s',
      'user:pass',
      'option ',
      'inpoint 5',
      'ffconcat version 1.0',
      '0',
      '[::1]',
      'x.mp4',
    ],
  ];
  /** Repeatable numbers (xorshift). */
  function numbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
  }

  test('are refused by name, or become one input and nothing else', () => {
    const next = numbers(20_231);
    const usual = {
      rtsp: 'rtsp://cam/s',
      http: 'http://cam/s',
      rtmp: 'rtmp://cam/s',
      file: '/s.mp4',
      device: '/dev/video0',
    };
    const lengths = new Set(Object.values(usual).map((address) => command(address).args.length));
    for (const address of ['avfoundation:0', 'dshow:Cam']) lengths.add(command(address).args.length);
    let accepted = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const text = Array.from({ length: 1 + next(6) }, () => parts[next(parts.length)] ?? '').join('');
      let made: FfmpegCommand;
      try {
        made = command(text, modern, { username: parts[next(parts.length)] ?? '', password: text });
      } catch (error) {
        assert.equal((error as Error).name, 'ES_BAD_ADDRESS', text);
        continue;
      }
      accepted += 1;
      const { args, input } = made;
      assert.ok(lengths.has(args.length), text);
      assert.equal(args.filter((argument) => argument === '-i').length, 1, text);
      const location = args[args.indexOf('-i') + 1] ?? '';
      if (input === undefined) assert.match(location, /^(?:file:\/|\/dev\/video\d+$|\d+:none$|video=[^:]+$)/, text);
      else {
        assert.equal(location, 'pipe:0');
        assert.match(
          input,
          /^ffconcat version 1\.0\nfile '(?:[^'\n\\]|'\\'')*'\n(?:option [a-z_]+ [a-z0-9_,]+\n)+$/,
          text,
        );
        assert.match(input, /\nfile '(?:rtsps?|rtmp|https?):\/\//, text);
      }
    }
    assert.ok(accepted > 200, `${accepted} accepted`);
  });
});
