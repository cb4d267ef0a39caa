import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FlowGauge } from '../../../../src/media/microphone/flow-gauge.ts';
import type { SoundFault } from '../../../../src/contracts/messages.ts';
import { LevelMeter, type SoundLevel } from '../../../../src/media/microphone/level-meter.ts';
import { SoundFaults } from '../../../../src/pcm/sound-faults.ts';
import { ManualClock } from '../../manual-clock.ts';

const second = 32_000;

describe('the flow of sound', () => {
  test('is believed after half a second', () => {
    const clock = new ManualClock();
    const gauge = new FlowGauge(clock);
    assert.equal(gauge.push(1280), 'settling');
    clock.advance(499);
    assert.equal(gauge.push(1280), 'settling');
    clock.advance(1);
    assert.equal(gauge.push(1280), 'steady');
  });

  test('may start with what a recorder had in store, and drift like the clock of a cheap sound card for a day', () => {
    const clock = new ManualClock();
    const gauge = new FlowGauge(clock);
    gauge.push(2 * second);
    for (let hours = 0; hours < 24; hours += 1) {
      for (let seconds = 0; seconds < 3600; seconds += 1) {
        clock.advance(1000);
        assert.notEqual(gauge.push(second * 1.01), 'flooding');
      }
    }
  });

  test('may catch up after this process was held up', () => {
    const clock = new ManualClock();
    const gauge = new FlowGauge(clock);
    gauge.push(1280);
    clock.advance(20_000);
    for (let chunks = 0; chunks < 20; chunks += 1) assert.notEqual(gauge.push(second), 'flooding');
  });

  test('is a flood when it outruns time, be it only by half', () => {
    const clock = new ManualClock();
    const gauge = new FlowGauge(clock);
    let flow = '';
    for (let seconds = 0; seconds < 20; seconds += 1) {
      clock.advance(1000);
      flow = gauge.push(second * 1.5);
    }
    assert.equal(flow, 'flooding');
  });
});

/** Half seconds of a tone of one size each, or of one value. */
function measure(values: readonly number[], isConstant = false): SoundLevel[] {
  const levels: SoundLevel[] = [];
  const meter = new LevelMeter((level) => levels.push(level));
  for (const value of values) {
    const block = Buffer.alloc(second / 2);
    for (let offset = 0; offset < block.length; offset += 2) {
      block.writeInt16LE(isConstant || offset % 4 === 0 ? value : -value, offset);
    }
    // In pieces that cut samples in two.
    for (let from = 0; from < block.length; from += 1001) meter.push(block.subarray(from, from + 1001));
  }
  return levels;
}

describe('the level of sound', () => {
  test('is shown as the last four half seconds', () => {
    const levels = measure([0, 33, 328, 3277, 32_000]);
    assert.deepEqual(
      levels.map(({ dbfs, bars }) => [dbfs, bars]),
      [
        [-100, '▁'],
        [-60, '▁▂'],
        [-40, '▁▂▄'],
        [-20, '▁▂▄▇'],
        [0, '▂▄▇█'],
      ],
    );
  });

  test('comes at most twice a second, however the pieces fall', () => {
    assert.equal(measure(Array<number>(20).fill(100)).length, 20);
  });
});

/** What is found at the end of each stretch of half seconds; a stretch is a level, how many of it, and whether it clips. */
function faultsAfter(
  ...stretches: [dbfs: number, count: number, clipped?: boolean, offset?: number][]
): (SoundFault | undefined)[] {
  const faults = new SoundFaults();
  return stretches.map(([dbfs, count, clipped = false, offset = 0]) => {
    let last: SoundFault | undefined;
    for (let done = 0; done < count; done += 1) last = faults.push({ dbfs, clipped, offset });
    return last;
  });
}

const ok = undefined;
const minute = 120;

describe('what is wrong with sound', () => {
  test('is silence when there is none for ten seconds; a click does not end it', () => {
    assert.deepEqual(faultsAfter([-100, 19], [-100, 1], [-20, 1], [-100, 1], [-60, 2]), [
      ...[ok, 'silent', 'silent', 'silent', ok],
    ]);
  });

  test('is silence far below the quietest minute: the cable hangs in the air', () => {
    assert.deepEqual(faultsAfter([-55, 2 * minute], [-80, 19], [-80, 1], [-70, 2]), [ok, ok, 'silent', ok]);
    assert.deepEqual(faultsAfter([-80, 10 * minute]), [ok], 'a microphone that was never louder');
    assert.deepEqual(faultsAfter([-40, 2 * minute], [-65, 5 * minute]), [ok, ok], 'a fan was turned off');
    assert.deepEqual(faultsAfter([-62, 2 * minute], [-80, 5 * minute]), [ok, ok], 'the night began');
  });

  test('comes ever later where it is the habit of a noise gate', () => {
    const faults = new SoundFaults();
    let changes = 0;
    let before: SoundFault | undefined;
    for (let second = 0; second < 3600; second += 1) {
      // A word every half minute, nothing between.
      for (let half = 0; half < 2; half += 1) {
        const now = faults.push({ dbfs: second % 30 < 2 ? -30 : -100, clipped: false, offset: 0 });
        if (now !== before) changes += 1;
        before = now;
      }
    }
    assert.ok(changes > 0 && changes <= 4, `${changes} changes in an hour`);
  });

  test('is clipping when it happens again within ten seconds, until it did not for ten', () => {
    assert.deepEqual(faultsAfter([0, 1, true], [-20, 20], [0, 1, true], [-20, 18], [0, 1, true], [-20, 19], [-20, 1]), [
      ...[ok, ok, ok, ok, 'clipping', 'clipping', ok],
    ]);
  });

  test('does not go to and fro while there is a bang every nine seconds', () => {
    const bangs = Array.from({ length: 50 }, () => [[0, 1, true] as const, [-20, 17] as const]).flat();
    const told = faultsAfter(
      ...bangs.map(([dbfs, count, clipped = false]) => [dbfs, count, clipped] as [number, number, boolean]),
    );
    assert.deepEqual([...new Set(told.slice(2))], ['clipping']);
  });

  test('is a constant that stays for ten seconds, up or down, until it was gone for five', () => {
    const quiet = (count: number, offset: number): [number, number, boolean, number] => [-40, count, false, offset];
    assert.deepEqual(faultsAfter(quiet(19, 0.06), quiet(1, -0.06), quiet(50, 0.045), quiet(9, 0), quiet(1, 0)), [
      ...[ok, 'offset', 'offset', 'offset', ok],
    ]);
    assert.deepEqual(faultsAfter(quiet(100, 0.04)), [ok], 'what cheap converters add');
    assert.deepEqual(faultsAfter([-100, 30, false, 0.3]), ['silent'], 'a constant and nothing else is silence');
  });

  test('is silence too when a converter gives one number for ever', () => {
    const levels = measure(Array<number>(20).fill(700), true);
    assert.deepEqual([levels[18]?.fault, levels[19]?.fault], [undefined, 'silent']);
  });
});
