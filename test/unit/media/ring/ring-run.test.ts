import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RingRun } from '../../../../src/media/ring/ring-run.ts';
import type { Segment } from '../../../../src/media/ring/segment.ts';
import { ManualClock } from '../../manual-clock.ts';

function run() {
  const clock = new ManualClock(1_000_000);
  const segments: Segment[] = [];
  const lost: string[] = [];
  const growing: string[] = [];
  const late = { ms: 0 };
  const ring = new RingRun(
    { folder: '/ring', video: 'h264', sound: true, mask: undefined, captureDelayMs: 300, lateMs: () => late.ms, clock },
    {
      segment: (segment) => segments.push(segment),
      lost: (why) => lost.push(why),
      grows: (file) => growing.push(file),
    },
  );
  const list = (text: string): void => {
    ring.list(Buffer.from(text));
  };
  return { clock, ring, segments, lost, late, growing, list };
}

describe('a connection in the ring', () => {
  test('dates its segments by their arrival, less what the lens is ahead', () => {
    const { clock, segments, list } = run();
    clock.advance(1000);
    list('s000.ts,0.000000,1.000000\n');
    clock.advance(1000);
    list('s001.ts,1.000000,2.000000\n');
    assert.deepEqual(
      segments.map(({ file, from, to }) => [file, from, to]),
      [
        ['/ring/s000.ts', 999_700, 1_000_700],
        ['/ring/s001.ts', 1_000_700, 1_001_700],
      ],
    );
  });

  test('takes a line for late, never for early', () => {
    const { clock, segments, list } = run();
    clock.advance(1000);
    list('s000.ts,0,1\n');
    clock.advance(1900);
    list('s001.ts,1,2\n');
    clock.advance(100);
    list('s002.ts,2,3\n');
    assert.deepEqual(
      segments.map(({ to }) => to),
      [1_000_700, 1_001_700, 1_002_700],
    );
  });

  test('begins a new time line where the clock of the camera was set', () => {
    const { clock, segments, list } = run();
    clock.advance(100_000);
    list('s000.ts,99,100\n');
    clock.advance(1000);
    list('s001.ts,5,6\n');
    assert.equal(segments.at(-1)?.to, 1_000_000 + 101_000 - 300);
  });

  test('reads lines that come in pieces, and passes over what is none', () => {
    const { segments, list } = run();
    list('s000.ts,0.0');
    list('00000,1.0\nnonsense\ns001.ts,2,1\n../../etc,1,2\n');
    list('s001.ts,1,2\n');
    assert.deepEqual(
      segments.map(({ file }) => file),
      ['/ring/s000.ts', '/ring/s001.ts'],
    );
  });

  test('knows the segment that grows, which bears the next name', () => {
    const { clock, ring, list } = run();
    assert.equal(ring.open, undefined);
    clock.advance(1000);
    list('s239.ts,0,1\n');
    clock.advance(400);
    assert.deepEqual(ring.open, {
      file: '/ring/s000.ts',
      from: 1_000_700,
      to: 1_001_100,
      bytes: 0,
      video: 'h264',
      size: '',
      sound: true,
      mask: undefined,
      open: true,
    });
    ring.end();
    assert.equal(ring.open, undefined);
  });

  test('dates what this machine reads late by when it was seen', () => {
    const { clock, segments, late, list } = run();
    clock.advance(1000);
    list('s000.ts,0.000000,1.000000\n');
    clock.advance(4000);
    late.ms = 3000;
    list('s001.ts,1.000000,2.000000\n');
    assert.deepEqual(
      segments.map(({ from, to }) => to - from),
      [1000, 1000],
    );
    assert.equal(segments[1]?.from, segments[0]?.to);
    assert.equal(segments[1]?.to, 1_005_000 - 300 - 3000);
  });

  test('keeps one size of pictures: nothing after a change, not even the file that has both', () => {
    const { clock, ring, segments, list } = run();
    ring.shows('768x432');
    clock.advance(1000);
    list('s000.ts,0.000000,1.000000\n');
    ring.shows('768x432');
    clock.advance(500);
    ring.shows('480x480');
    assert.equal(ring.open, undefined);
    list('s001.ts,1.000000,2.000000\n');
    ring.shows('768x432');
    list('s002.ts,2.000000,3.000000\n');
    assert.deepEqual(
      segments.map(({ file, size }) => [file, size]),
      [['/ring/s000.ts', '768x432']],
    );
    assert.equal(clock.waiting, 0);
  });

  test('knows which lines are about the ring alone', () => {
    const { ring } = run();
    assert.ok(ring.said("[segment @ 0x5] Failure occurred when ending segment 'rg/s001.ts'"));
    assert.ok(ring.said('[tee @ 0x5] Slave muxer #0 failed: No space left on device, continuing with 1/2 slaves.'));
    assert.ok(!ring.said('[rtsp @ 0x5] max delay reached. need to consume packet'));
  });

  test('tells once when ffmpeg drops the ring, and when nothing comes', () => {
    const { clock, ring, lost } = run();
    ring.said('[tee @ 0x5] Slave muxer #0 failed: No space left on device, continuing with 1/2 slaves.');
    clock.advance(100_000);
    assert.deepEqual(lost, ['No space left on device']);
    const other = run();
    other.clock.advance(29_000);
    other.list('s000.ts,0,29\n');
    other.clock.advance(29_000);
    assert.deepEqual(other.lost, []);
    other.clock.advance(2000);
    assert.equal(other.lost.length, 1);
    other.ring.end();
    assert.equal(other.clock.waiting, 0);
  });

  test('names the file that grows, until it ends; a spoilt one is never a segment', () => {
    const { clock, ring, segments, growing, list } = run();
    clock.advance(5000);
    assert.deepEqual(growing, ['/ring/s000.ts']);
    list('s000.ts,0,5\n');
    assert.equal(ring.spoil('/ring/s000.ts'), false, 'that is complete');
    assert.equal(ring.spoil('/ring/s001.ts'), true);
    const open = () => ring.open?.file;
    assert.equal(open(), undefined);
    list('s001.ts,5,9\n');
    list('s002.ts,9,10\n');
    assert.deepEqual(
      segments.map(({ file }) => file),
      ['/ring/s000.ts', '/ring/s002.ts'],
    );
    assert.equal(open(), '/ring/s003.ts');
    ring.end();
    assert.equal(ring.spoil('/ring/s003.ts'), false);
    assert.equal(clock.waiting, 0);
  });
});
