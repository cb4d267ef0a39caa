import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { HalfHops } from '../../../../src/audio/intake/half-hops.ts';
import type { AudioWindow } from '../../../../src/contracts/messages.ts';

const random = seededRandom(8);
const sound = Float32Array.from({ length: 100_000 }, () => random() - 0.5);
const windowAt = (start: number) => sound.slice(start, start + 15_600);

function about(source: string, capturedAt: number, seq = 0): AudioWindow {
  const identity = { v: 1, kind: 'audio-window', site: 'home', area: 'hall', source, capturedAt } as const;
  return { ...identity, seq, sampleRate: 16_000, hop: 7680, dbfs: -100, peak: 0, record: false };
}

describe('windows every 0.24 s', () => {
  test('lie half a hop before those that come, with the sound, the time and the level that are theirs', () => {
    const hops = new HalfHops();
    assert.deepEqual(
      hops.windows(about('hall', 1000), windowAt(0)).map(({ earlier }) => earlier),
      [0],
    );
    const windows = hops.windows(about('hall', 1480, 1), windowAt(7680));
    assert.deepEqual(
      windows.map(({ samples, window, earlier }) => [samples, window.capturedAt, earlier, window.seq, window.hop]),
      [
        [windowAt(3840), 1240, 0.24, 1, 3840],
        [windowAt(7680), 1480, 0, 2, 3840],
      ],
    );
    const { dbfs = -100, peak = 0 } = windows[0]?.window ?? {};
    assert.ok(dbfs > -12 && peak > 0.4, 'its own level');
  });

  test('are none where sound is missing, and none of two sources', () => {
    const hops = new HalfHops();
    hops.windows(about('hall', 1000), windowAt(0));
    assert.equal(hops.windows(about('yard', 1480), windowAt(7680)).length, 1);
    assert.equal(hops.windows(about('hall', 2000), windowAt(20_000)).length, 1);
    assert.equal(hops.windows(about('hall', 2480), windowAt(27_680)).length, 2);
  });

  test('do not care what becomes of samples that were handed over', () => {
    const hops = new HalfHops();
    const first = windowAt(0);
    hops.windows(about('hall', 1000), first);
    first.fill(0);
    assert.deepEqual(hops.windows(about('hall', 1480), windowAt(7680))[0]?.samples, windowAt(3840));
  });

  test('leave what is no window to the classifier, and remember so many sources', () => {
    const hops = new HalfHops();
    assert.equal(hops.windows(about('hall', 1000), new Float32Array(3)).length, 1);
    hops.windows(about('hall', 1000), windowAt(0));
    for (let other = 0; other < 64; other += 1) hops.windows(about(`other ${other}`, 0), windowAt(0));
    assert.equal(hops.windows(about('hall', 1480), windowAt(7680)).length, 1, 'the first of 65 is forgotten');
    assert.equal(hops.windows(about('other 63', 480), windowAt(7680)).length, 2);
  });
});
