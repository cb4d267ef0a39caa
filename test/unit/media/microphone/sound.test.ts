import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FlowGauge } from '../../../../src/media/microphone/flow-gauge.ts';
import { LevelMeter, type SoundLevel } from '../../../../src/media/microphone/level-meter.ts';
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

/** Half seconds of one value each. */
function measure(...values: number[]): SoundLevel[] {
  const levels: SoundLevel[] = [];
  const meter = new LevelMeter((level) => levels.push(level));
  for (const value of values) {
    const block = Buffer.alloc(second / 2);
    for (let offset = 0; offset < block.length; offset += 2) block.writeInt16LE(value, offset);
    // In pieces that cut samples in two.
    for (let from = 0; from < block.length; from += 1001) meter.push(block.subarray(from, from + 1001));
  }
  return levels;
}

describe('the level of sound', () => {
  test('is shown as the last four half seconds', () => {
    const levels = measure(0, 33, 328, 3277, 32_000);
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

  test('says that sound was cut off for two seconds after it was', () => {
    const levels = measure(100, 32_767, 100, 100, 100, 100, -32_768);
    assert.deepEqual(
      levels.map(({ clipping }) => clipping),
      [false, true, true, true, true, false, true],
    );
  });
});
