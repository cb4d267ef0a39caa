import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerChallenge, digestResponse, fieldsOf } from '../../../src/media/rtsp/authorization.ts';
import { readRtspHead, withBody, writeRtspMessage, type RtspMessage } from '../../../src/media/rtsp/message.ts';
import { parseSdp } from '../../../src/media/rtsp/sdp.ts';

function readRtspMessage(bytes: Buffer): RtspMessage | undefined {
  const head = readRtspHead(bytes);
  return head === undefined ? undefined : withBody(head, bytes);
}

describe('RTSP messages', () => {
  const written = Buffer.from(writeRtspMessage('RTSP/1.0 200 OK', { CSeq: '2' }, 'v=0\r\n'));

  test('are read when they are complete, and not before', () => {
    for (let length = 0; length < written.length; length += 1) {
      assert.equal(readRtspMessage(written.subarray(0, length)), undefined);
    }
    const read = readRtspMessage(Buffer.concat([written, Buffer.from('$')]));
    assert.equal(read?.length, written.length);
    assert.equal(read.startLine, 'RTSP/1.0 200 OK');
    assert.equal(read.body, 'v=0\r\n');
  });

  test('keep several challenges apart', () => {
    const text =
      'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="a"\r\nWWW-Authenticate: Basic realm="a"\r\n\r\n';
    const challenges = readRtspMessage(Buffer.from(text))?.headers.get('www-authenticate');
    assert.deepEqual(challenges, ['Digest realm="a"', 'Basic realm="a"']);
  });

  test('are not read without a bound', () => {
    assert.throws(() => readRtspMessage(Buffer.alloc(70_000, 'a')), RangeError);
    for (const head of [
      `A: ${'a'.repeat(5000)}`,
      `A: ${'a'.repeat(100_000)}`,
      'A: a\r\n'.repeat(4000),
      'Content-Length: 99999999',
      'Content-Length: -1',
      'Content-Length: many',
    ]) {
      assert.throws(() => readRtspMessage(Buffer.from(`RTSP/1.0 200 OK\r\n${head}\r\n\r\n`)), RangeError);
    }
  });
});

describe('RTSP authorization', () => {
  const credentials = { username: 'Mufasa', password: 'Circle Of Life' };
  const request = { method: 'GET', uri: '/dir/index.html' };

  test('answers as the example of RFC 2617, section 3.5', () => {
    const nonce = 'dcd98b7102dd2f0e8b11d0f600bfb0c093';
    const fields = { realm: 'testrealm@host.com', nonce, qop: 'auth', nc: '00000001', cnonce: '0a4f113b' };
    assert.equal(digestResponse(credentials, request, fields), '6629fae49393a05397450978507c4ef1');
    const challenge = `Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="${nonce}", opaque="5ccc069c"`;
    const answer = answerChallenge(['Basic realm="x"', challenge], credentials, request, '0a4f113b') ?? '';
    assert.equal(fieldsOf(answer).response, '6629fae49393a05397450978507c4ef1');
    assert.equal(fieldsOf(answer).opaque, '5ccc069c');
  });

  test('costs linear time, whatever the challenge', () => {
    // A pattern that tries every start of the first one needs minutes.
    for (const part of ['a', 'a ', 'a=', 'a="', ' ', '="', 'a = ']) {
      const startedAt = performance.now();
      answerChallenge([`Digest ${part.repeat(500_000)}`], credentials, request, '');
      answerChallenge([`Digest a${part.repeat(500_000)}`], credentials, request, '');
      assert.ok(performance.now() - startedAt < 3000, part);
    }
  });

  test('falls back to Basic, and to nothing', () => {
    const basic = `Basic ${Buffer.from('Mufasa:Circle Of Life').toString('base64')}`;
    assert.equal(answerChallenge(['Basic realm="x"'], credentials, request, ''), basic);
    assert.equal(answerChallenge(['Negotiate'], credentials, request, ''), undefined);
  });
});

describe('session descriptions', () => {
  test('tell the tracks, also those with static payload types', () => {
    const sdp = [
      'v=0',
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H265/90000',
      'a=control:trackID=0',
      'm=audio 0 RTP/AVP 8',
      'a=control:trackID=1',
      '',
    ].join('\r\n');
    assert.deepEqual(parseSdp(sdp), [
      { media: 'video', codec: 'H265', clockRate: 90_000, control: 'trackID=0' },
      { media: 'audio', codec: 'PCMA', clockRate: 8000, control: 'trackID=1' },
    ]);
  });

  test('are read up to a bounded number of sections', () => {
    assert.equal(parseSdp('v=0\r\n' + 'm=video 0 RTP/AVP 96\r\n'.repeat(5000)).length, 64);
  });
});
