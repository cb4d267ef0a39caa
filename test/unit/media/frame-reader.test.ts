import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FrameReader, type RawFrame } from '../../../src/media/frame-reader.ts';

function ppm(width: number, height: number, fill: number): Buffer {
  return Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), Buffer.alloc(width * height * 3, fill)]);
}

function read(stream: Buffer, chunk: number): RawFrame[] {
  const frames: RawFrame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (let start = 0; start < stream.length; start += chunk) reader.push(stream.subarray(start, start + chunk));
  return frames;
}

describe('frame reader', () => {
  // 0x0a is a newline: pixels must not be taken for the end of a header.
  const stream = Buffer.concat([ppm(4, 2, 0x0a), ppm(4, 2, 7), ppm(6, 4, 9)]);

  for (const chunk of [1, 5, 24, 1000]) {
    test(`finds the frames in chunks of ${chunk} bytes, and follows a change of size`, () => {
      const frames = read(stream, chunk);
      assert.deepEqual(
        frames.map(({ width, height, bytes }) => [width, height, bytes.length, bytes[0], bytes.at(-1)]),
        [
          [4, 2, 24, 0x0a, 0x0a],
          [4, 2, 24, 7, 7],
          [6, 4, 72, 9, 9],
        ],
      );
    });
  }

  test('gives every frame a buffer of its own', () => {
    const [first, second] = read(Buffer.concat([ppm(4, 2, 1), ppm(4, 2, 2)]), 1000);
    assert.notEqual(first?.bytes.buffer, second?.bytes.buffer);
    assert.equal(first?.bytes.buffer.byteLength, 24);
  });

  test('refuses what is no picture', () => {
    assert.throws(() => read(Buffer.from('HTTP/1.1 400 Bad Request\r\nServer: camera\r\n'), 1000), {
      name: 'ES_STREAM_UNUSABLE',
    });
  });

  test('refuses pictures of more than 4 megapixels by their header alone', () => {
    for (const size of ['640 96000', '99999 99999', '2000 2001']) {
      assert.throws(() => read(Buffer.from(`P6\n${size}\n255\n`), 1000), {
        name: 'ES_STREAM_UNUSABLE',
        message: `The stream gives pictures of ${size.replace(' ', ' x ')} pixels.`,
      });
    }
    assert.deepEqual(read(Buffer.from('P6\n2000 2000\n255\n'), 1000), []);
  });
});
