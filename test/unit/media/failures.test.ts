import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureFrom, statusOf } from '../../../src/media/failures.ts';
import { LineLimiter } from '../../../src/media/line-limiter.ts';
import { linesOf } from '../../../src/media/source-probe.ts';
import { parseSourceAddress, withCredentials } from '../../../src/network/address.ts';
import { ManualClock } from '../manual-clock.ts';

test('the last words of ffmpeg become a named failure', () => {
  const cases = [
    [
      'http://***@camera: Server returned 401 Unauthorized (authorization failed)',
      'ES_CAMERA_UNAUTHORISED',
      'unauthorised',
    ],
    ['[https @ 0x1] HTTP error 404 Not Found', 'ES_CAMERA_NOT_FOUND', 'not-found'],
    ['/videos/none.mp4: No such file or directory', 'ES_CAMERA_NOT_FOUND', 'not-found'],
    ['tcp://camera:80: Connection refused', 'ES_CAMERA_UNREACHABLE', 'backing-off'],
    ["Stream map '0:a:0' matches no streams.", 'ES_STREAM_UNUSABLE', 'backing-off'],
    ['something new', 'ES_CAMERA_UNREACHABLE', 'backing-off'],
  ] as const;
  for (const [line, name, status] of cases) {
    const failure = failureFrom(['[h264 @ 0x1] earlier noise', line]);
    assert.equal(failure.name, name, line);
    assert.equal(statusOf(failure), status);
  }
  assert.equal(failureFrom(['/videos/none.mp4: No such file or directory']).message, 'There is no such file.');
  assert.match(failureFrom(['something new']).message, /something new/);
  assert.equal(failureFrom([]).message, 'The stream ended.');
});

test('what ffmpeg says of a source holds no password, however long', () => {
  const password = 'ä&'.repeat(100);
  const address = parseSourceAddress('http://camera/video');
  const login = { username: 'admin', password };
  const report = `first\n\u001b[2Jpipe:0: ${withCredentials(address, login)}: odd\n`;
  const lines = linesOf(report, { address, ...login, transport: 'tcp' });
  assert.deepEqual(lines, ['first', ' [2Jpipe:0: http://***@camera/video: odd']);
});

test('a flood of lines is cut, and counted', () => {
  const clock = new ManualClock();
  const written: string[] = [];
  const limiter = new LineLimiter(clock, (line) => written.push(line));
  for (let line = 0; line < 80; line += 1) limiter.push(`line ${line}`);
  assert.equal(written.length, 5);
  clock.advance(10_000);
  limiter.push('later');
  assert.deepEqual(written.slice(5), ['75 more lines like these were left out', 'later']);
});
