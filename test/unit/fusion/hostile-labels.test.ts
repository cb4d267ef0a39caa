import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { isAudioMessage, isFrameMessage, assertKind } from '../../../src/contracts/guards.ts';
import { BenchArea } from './bench-area.ts';

describe('hostile messages', () => {
  test('labels that every object has a property for are plain labels', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.9 });
    for (const label of ['toString', 'constructor', '__proto__']) area.hear({ glass_break: 0.9, [label]: 0.5 });
    area.wait(120_000);
    assert.equal(area.alerts.at(0), 'start 2 glass_break');
    area.hear({ glass_break: 0.9 });
    assert.equal(area.alerts.at(-1), 'start 2 glass_break', 'the area still works');
  });

  test('names and lists are bounded', () => {
    const signal = {
      v: 1,
      kind: 'signal',
      site: 's',
      area: 'hall',
      source: 'door',
      capturedAt: 1,
      signal: 'c',
      label: 'l',
      score: 1,
    };
    assertKind(signal, 'signal');
    for (const wrong of [{ area: 'a'.repeat(65) }, { label: 'l'.repeat(201) }, { score: 2 }, { capturedAt: NaN }]) {
      assert.throws(() => {
        assertKind({ ...signal, ...wrong }, 'signal');
      }, /ES_BAD_INPUT|not a signal|is not/);
    }
  });

  test('samples that a function node made are samples; sizes that multiply to the right length are not enough', () => {
    const window = {
      ...{ v: 1, kind: 'audio-window', site: 's', area: 'a', source: 'm', capturedAt: 1, sampleRate: 16000 },
      ...{ dbfs: -40, peak: 0.1 },
    };
    const samples: unknown = runInNewContext('new Float32Array(15600)');
    assert.ok(isAudioMessage({ payload: window, samples }));
    assert.ok(!isAudioMessage({ payload: { ...window, dbfs: undefined }, samples }), 'its level decides, too');
    assert.ok(!isAudioMessage({ payload: { ...window, peak: NaN }, samples }));
    const frame = { v: 1, kind: 'frame', site: 's', area: 'a', source: 'c', capturedAt: 1, encoding: 'rgb24' };
    const image = Buffer.alloc(18);
    assert.ok(isFrameMessage({ payload: { ...frame, width: 2, height: 3 }, image }));
    assert.ok(!isFrameMessage({ payload: { ...frame, width: -2, height: -3 }, image }));
    assert.ok(!isFrameMessage({ payload: { ...frame, width: 1.5, height: 4 }, image }));
  });
});
