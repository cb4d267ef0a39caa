import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WindowCutter, type CutWindow } from '../../../src/media/window-cutter.ts';
import { soundWindow } from '../../../src/pcm/sound-window.ts';

const { sampleRate, samples: windowSamples, hop: windowHop } = soundWindow;

/** Samples that count up, so that each says where it belongs. */
function counting(from: number, samples: number): Buffer {
  const bytes = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index += 1) bytes.writeInt16LE((from + index) % 30_000, index * 2);
  return bytes;
}

function cutter() {
  const windows: CutWindow[] = [];
  return { windows, cutter: new WindowCutter((window) => windows.push(window)) };
}

const chunk = 1600;
const chunkMs = (chunk / sampleRate) * 1000;

describe('window cutter', () => {
  test('cuts windows that overlap by half, whatever the chunks', () => {
    for (const bytesAtOnce of [1, 3, 4096, 100_000]) {
      const { windows, cutter: cut } = cutter();
      const stream = counting(0, windowSamples + 2 * windowHop);
      for (let start = 0; start < stream.length; start += bytesAtOnce) {
        cut.push(stream.subarray(start, start + bytesAtOnce), 0);
      }
      assert.deepEqual(
        windows.map(({ samples }) => [samples.length, Math.round((samples[0] ?? 0) * 32_768)]),
        [0, 1, 2].map((number) => [windowSamples, (number * windowHop) % 30_000]),
      );
      assert.notEqual(windows[0]?.samples.buffer, windows[1]?.samples.buffer);
    }
  });

  test('counts time in samples and ignores late chunks', () => {
    const { windows, cutter: cut } = cutter();
    for (let number = 0; number < 40; number += 1) {
      const late = number % 3 === 0 ? 0 : 120;
      cut.push(counting(0, chunk), 10_000 + (number + 1) * chunkMs + late);
    }
    for (const [index, { endedAt }] of windows.entries()) {
      const samples = windowSamples + index * windowHop;
      assert.equal(endedAt, Math.round(10_000 + (samples / sampleRate) * 1000));
    }
    assert.ok(windows.length > 5);
  });

  test('believes the earliest arrival: sound that waited somewhere was heard before', () => {
    const { windows, cutter: cut } = cutter();
    // Two seconds that were held back come at once, then sound flows.
    for (let number = 0; number < 20; number += 1) cut.push(counting(0, chunk), 10_000);
    for (let number = 0; number < 40; number += 1) cut.push(counting(0, chunk), 10_000 + (number + 1) * chunkMs);
    const last = windows.at(-1);
    const samples = windowSamples + (windows.length - 1) * windowHop;
    assert.equal(last?.endedAt, Math.round(8000 + (samples / sampleRate) * 1000));
  });

  test('is anchored anew after a gap', () => {
    const { windows, cutter: cut } = cutter();
    for (let number = 0; number < 20; number += 1) cut.push(counting(0, chunk), 10_000 + (number + 1) * chunkMs);
    for (let number = 20; number < 40; number += 1) cut.push(counting(0, chunk), 11_000 + (number + 1) * chunkMs);
    const samples = windowSamples + (windows.length - 1) * windowHop;
    assert.equal(windows.at(-1)?.endedAt, Math.round(11_000 + (samples / sampleRate) * 1000));
  });
});
