import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { FfmpegReport, type ShownPicture } from '../../../src/media/ffmpeg-report.ts';
import { ManualClock } from '../manual-clock.ts';

function report(said: (line: string) => boolean = () => true) {
  const clock = new ManualClock();
  const output = new PassThrough();
  const pictures: ShownPicture[] = [];
  const lines: string[] = [];
  const options = {
    secrets: ['s3cret'],
    clock,
    picture: (picture: ShownPicture) => pictures.push(picture),
    said: (line: string) => {
      lines.push(line);
      return said(line);
    },
  };
  const made = new FfmpegReport({ output: () => output }, options);
  const print = async (text: string): Promise<void> => {
    output.write(text);
    await settle();
  };
  return { made, clock, pictures, lines, print };
}

const show = '[Parsed_showinfo_1 @ 0x55b8] [info]';

describe('what ffmpeg says while it runs', () => {
  test('is the time and size of each picture, exact after days', async () => {
    const { pictures, lines, print } = report();
    await print(`[info] Input #0, concat, from 'pipe:0':\n[info]   Stream #0:0: Video: h264, 768x432\n`);
    await print(`${show} config in time_base: 1/90000, frame_rate: 15/1\n`);
    await print(`${show} n:   0 pts:  18000 pts_time:0.2     pos:  11656 fmt:yuv420p sar:1/1 s:768x432 i:P iskey:0 \n`);
    await print(`${show} color_range:unknown color_space:unknown\n${show} n: 9 pts:777600180`);
    await print(`00 pts_time:864000  duration: 6000 fmt:yuvj420p cl:left sar:1/1 s:480x480 i:P iskey:1 type:I \n`);
    await print(`${show} n:   1 pts: NOPTS pts_time:NOPTS fmt:yuv420p sar:1/1 s:768x432 i:P \n`);
    assert.deepEqual(pictures, [
      { at: 200, size: '768x432' },
      { at: 864_000_200, size: '480x480' },
    ]);
    assert.deepEqual(lines, []);
  });

  test('is what goes wrong, without its level and without secrets; lines that never end are cut', async () => {
    const { made, lines, print } = report();
    await print('[h264 @ 0x5] [error] error while decoding MB 1 2\n[warning] of rtsp://a:s3cret@camera\nplain\n');
    await print(`${show} User Data=${'7'.repeat(5000)}`);
    await print(`${'8'.repeat(5000)}\n[fatal] the end\n`);
    assert.deepEqual(lines.length, 4);
    assert.deepEqual([lines[0], lines[2]], ['[h264 @ 0x5] error while decoding MB 1 2', 'plain']);
    assert.doesNotMatch(lines.join(), /s3cret/);
    assert.deepEqual(made.lines, lines);
  });

  test('is not what it tells programmers', async () => {
    const { lines, print } = report();
    await print(
      '[tee @ 0x5] [warning] Timestamps are unset in a packet for stream 0. This is deprecated and will stop working\n',
    );
    await print('[swscaler @ 0x5] [warning] deprecated pixel format used, make sure you did set range correctly\n');
    assert.deepEqual(lines, []);
  });

  test('is a reason only if it was said of late, and may be one', async () => {
    const { made, clock, print } = report((line) => !line.startsWith('[segment'));
    await print('[h264 @ 0x5] [error] of an hour ago\n');
    clock.advance(3_600_000);
    await print('[segment @ 0x5] [error] No space left on device\n');
    assert.deepEqual(made.lines, []);
    await print('[tcp @ 0x5] [error] Connection refused\n');
    clock.advance(14_000);
    assert.deepEqual(made.lines, ['[tcp @ 0x5] Connection refused']);
  });
});
