import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { levelOf } from '../../../../src/pcm/level.ts';
import { TalkLog } from '../../../../src/audio/decision/talk-log.ts';
import { Trace } from './trace.ts';

/** What the levels of a trace told, in short. */
function news(trace: Trace): string[] {
  return trace.decided.flatMap((decided) => decided.news.map(({ cue, score }) => `${cue} ${score}`));
}

describe('levels that last', () => {
  const settings = { silence: { dbfs: -85, seconds: 60 }, noise: { dbfs: -10, seconds: 10 } };
  const windows = (trace: Trace, count: number, dbfs: number): void => {
    for (let window = 0; window < count; window += 1) trace.hear({ dbfs, top: { Music: 0.9 } });
  };

  test('silence is told once after a minute, with the numbers, and its end once', () => {
    const trace = new Trace(settings);
    windows(trace, 125, -100);
    assert.deepEqual(news(trace), []);
    windows(trace, 30, -100);
    assert.deepEqual(news(trace), ['silence 1']);
    const [told] = trace.decided.flatMap((decided) => decided.news);
    assert.deepEqual(
      { ...told?.features, since: 0 },
      { kind: 'level', dbfs: -100, limitDbfs: -85, seconds: 60, since: 0 },
    );
    windows(trace, 3, -83);
    assert.deepEqual(news(trace), ['silence 1'], 'near the limit nothing goes to and fro');
    windows(trace, 3, -60);
    assert.deepEqual(news(trace), ['silence 1', 'silence 0']);
  });

  test('a window that comes over two wires tells of its level once', () => {
    const trace = new Trace(settings);
    for (let window = 0; window < 130; window += 1) {
      trace.hear({ dbfs: -100 });
      trace.again();
    }
    assert.deepEqual(news(trace), ['silence 1']);
  });

  test('noise needs to last, and one quiet window begins it anew', () => {
    const trace = new Trace(settings);
    windows(trace, 20, -8);
    windows(trace, 1, -30);
    windows(trace, 20, -8);
    assert.deepEqual(news(trace), []);
    windows(trace, 3, -8);
    windows(trace, 1, -30);
    assert.deepEqual(news(trace), ['noise 1', 'noise 0']);
  });

  test('0 seconds turn each off', () => {
    const off = { silence: { dbfs: -85, seconds: 0 }, noise: { dbfs: -10, seconds: 0 } };
    const trace = new Trace(off);
    windows(trace, 300, -100);
    windows(trace, 300, 0);
    assert.deepEqual(news(trace), []);
  });

  test('a stream that was away does not count as silence, and what was told stays until sound ends it', () => {
    const trace = new Trace(settings);
    windows(trace, 100, -100);
    trace.hear({ gapMs: 60_000, dbfs: -100 });
    assert.deepEqual(news(trace), []);
    windows(trace, 130, -100);
    assert.deepEqual(news(trace), ['silence 1']);
    trace.hear({ gapMs: 60_000, dbfs: -40 });
    assert.deepEqual(news(trace), ['silence 1', 'silence 0']);
  });

  test('the DC offset of a converter is neither sound in a dead microphone nor loud', () => {
    const trace = new Trace({ ...settings, loudDbfs: -12 });
    const dead = (offset: number): void => {
      for (let window = 0; window < 130; window += 1) {
        trace.hear(levelOf(Float32Array.from({ length: 15_600 }, (_, index) => offset + 1e-5 * (index % 2))));
      }
    };
    dead(0.001);
    assert.deepEqual(news(trace), ['silence 1']);
    dead(0.3);
    assert.deepEqual(news(trace), ['silence 1'], 'neither over nor noise');
    assert.deepEqual(
      trace.decided.flatMap(({ triggered }) => triggered),
      [],
      'nor a loud sound',
    );
  });

  test('who stops listening ends what was told', () => {
    const trace = new Trace(settings);
    assert.deepEqual(trace.decision.end(-100), []);
    windows(trace, 130, -100);
    assert.deepEqual(
      trace.decision.end(-100).map(({ cue, score }) => `${cue} ${score}`),
      ['silence 0'],
    );
  });
});

describe('while our own loudspeaker talks', () => {
  const pane = { scores: { glass_break: 0.95 } };

  test('nothing is triggered, and what would have been is said and counted once', () => {
    const trace = new Trace();
    const talkingUntil = trace.at + 2000;
    const first = trace.hear({ ...pane, talkingUntil });
    assert.deepEqual([first.triggered, first.sounds], [[], []]);
    assert.deepEqual(first.muted, { until: talkingUntil, unheard: ['glass_break'] });
    assert.deepEqual(first.unheard, ['glass_break']);
    assert.deepEqual(trace.again().unheard, [], 'over a second wire');
    assert.deepEqual(trace.hear({ ...pane, talkingUntil }).unheard, [], 'it is the same pane');
    assert.deepEqual(trace.hear({ talkingUntil }).muted?.unheard, []);
  });

  test('a sound that was told before the talk is not counted as unheard', () => {
    const trace = new Trace();
    assert.deepEqual(trace.hear(pane).triggered, ['glass_break']);
    const { muted, unheard } = trace.hear({ ...pane, talkingUntil: trace.at + 2000 });
    assert.deepEqual([muted?.unheard, unheard], [['glass_break'], []]);
  });

  test('a sound that outlasts the talk begins when it can be told', () => {
    const trace = new Trace();
    trace.hear({ scores: { scream: 0.9 }, talkingUntil: trace.at + 500 });
    const told = trace.hear({ scores: { scream: 0.9 } });
    assert.deepEqual(told.triggered, ['scream']);
    assert.equal(told.sounds[0]?.started, true);
    assert.equal(trace.hear({ scores: { scream: 0.9 } }).sounds[0]?.started, false);
  });

  test('our own voice is no noise', () => {
    const trace = new Trace({ noise: { dbfs: -10, seconds: 2 } });
    for (let window = 0; window < 10; window += 1) trace.hear({ dbfs: -3, talkingUntil: trace.at + 1000 });
    assert.deepEqual(news(trace), []);
  });
});

describe('who talks where', () => {
  const at = (area: string, site = 'home') => ({ site, area });
  const talk = (area: string, capturedAt: number, until: number) => ({ ...at(area), capturedAt, until });

  test('in one area, from the first word until the echo is gone', () => {
    const log = new TalkLog();
    log.note(talk('hall', 10_000, 15_000));
    assert.equal(log.talkingUntil(at('yard'), 11_000, 12_000), undefined);
    assert.equal(log.talkingUntil(at('hall', 'barn'), 11_000, 12_000), undefined, 'the hall of another site');
    assert.equal(log.talkingUntil(at('hall'), 9000, 9999), undefined);
    assert.equal(log.talkingUntil(at('hall'), 9100, 10_075), 15_700, 'a window that holds the first word');
    assert.equal(log.talkingUntil(at('hall'), 15_600, 16_575), 15_700);
    assert.equal(log.talkingUntil(at('hall'), 15_701, 16_676), undefined);
  });

  test('a later message cuts it short or prolongs it', () => {
    const log = new TalkLog();
    log.note(talk('hall', 10_000, 15_000));
    log.note(talk('hall', 12_000, 12_000));
    assert.equal(log.talkingUntil(at('hall'), 13_000, 13_975), undefined);
    assert.equal(log.talkingUntil(at('hall'), 11_000, 11_975), 12_700);
    log.note(talk('hall', 20_000, 21_000));
    log.note(talk('hall', 20_500, 23_000));
    assert.equal(log.talkingUntil(at('hall'), 22_000, 22_975), 23_700);
  });

  test('no message makes a house deaf for longer than two minutes, and no number of them fills memory', () => {
    const log = new TalkLog();
    log.note(talk('hall', 0, Number.MAX_VALUE));
    assert.equal(log.talkingUntil(at('hall'), 119_000, 119_975), 120_700);
    assert.equal(log.talkingUntil(at('hall'), 130_000, 130_975), undefined);
    for (let index = 0; index < 1000; index += 1) log.note(talk('hall', 200_000 + 10 * index, 200_005 + 10 * index));
    assert.notEqual(log.talkingUntil(at('hall'), 209_000, 209_999), undefined);
  });
});
