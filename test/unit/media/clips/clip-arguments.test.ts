import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clipOptions, concatInput, pictureOptions } from '../../../../src/media/clips/clip-arguments.ts';
import type { Segment } from '../../../../src/media/ring/segment.ts';

function segment(change: Partial<Segment> = {}): Segment {
  const plain = { file: '/ring/s000.ts', from: 0, to: 1000, bytes: 1, video: 'h264', size: '640x360', sound: true };
  return { ...plain, mask: undefined, open: false, ...change };
}

const options = (segments: Segment[], playable = false): string => clipOptions(segments, playable).options.join(' ');

describe('the arguments of clips', () => {
  test('copy what may be shown', () => {
    assert.match(options([segment()]), /-c:v copy .*-c:a copy -movflags \+faststart -f mp4$/);
    assert.match(options([segment({ video: 'hevc' })]), /-c:v copy -tag:v hvc1/);
    assert.match(options([segment({ sound: false })]), / -an /);
    assert.equal(clipOptions([segment()], true).encodes, false, 'H.264 plays everywhere');
  });

  test('encode what is to be hidden or to play everywhere', () => {
    const masked = clipOptions([segment(), segment({ mask: 'drawbox=1' }), segment({ mask: 'drawbox=2' })], false);
    assert.ok(masked.encodes);
    assert.match(masked.options.join(' '), /libx264 .*-vf drawbox=1,drawbox=2,crop=/);
    assert.doesNotMatch(masked.options.join(' '), /-c:v copy/);
    assert.match(options([segment({ video: 'hevc' })], true), /libx264/);
    assert.match(pictureOptions(segment({ mask: 'drawbox=1' }), 0.5).join(' '), /-ss 0\.500 .*-vf drawbox=1/);
  });

  test('quote the names of files', () => {
    assert.equal(
      concatInput([segment({ file: "/it's/s000.ts" }), segment({ open: true, to: 1400 })]),
      String.raw`ffconcat version 1.0
file '/it'\''s/s000.ts'
duration 1.000
file '/ring/s000.ts'
`,
    );
    assert.match(concatInput([segment()], true), /^file '.*'\nduration .*\noption fpsprobesize 0$/m);
  });
});
