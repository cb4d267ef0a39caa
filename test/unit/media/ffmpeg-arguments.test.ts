import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { analysisCommand, type FfmpegCommand } from '../../../src/media/ffmpeg-arguments.ts';
import type { FfmpegProgram } from '../../../src/media/ffmpeg-program.ts';
import { parseSourceAddress } from '../../../src/network/address.ts';

const modern: FfmpegProgram = {
  path: 'ffmpeg',
  rtspTimeoutOption: 'timeout',
  passEveryFrame: ['-fps_mode', 'passthrough'],
  hidesCredentials: true,
};
const old: FfmpegProgram = {
  path: 'ffmpeg',
  rtspTimeoutOption: 'stimeout',
  passEveryFrame: ['-vsync', 'passthrough'],
  hidesCredentials: false,
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
    const said = command('rtsp://camera/front').args.join(' ');
    assert.match(said, /-rtsp_transport udp -timeout \d+ .*-i rtsp:\/\/camera\/front/);
    assert.match(said, /-fps_mode passthrough/);
    const saidByOld = command('rtsp://camera/front', old).args.join(' ');
    assert.match(saidByOld, /-stimeout \d+/);
    assert.doesNotMatch(saidByOld, / -timeout /);
    assert.match(saidByOld, /-vsync passthrough/);
  });

  test('hold no credentials: those travel on standard input, quoted', () => {
    const { args, input = '' } = command('rtsp://camera/front', modern, { username: "o'hara", password: 'se cret' });
    assert.doesNotMatch(args.join(' '), /hara|se.?cret|camera/);
    assert.match(input, /^file 'rtsp:\/\/o%27hara:se%20cret@camera\/front'$/m);
    assert.match(input, /^option rtsp_transport udp$/m);
    const inAddress = command('http://user:secret@camera/video');
    assert.doesNotMatch(inAddress.args.join(' '), /secret/);
  });

  test('are refused where the program could not hide credentials', () => {
    assert.throws(() => command('rtsp://camera/front', old, { username: 'u', password: 'p' }), {
      name: 'ES_FFMPEG_UNSUITABLE',
    });
  });

  test('keep playlists of the network away from local files', () => {
    const { args } = command('http://camera/stream.m3u8');
    const allowed = args[args.indexOf('-protocol_whitelist') + 1]?.split(',') ?? [];
    assert.ok(allowed.includes('http'));
    assert.ok(!allowed.includes('file'));
  });

  test('play files at their own speed for ever, and open webcams', () => {
    assert.match(command('/videos/yard.mp4').args.join(' '), /-re -stream_loop -1 -i file:\/videos\/yard.mp4/);
    assert.match(command('/dev/video0').args.join(' '), /-f v4l2 -i \/dev\/video0/);
  });
});
