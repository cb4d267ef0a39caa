import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { splitAddress, type SplitAddress } from '../../../src/editor/split-address.ts';

describe('a login typed into an address', () => {
  const cases: [string, SplitAddress][] = [
    [
      'rtsp://admin:secret@10.0.0.5:554/live',
      { address: 'rtsp://10.0.0.5:554/live', username: 'admin', password: 'secret' },
    ],
    ['rtsp://admin:p%40ss@cam/1', { address: 'rtsp://cam/1', username: 'admin', password: 'p@ss' }],
    ['rtsp://admin:100%@cam/1', { address: 'rtsp://cam/1', username: 'admin', password: '100%' }],
    ['rtsp://admin:p@ss@cam/1', { address: 'rtsp://cam/1', username: 'admin', password: 'p@ss' }],
    ['rtsp://admin:pa/ss#1@cam/1', { address: 'rtsp://cam/1', username: 'admin', password: 'pa/ss#1' }],
    ['rtsp://admin@cam/1', { address: 'rtsp://cam/1', username: 'admin' }],
    ['rtsp://:secret@cam/1', { address: 'rtsp://cam/1', password: 'secret' }],
    ['rtsp://admin:x@[fd12::5]:554/s', { address: 'rtsp://[fd12::5]:554/s', username: 'admin', password: 'x' }],
    ['RTSP://admin:x@cam', { address: 'RTSP://cam', username: 'admin', password: 'x' }],
    ['rtsp://cam/live?user=a@b', { address: 'rtsp://cam/live?user=a@b' }],
    ['${CAMERA}', { address: '${CAMERA}' }],
    ['/videos/a@b.mp4', { address: '/videos/a@b.mp4' }],
  ];
  for (const [typed, expected] of cases) {
    test(typed, () => {
      assert.deepEqual(splitAddress(typed), expected);
    });
  }

  const unclear = [
    'rtsp://admin:p@ss/w@10.0.0.5/s',
    'rtsp://admin:p@ss:w/rd@10.0.0.5/s',
    'rtsp://admin:p@ss:w/rd',
    'rtsp://admin:12/3@10.0.0.5/s',
    'rtsp://cam:554/user@host',
  ];
  for (const typed of unclear) {
    test(`no half of a password is taken out of ${typed}`, () => {
      assert.equal(splitAddress(typed), undefined);
    });
  }
});
