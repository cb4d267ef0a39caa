import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Throughputs } from '../../../src/site/throughput.ts';

describe('what became of the frames and windows of a source', () => {
  test('is counted by source, stage and reason', () => {
    const counts = new Throughputs();
    counts.count('frames_captured_total', { source: 'hall' }, 5);
    counts.count('frames_analysed_total', { source: 'hall' }, 2);
    counts.count('frames_dropped_total', { source: 'hall', reason: 'superseded' }, 1);
    counts.count('frames_dropped_total', { source: 'hall', reason: 'superseded' }, 1);
    counts.count('frames_dropped_total', { source: 'hall', reason: 'too-old' }, 1);
    counts.count('audio_windows_captured_total', { source: 'mic' }, 3);
    counts.count('events_sent_total', { channel: 'whatsapp' }, 1);
    assert.deepEqual(counts.of('hall'), {
      frames: { captured: 5, analysed: 2, dropped: { superseded: 2, 'too-old': 1 } },
    });
    assert.deepEqual(counts.of('mic'), { sound: { captured: 3, analysed: 0, dropped: {} } });
    assert.deepEqual(counts.of('yard'), {});
  });

  test('comes with how late its pictures are, as long as that is known', () => {
    const counts = new Throughputs();
    counts.set('stream_lag_seconds', 2.5, { source: 'hall' });
    assert.deepEqual(counts.of('hall'), { lagSeconds: 2.5 });
    counts.set('stream_lag_seconds', undefined, { source: 'hall' });
    assert.deepEqual(counts.of('hall'), {});
  });

  test('has a bound, whatever sources call themselves', () => {
    const counts = new Throughputs();
    for (let number = 0; number < 1000; number += 1) counts.count('frames_analysed_total', { source: `s${number}` }, 1);
    assert.deepEqual(counts.of('s0'), {});
    assert.equal(counts.of('s999').frames?.analysed, 1);
  });
});
