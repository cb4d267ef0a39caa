import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules } from '../../../src/contracts/configs.ts';
import type { Detections } from '../../../src/contracts/messages.ts';
import { assertKind } from '../../../src/contracts/guards.ts';
import { lineOf, readSignalLine } from '../../../src/fusion/recording/signal-line.ts';
import { audioScores, BenchArea, detections } from './bench-area.ts';

describe('the life of an incident', () => {
  test('it starts once, gets its evidence after 5 s and ends after 30 s of quiet', () => {
    const area = new BenchArea();
    const start = area.clock.now();
    area.hear({ glass_break: 0.8 });
    area.wait(4999);
    assert.deepEqual(area.story, ['start 2 glass_break']);
    area.wait(1);
    assert.equal(area.last.phase, 'evidence');
    assert.equal(area.last.updatedAt, start + 5000);
    area.wait(24_999);
    assert.equal(area.last.phase, 'evidence');
    area.wait(1);
    assert.deepEqual(area.story, ['start 2 glass_break', 'evidence 2 glass_break', 'end 2 glass_break']);
    assert.equal(area.last.startedAt, start);
    assert.equal(area.last.endedAt, start);
    assert.equal(area.clock.waiting, 0);
  });

  test('evidence still comes before the end when quiet is shorter than the wait for it', () => {
    const area = new BenchArea({ quietSeconds: 2 });
    area.hear({ glass_break: 0.8 });
    area.wait(10_000);
    assert.deepEqual(area.story, ['start 2 glass_break', 'evidence 2 glass_break', 'end 2 glass_break']);
  });

  test('evidence follows an escalation too', () => {
    const area = new BenchArea();
    area.watch({ person: 0.9 }, 10_000);
    area.hear({ glass_break: 0.8 });
    area.wait(6000);
    assert.deepEqual(area.story, [
      'start 1 person',
      'evidence 1 person',
      'update 3 person+glass_break',
      'evidence 3 person+glass_break',
    ]);
  });

  test('signals say which model judged them, also those of a recording; one written by hand need not say it', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.8 });
    area.watch({ person: 0.9 }, 1000);
    assert.deepEqual(area.last.signals.map(({ kind, model }) => [kind, model]).sort(), [
      ['object', 'm'],
      ['sound', 'm'],
    ]);
    for (const [written, model] of [
      [lineOf, 'm'],
      [(seen: Detections) => JSON.stringify({ ...seen, model: undefined }), undefined],
    ] as const) {
      const replayed = new BenchArea();
      for (let look = 0; look < 5; look++) {
        replayed.wait(200);
        const seen = detections({ person: 0.9 }, { capturedAt: replayed.clock.now() });
        replayed.engine.accept(readSignalLine(written(seen, seen.capturedAt)).signal);
      }
      assert.deepEqual(
        replayed.last.signals.map((signal) => signal.model),
        [model],
      );
    }
  });

  test('a pane that goes on breaking is one incident, told once (ESF4)', () => {
    const area = new BenchArea();
    for (let window = 0; window < 20; window++) {
      area.hear({ glass_break: 0.8 });
      area.wait(480);
    }
    assert.deepEqual(area.alerts, ['start 2 glass_break']);
  });

  test('a person standing still for an hour is one incident, told twice (ESF9)', () => {
    const area = new BenchArea();
    area.watch({ person: 0.9 }, 3_600_000);
    assert.deepEqual(area.story, ['start 1 person', 'evidence 1 person']);
    area.wait(30_000);
    assert.equal(area.last.phase, 'end');
    assert.equal(area.last.signals[0]?.count, 18_000);
  });

  test('a person who stays, then glass: one update to severity 3, and never down again', () => {
    const area = new BenchArea();
    area.watch({ person: 0.7 }, 60_000);
    area.hear({ glass_break: 0.8 });
    area.watch({ person: 0.95 }, 60_000);
    area.wait(30_000);
    assert.deepEqual(area.alerts, ['start 1 person', 'update 3 person+glass_break', 'end 3 person+glass_break']);
  });

  test('somebody who stays long after an alarm does not hide the next one', () => {
    const area = new BenchArea();
    area.watch({ person: 0.9 }, 1000);
    area.hear({ glass_break: 0.8 });
    area.watch({ person: 0.9 }, 299_800);
    assert.deepEqual(area.alerts, ['start 1 person', 'update 3 person+glass_break']);
    area.watch({ person: 0.9 }, 600_000);
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.alerts.slice(2), [
      'end 3 person+glass_break',
      'start 1 person',
      'update 3 person+glass_break',
    ]);
    assert.equal(
      area.incidents.find(({ phase }) => phase === 'end')?.explanation.at(-1),
      'Ended: nothing of severity 3 for 300.0 s; what is left is judged anew.',
    );
  });

  test('glass, and a gunshot within 10 s: the gunshot is told, not swallowed (ESF6)', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.8 });
    area.wait(8000);
    area.hear({ gunshot: 0.9 });
    assert.deepEqual(area.alerts, ['start 2 glass_break', 'update 2 gunshot']);
    assert.equal(area.last.label, 'Gunshot (also glass break)');
  });

  test('a gunshot, then glass: the other reason of the same severity is told, once', () => {
    const area = new BenchArea();
    area.hear({ gunshot: 0.9 });
    area.wait(8000);
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.alerts, ['start 2 gunshot', 'update 2 glass_break']);
    assert.ok(area.last.explanation.some((line) => line.startsWith('Before that severity 2 (gunshot) since')));
    area.hear({ gunshot: 0.9 });
    area.hear({ glass_break: 0.8 });
    assert.equal(area.alerts.length, 2);
  });

  test('alternating causes do not restart anything (ESF5), and another camera is not muted', () => {
    const area = new BenchArea();
    for (let turn = 0; turn < 50; turn += 1) {
      area.hear(turn % 2 === 0 ? { glass_break: 0.8 } : { scream: 0.8 });
      area.wait(10_000);
    }
    assert.deepEqual(area.alerts, ['start 2 glass_break', 'update 2 glass_break']);
    area.hear({ glass_break: 0.8 }, { area: 'garden', source: 'cam2' });
    assert.equal(area.alerts.at(-1), 'start 2 glass_break');
    assert.equal(area.last.area, 'garden');
  });

  test('every sound that fired is named (ESF8), also one that no rule asks for', () => {
    const area = new BenchArea();
    area.watch({ person: 0.9 }, 400);
    area.hear({ gunshot: 0.9, glass_break: 0.8, scream: 0.7, car_horn: 0.6 });
    assert.equal(area.last.reason, 'person+gunshot');
    assert.deepEqual(
      area.last.signals.map(({ label }) => label),
      ['person', 'gunshot', 'glass_break', 'scream', 'car_horn'],
    );
    assert.equal(area.last.label, 'Person and gunshot (also glass break, scream, car horn)');
  });

  test('of equal severity, more conditions win, then the order of the list', () => {
    const rules = defaultRules.map((rule) => ({ ...rule, severity: 2 }));
    const area = new BenchArea({ rules });
    area.watch({ person: 0.9 }, 400);
    area.hear({ glass_break: 0.9, gunshot: 0.9 });
    assert.equal(area.last.reason, 'person+gunshot');
  });

  test('after the end, the next signal starts a new incident', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.8 });
    area.wait(31_000);
    area.hear({ glass_break: 0.8 });
    assert.deepEqual(area.alerts, ['start 2 glass_break', 'end 2 glass_break', 'start 2 glass_break']);
    assert.notEqual(area.incidents[0]?.id, area.last.id);
  });

  test('what feeds no rule does not keep an incident open', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.8 });
    for (let second = 0; second < 31; second += 1) {
      area.see({ bird: 0.9 });
      area.cue('motion');
      area.hear({ car_horn: 0.9 });
      area.wait(1000);
    }
    assert.equal(area.last.phase, 'end');
  });

  test('every message fits its schema, and confidence is the lowest score of the rule', () => {
    const area = new BenchArea();
    area.watch({ person: 0.9 }, 400);
    area.hear({ glass_break: 0.8 });
    area.stream('stalled');
    area.wait(90_000);
    for (const incident of area.incidents) {
      assertKind(incident, 'incident');
      assert.deepEqual(JSON.parse(JSON.stringify(incident)), incident);
    }
    assert.equal(area.incidents.find(({ severity }) => severity === 3)?.confidence, 0.8);
  });

  test('a sound that two overlapping windows hear counts twice, each once', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.8 });
    assert.equal(area.last.signals[0]?.count, 1);
    area.wait(480);
    area.hear({ glass_break: 0.9 });
    area.wait(6000);
    assert.equal(area.last.signals[0].count, 2);
    assert.equal(area.last.signals[0].score, 0.9);
  });

  test('a sound that says that it goes on counts once, and keeps the incident open', () => {
    const area = new BenchArea();
    const scream = (started: boolean): void => {
      const capturedAt = area.clock.now();
      const sounds = [{ label: 'scream', score: 0.9, since: capturedAt, started, why: 'One window.' }];
      area.engine.accept({ ...audioScores({ scream: 0.9 }, { capturedAt }), sounds });
    };
    scream(true);
    for (let window = 0; window < 100; window += 1) {
      area.wait(480);
      scream(false);
    }
    assert.deepEqual(area.alerts, ['start 1 scream']);
    area.wait(40_000);
    assert.equal(area.last.phase, 'end');
    assert.equal(area.last.signals[0]?.count, 1);
  });

  test('what is experimental is said in the explanation', () => {
    const area = new BenchArea();
    const capturedAt = area.clock.now();
    const why = '2 blows within 3.4 s (experimental rule).';
    const sounds = [{ label: 'forced_entry', score: 0.8, since: capturedAt, started: true, why, experimental: true }];
    area.engine.accept({ ...audioScores({ forced_entry: 0.2 }, { capturedAt }), sounds });
    assert.match(
      area.last.explanation[1] ?? '',
      /^Forced entry heard by cam at .*score 0\.80 .* 2 blows within 3\.4 s \(experimental rule\)\.$/,
    );
  });

  test('a signal keeps its best score, the boxes of that look, and counts the looks', () => {
    const area = new BenchArea({ quietSeconds: 1 });
    area.watch({ person: 0.5 }, 400);
    area.watch({ person: 0.95 }, 200);
    area.watch({ person: 0.6 }, 400);
    area.wait(1000);
    const [signal] = area.last.signals;
    assert.equal(signal?.score, 0.95);
    assert.equal(signal.count, 5);
    assert.equal(signal.objects?.[0]?.score, 0.95);
  });

  test('its messages are counted, and none is dated before the one before it', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.8 });
    area.wait(5500);
    const told = area.last.updatedAt;
    area.hear({ gunshot: 0.9 }, { capturedAt: told - 1000 });
    assert.equal(area.alerts.at(-1), 'update 2 gunshot');
    assert.equal(area.last.updatedAt, told);
    area.clock.setBack(3_600_000);
    area.wait(40_000);
    assert.deepEqual(
      area.incidents.map(({ phase, seq }) => `${seq} ${phase}`),
      ['0 start', '1 evidence', '2 update', '3 evidence', '4 end'],
    );
    assert.ok(area.incidents.every(({ updatedAt }, n) => updatedAt >= (area.incidents[n - 1]?.updatedAt ?? 0)));
    assert.ok((area.last.endedAt ?? 0) >= area.last.startedAt);
  });

  test('close ends what is open, with its evidence, and leaves no timer behind', () => {
    const area = new BenchArea();
    area.stream('stalled');
    area.hear({ glass_break: 0.8 });
    area.engine.close();
    assert.deepEqual(area.story, ['start 2 glass_break', 'evidence 2 glass_break', 'end 2 glass_break']);
    assert.equal(area.last.explanation.at(-1), 'Ended: the flow was stopped.');
    assert.equal(area.clock.waiting, 0);
    assert.equal(area.engine.statusLine(), '');
  });
});

describe('explanations', () => {
  test('name source, time, score, threshold, distance, rule, confidence and history', () => {
    const area = new BenchArea();
    area.watch({ person: 0.87 }, 2000);
    area.wait(400);
    area.hear({ glass_break: 0.81 });
    assert.deepEqual(area.last.explanation, [
      'Severity 3 by the rule person+glass_break.',
      'Person seen by cam at 12:00:01.8, score 0.87, in 5 of the last 5 looks.',
      'Glass break heard by cam at 12:00:02.4, score 0.81 (threshold 0.60), level -20.0 dBFS.',
      '0.6 s lie between the two.',
      'Confidence 0.81: the lowest score of those signals.',
      'Before that severity 1 (person) since 12:00:00.2.',
    ]);
  });

  test('say what a person alone still lacks', () => {
    const area = new BenchArea();
    area.watch({ person: 0.9 }, 400);
    assert.ok(
      area.last.explanation.includes(
        'Person alone is severity 1; within 3 s it would be severity 3 with gunshot or glass break or forced entry, ' +
          'severity 2 with scream.',
      ),
    );
  });

  test('say that the person was too far away in time, or not confirmed', () => {
    const away = new BenchArea();
    away.watch({ person: 0.9 }, 400);
    away.watch({}, 10_000);
    away.hear({ glass_break: 0.8 });
    assert.ok(away.last.explanation.includes('Person at cam was 10.2 s away: too far apart to count.'));

    const once = new BenchArea();
    once.watch({}, 2000);
    once.watch({ person: 0.9 }, 200);
    once.hear({ glass_break: 0.8 });
    assert.ok(once.last.explanation.includes('Person was in only 1 of the last 5 looks of cam: 2 of 5 are needed.'));
  });

  test('the end says since when it was quiet', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.8 });
    area.wait(30_000);
    assert.equal(area.last.explanation.at(-1), 'Ended: nothing new since 12:00:00.0.');
  });
});

describe('the status line', () => {
  test('names the gravest open incident', () => {
    const area = new BenchArea();
    assert.equal(area.engine.statusLine(), '');
    area.hear({ scream: 0.8 }, { area: 'garden', source: 'cam2' });
    area.watch({ person: 0.9 }, 400);
    area.hear({ glass_break: 0.8 });
    assert.equal(area.engine.statusLine(), 'sev 3 person+glass_break · hall (+1)');
    area.wait(60_000);
    assert.equal(area.engine.statusLine(), '');
  });
});
