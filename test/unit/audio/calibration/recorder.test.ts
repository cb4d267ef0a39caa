import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CalibrationRecorder, type RecordedPart } from '../../../../src/audio/calibration/recorder.ts';
import { SentinelError } from '../../../../src/contracts/errors.ts';
import type { AudioScores } from '../../../../src/contracts/messages.ts';
import { ManualClock } from '../../manual-clock.ts';

function bench(keep: (part: RecordedPart) => Promise<void> = () => Promise.resolve()) {
  const clock = new ManualClock();
  const kept: (RecordedPart & { label: string | undefined; startedAt: number })[] = [];
  const recorder = new CalibrationRecorder({
    clock,
    open: ({ label, startedAt }) => ({
      keep: async (part) => {
        await keep(part);
        kept.push({ ...part, label, startedAt });
      },
    }),
    judge: (windows) => Math.max(...windows.map(({ scores }) => scores.scream ?? 0)),
  });
  /** Hears for some seconds, a window every half second. */
  const listen = async (seconds: number, scream = 0.1): Promise<void> => {
    for (let heard = 0; heard < seconds * 2; heard++) {
      clock.advance(500);
      const scores: AudioScores = {
        ...{ v: 1, kind: 'audio-scores', site: 'home', area: 'hall', source: 'mic', capturedAt: clock.now() },
        ...{ scores: { scream }, top: [], triggered: [], thresholds: {}, dbfs: -50, peak: 0.1, record: false },
        ...{ model: 'm', backend: 'b', timings: { waitMs: 0, featuresMs: 0, inferenceMs: 0 } },
      };
      recorder.hear(scores);
      await turn();
    }
  };
  const windows = (label?: string) => kept.filter((part) => part.label === label).flatMap((part) => part.windows);
  return { clock, recorder, kept, listen, windows };
}

describe('recording on site', () => {
  test('the windows of the minutes that were asked for are kept, in parts of a minute', async () => {
    const { recorder, kept, listen, windows, clock } = bench();
    await listen(5);
    recorder.begin(3);
    await listen(60);
    const { ofSeconds, seconds } = recorder.state.recording ?? assert.fail();
    assert.equal(ofSeconds, 180);
    assert.ok(Math.abs(seconds - 60) < 1);
    await listen(121);
    await turn();
    assert.equal(recorder.state.recording, undefined, 'it ended by itself');
    assert.deepEqual(
      kept.map(({ seq }) => seq),
      [0, 1, 2],
    );
    assert.equal(windows().length, 359);
    assert.ok(
      windows().every(({ at }) => at >= 0 && at <= 180_000),
      'nothing from before',
    );
    assert.equal(clock.waiting, 0);
  });

  test('a clip is taken out of what is ambient, with its echo', async () => {
    const { recorder, listen, windows, kept } = bench();
    recorder.begin(1);
    await listen(10);
    await listen(2, 0.9);
    recorder.mark('scream');
    assert.deepEqual(recorder.state.clip, { label: 'scream', state: 'listening' });
    assert.throws(
      () => {
        recorder.mark('scream');
      },
      { name: 'ES_BAD_INPUT' },
    );
    await listen(5.5, 0.8);
    assert.deepEqual(recorder.state.clip, { label: 'scream', state: 'kept', score: 0.9 });
    await listen(45);
    await turn();
    assert.equal(windows('scream').filter(({ scores }) => scores.scream === 0.9).length, 4);
    assert.equal(windows('scream').length, 15, 'three seconds before, four after');
    assert.ok(windows().every(({ scores }) => scores.scream === 0.1));
    assert.equal(kept.at(-1)?.allWindows, windows().length);
  });

  test('a clip needs no recording, and one without sound is lost', async () => {
    const { recorder, listen, clock, windows } = bench();
    await listen(4, 0.7);
    recorder.mark('scream');
    await listen(6);
    assert.deepEqual(recorder.state.clip, { label: 'scream', state: 'kept', score: 0.7 });
    assert.equal(windows().length, 0);
    clock.advance(60_000);
    recorder.mark('scream');
    clock.advance(6000);
    await turn();
    assert.deepEqual(recorder.state.clip, { label: 'scream', state: 'lost' });
  });

  test('stopped early, what was heard is kept; closed, nothing waits', async () => {
    const { recorder, listen, windows, clock } = bench();
    recorder.begin(30);
    await listen(20);
    await recorder.stop();
    assert.equal(windows().length, 40);
    recorder.begin(30);
    recorder.mark('scream');
    await recorder.close();
    assert.equal(clock.waiting, 0);
    assert.equal(recorder.state.recording, undefined);
  });

  test('another model: what was heard of the one before is kept, its clip is lost, and nothing is mixed', async () => {
    const { recorder, listen, windows, clock } = bench();
    recorder.begin(30);
    await listen(10, 0.1);
    recorder.mark('scream');
    recorder.renew();
    await turn();
    assert.deepEqual(recorder.state, { clip: { label: 'scream', state: 'lost' } });
    assert.equal(windows().length, 13, 'but what the clip claimed');
    assert.equal(clock.waiting, 0);
    await listen(1, 0.8);
    recorder.mark('scream');
    await listen(6, 0.7);
    assert.deepEqual([...new Set(windows('scream').map(({ scores }) => scores.scream))], [0.8, 0.7]);
  });

  test('a recording of which nothing came is none', async () => {
    const { recorder, kept, clock } = bench();
    recorder.begin(1);
    clock.advance(60_001);
    await turn();
    assert.deepEqual([recorder.state.recording, kept.length], [undefined, 0]);
  });

  test('a disk that fails ends the recording, and says so', async () => {
    const { recorder, listen } = bench(() => Promise.reject(new SentinelError('ES_DATABASE', 'The disk is full.')));
    recorder.begin(5);
    await listen(90);
    assert.equal(recorder.state.recording, undefined);
    assert.match(recorder.state.fault ?? '', /ES_DATABASE: The disk is full/);
    recorder.begin(5);
    assert.equal(recorder.state.fault, undefined);
    await recorder.close();
  });

  test('a disk that does not answer ends it too: nothing piles up', async () => {
    const { recorder, listen } = bench(() => new Promise(() => undefined));
    recorder.begin(60);
    await listen(60 * 8);
    assert.equal(recorder.state.recording, undefined);
    assert.match(recorder.state.fault ?? '', /too slow/);
  });

  test('two at a time, no minutes, or more than a day are refused', () => {
    const { recorder } = bench();
    for (const minutes of [0, -1, NaN, 1441]) {
      assert.throws(
        () => {
          recorder.begin(minutes);
        },
        { name: 'ES_BAD_INPUT' },
      );
    }
    recorder.begin(1);
    assert.throws(
      () => {
        recorder.begin(1);
      },
      { name: 'ES_BAD_INPUT', message: /runs already/ },
    );
  });
});
