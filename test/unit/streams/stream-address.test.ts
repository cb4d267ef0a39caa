import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { admitAddress, shownAddress } from '../../../src/streams/stream-address.ts';

describe('the address of a stream', () => {
  test('is shown without what is secret in it', () => {
    for (const [whole, shown] of [
      ['rtsp://cam:554/Streaming/Channels/101', 'rtsp://cam:554/Streaming/Channels/101'],
      ['rtsp://admin:S3cret!x@cam:554/live', 'rtsp://***@cam:554/live'],
      ['rtsp://admin@cam/live', 'rtsp://***@cam/live'],
      ['rtsp://cam/cam/realmonitor?channel=1&subtype=0', 'rtsp://cam/cam/realmonitor?channel=1&subtype=0'],
      ['http://cam/video.cgi?loginuse=admin&loginpas=S3cret', 'http://cam/video.cgi?loginuse=***&loginpas=***'],
      ['http://cam/live?S3cret', 'http://cam/live?***'],
      ['http://cam/live?stream=S3cret-that-is-much-longer', 'http://cam/live?stream=***'],
      ['rtsp://cam/user=admin&password=S3cret&channel=1', 'rtsp://cam/user=admin&password=***&channel=1'],
      ['go2rtc:front', 'rtsp://127.0.0.1:8554/front'],
      ['sample:intruder', 'sample:intruder'],
    ] as const) {
      assert.equal(shownAddress(whole), shown);
    }
  });

  test('takes the login from its own fields, and half of it from the address', () => {
    const url = 'rtsp://ann:old@cam/live';
    assert.equal(admitAddress({ url, username: 'bob', password: 'p@ss/x' }).whole, 'rtsp://bob:p%40ss%2Fx@cam/live');
    assert.equal(admitAddress({ url, password: 'new' }).whole, 'rtsp://ann:new@cam/live');
    assert.equal(admitAddress({ url, username: '', password: '' }).whole, 'rtsp://cam/live');
  });

  test(
    'says what it is, and a number is a webcam only where that is said',
    { skip: process.platform === 'win32' },
    () => {
      assert.deepEqual(admitAddress({ url: 'sample:intruder' }).type, 'demo');
      assert.deepEqual(admitAddress({ url: 'https://cam/mjpeg' }).type, 'rtsp');
      const webcam = process.platform === 'darwin' ? 'avfoundation:0' : '/dev/video0';
      assert.deepEqual(admitAddress({ url: '0', type: 'webcam' }), { whole: webcam, shown: webcam, type: 'webcam' });
    },
  );

  for (const [what, written] of Object.entries({
    'a file': { url: '/etc/passwd' },
    'a file by URL': { url: 'file:///etc/passwd' },
    'a file as a number': { url: '0' },
    'a file in the folder': { url: 'clip.mp4' },
    'a mask file of ffmpeg': { url: 'concat:/etc/passwd|x' },
    'a program of go2rtc': { url: 'exec:id' },
    'a device that is no webcam': { url: '/dev/sda', type: 'webcam' },
    'an option': { url: '-i /etc/passwd' },
    'an environment variable': { url: '${HOME}' },
    'the metadata service': { url: 'http://169.254.169.254/latest' },
    'the metadata service in IPv6': { url: 'http://[::ffff:169.254.169.254]/latest' },
    'the metadata service as a number': { url: 'http://2852039166/' },
    'an address with a line break': { url: 'rtsp://cam/\nx' },
    'a masked address': { url: 'rtsp://***@cam/live' },
    'a password without a user': { url: 'rtsp://cam/live', password: 'x' },
    'a camera as a webcam': { url: 'rtsp://cam/live', type: 'webcam' },
    'a webcam as a camera': { url: '/dev/video0', type: 'rtsp' },
    'a webcam with a password': { url: '0', type: 'webcam', username: 'a', password: 'b' },
  } as const)) {
    test(`is not ${what}`, () => {
      assert.throws(
        () => admitAddress(written),
        (error) => error instanceof SentinelError && error.name === 'ES_BAD_ADDRESS',
      );
    });
  }
});
