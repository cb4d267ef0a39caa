import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cue, StreamStatus, StreamStatusName } from '../../../src/contracts/messages.ts';
import { LastingWords } from '../../../src/site/lasting-words.ts';
import { Latecomers } from '../../../src/site/latecomers.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

const identity = { v: 1, site: 'home', area: 'yard', source: 'gate' } as const;

function setUp() {
  const clock = new ManualClock();
  const latecomers = new Latecomers(clock, new RecordingLog());
  const sent: string[] = [];
  const camera = new LastingWords({ clock, latecomers }, (payload) => {
    const what = payload.kind === 'cue' ? `tamper ${payload.score}` : payload.status;
    sent.push(`${what} since ${clock.now() - payload.capturedAt}${payload.repeated === true ? ' again' : ''}`);
  });
  return {
    ...{ clock, latecomers, camera, sent },
    stream: (status: StreamStatusName) => {
      const said: StreamStatus = {
        ...identity,
        kind: 'stream-status',
        capturedAt: clock.now(),
        status,
        detail: '',
        attempt: 0,
      };
      camera.note(said);
    },
    tamper: (score: number) => {
      const said: Cue = {
        ...identity,
        kind: 'cue',
        capturedAt: clock.now(),
        cue: 'tamper',
        score,
        features: { kind: 'black' },
      };
      camera.note(said);
    },
    /** What is said to somebody who comes now. */
    comes: () => {
      latecomers.welcome(clock.monotonic());
      clock.advance(0);
      return sent.splice(0);
    },
  };
}

describe('who comes late', () => {
  test('hears what lasts, since when, and nothing of what is over', () => {
    const { clock, stream, tamper, comes } = setUp();
    assert.deepEqual(comes(), []);
    stream('connected');
    tamper(0.9);
    clock.advance(5000);
    assert.deepEqual(comes(), ['tamper 0.9 since 5000 again']);
    stream('stalled');
    clock.advance(1000);
    stream('connecting');
    stream('backing-off');
    clock.advance(1000);
    assert.deepEqual(comes(), ['backing-off since 2000 again', 'tamper 0.9 since 7000 again']);
    stream('connected');
    assert.deepEqual(comes(), ['tamper 0.9 since 7000 again']);
    tamper(0);
    assert.deepEqual(comes(), []);
  });

  test('hears nothing of the picture of one that was switched off', () => {
    const { stream, tamper, comes } = setUp();
    stream('connected');
    tamper(1);
    stream('paused');
    assert.deepEqual(comes(), ['paused since 0 again']);
    stream('connected');
    assert.deepEqual(comes(), []);
  });

  test('hears nothing twice: neither what was said since, nor for each that came with it', () => {
    const { clock, latecomers, stream, sent } = setUp();
    const from = clock.monotonic();
    clock.advance(10);
    stream('stalled');
    latecomers.welcome(from);
    clock.advance(0);
    assert.deepEqual(sent, []);
    for (let n = 0; n < 5; n += 1) latecomers.welcome(clock.monotonic());
    clock.advance(0);
    assert.equal(sent.length, 1);
  });

  test('is not told by a camera that was closed', () => {
    const { camera, stream, comes } = setUp();
    stream('stalled');
    camera.close();
    assert.deepEqual(comes(), []);
  });
});
