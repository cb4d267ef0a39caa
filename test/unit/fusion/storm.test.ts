import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FusionInput } from '../../../src/fusion/area.ts';
import type { Look } from '../../../src/fusion/look.ts';
import { TimeLine } from '../../../src/fusion/time-line.ts';
import { audioScores, BenchArea, cue, detections, external, streamStatus } from './bench-area.ts';

/** Small seeded generator (mulberry32): the same numbers on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** Any payload, arriving up to four seconds late. */
function anyPayload(random: () => number, now: number): FusionInput {
  const where = {
    area: pick(random, ['hall', 'garden']),
    source: pick(random, ['cam1', 'cam2', 'mic']),
    capturedAt: now - Math.floor(random() ** 4 * 4000),
  };
  const score = 0.4 + random() * 0.6;
  const objects = pick(random, [{}, {}, { person: score }, { person: score, knife: 0.5 }, { bird: score }]);
  const sounds = pick(random, [{}, {}, { scream: score }, { glass_break: score, gunshot: 0.8 }, { car_horn: score }]);
  const status = pick(random, ['connected', 'connected', 'stalled', 'backing-off', 'stopped'] as const);
  const payloads: [FusionInput, ...FusionInput[]] = [
    detections(objects, where),
    detections(objects, where),
    audioScores(sounds, where),
    cue(pick(random, ['motion', 'tamper', 'detector-down', 'unheard-of']), score, where),
    external('door', pick(random, ['open', 'closed']), score, where),
    streamStatus(status, where),
  ];
  return pick(random, payloads);
}

/** Minutes of a busy site, with quiet stretches. */
function play(seed: number): BenchArea {
  const random = seeded(seed);
  const area = new BenchArea({ quietSeconds: 5 });
  for (let step = 0; step < 1500; step += 1) {
    area.engine.accept(anyPayload(random, area.clock.now()));
    area.wait(random() < 0.01 ? 20_000 : Math.floor(random() * 300));
  }
  for (const where of ['hall', 'garden'])
    for (const source of ['cam1', 'cam2', 'mic']) area.stream('stopped', { area: where, source });
  area.wait(300_000);
  return area;
}

describe('whatever comes', () => {
  test('the same signals at the same times give the same incidents', () => {
    for (let seed = 1; seed <= 5; seed += 1) assert.deepEqual(play(seed).incidents, play(seed).incidents);
  });

  test('the best moment of a signal lies within its span, which never shrinks', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const spans = new Map<string, { firstAt: number; lastAt: number }>();
      for (const { id, signals } of play(seed).incidents) {
        for (const { kind, label, source, firstAt = NaN, capturedAt, lastAt = NaN } of signals) {
          assert.ok(firstAt <= capturedAt && capturedAt <= lastAt, `${label}: ${firstAt} ${capturedAt} ${lastAt}`);
          const key = [id, kind, label, source].join(' ');
          const before = spans.get(key) ?? { firstAt, lastAt };
          assert.ok(firstAt <= before.firstAt && lastAt >= before.lastAt);
          spans.set(key, { firstAt, lastAt });
        }
      }
      assert.ok([...spans.values()].some(({ firstAt, lastAt }) => lastAt > firstAt));
    }
  });

  test('every incident starts once, never falls, is told its evidence, and ends', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { incidents } = play(seed);
      assert.ok(incidents.length > 10);
      const open = new Map<string, { area: string; severity: number; seq: number; updatedAt: number }>();
      const started = new Set<string>();
      for (const {
        id,
        area: where,
        phase,
        seq = 0,
        severity,
        signals,
        source,
        reason,
        startedAt,
        updatedAt,
      } of incidents) {
        // One for what is seen and heard, and one for each source that is away.
        const area = reason === 'offline' ? `${where} without ${source}` : where;
        if (phase === 'start') {
          assert.ok(!started.has(id));
          assert.ok(![...open.values()].some((other) => other.area === area), `one incident at a time: ${area}`);
          started.add(id);
        } else {
          const before = open.get(id);
          assert.ok(before !== undefined && severity >= before.severity);
          assert.ok(seq === before.seq + 1 && updatedAt >= before.updatedAt);
        }
        assert.ok(signals.length > 0 && updatedAt >= startedAt);
        if (phase === 'end') open.delete(id);
        else open.set(id, { area, severity, seq, updatedAt });
      }
      const phasesOf = (id: string): string[] => incidents.filter((one) => one.id === id).map(({ phase }) => phase);
      for (const id of started) assert.ok(phasesOf(id).includes('evidence'));
      assert.equal(open.size, 0);
    }
  });
});

describe('a storm', () => {
  test('of 100,000 signals from ever new areas and sources ends with bounded memory and few messages', () => {
    const area = new BenchArea();
    const startedAt = performance.now();
    for (let index = 0; index < 100_000; index += 1) {
      const where = { area: `area-${index % 10}`, source: `source-${index % 1999}`, capturedAt: area.clock.now() };
      area.engine.accept(external(`signal-${index}`, `label-${index}`, 1, where));
      area.engine.accept(cue('motion', 1, where));
      if (index % 5 === 0) area.engine.accept(audioScores({ scream: 0.9 }, where));
      area.clock.advance(1);
    }
    assert.ok(performance.now() - startedAt < 30_000);
    const alerts = area.alerts.length;
    // Per area: one start, and one update for each further source up to what an incident lists.
    assert.ok(alerts <= 10 * 65, `${alerts} messages`);
    for (const incident of area.incidents) assert.ok(incident.signals.length <= 64);
    area.engine.close();
    assert.equal(area.clock.waiting, 0);
  });

  test('of areas ends the incident of the one that was silent longest', () => {
    const area = new BenchArea();
    for (let index = 0; index < 257; index += 1) area.hear({ glass_break: 0.9 }, { area: `area-${index}` });
    assert.deepEqual(
      area.incidents.filter(({ phase }) => phase === 'end').map((incident) => incident.area),
      ['area-0'],
    );
  });

  test('costs a time line its oldest looks', () => {
    const line = new TimeLine();
    const look = (source: number, capturedAt: number): Look => ({
      ...{ kind: 'object', source: `cam${source}`, track: `object cam${source}`, capturedAt },
      sightings: new Map([['person', { label: 'person', score: 0.9 }]]),
    });
    for (let index = 0; index < 100_000; index += 1) line.insert(look(index % 100, index), index);
    assert.ok(line.size <= 64 * 256);
    for (let index = 0; index < 10_000; index += 1) line.insert(look(1, 100_000 + index), 100_000 + index);
    const latest = line.find({ kind: 'object', label: 'person' }, 109_999, 109_999);
    assert.equal(latest.length, 1);
  });
});

describe('a clock that is set back', () => {
  test('does not blind the rules that need several looks', () => {
    const area = new BenchArea({ quietSeconds: 2 });
    area.watch({ person: 0.9 }, 2000);
    area.wait(10_000);
    area.clock.setBack(3_600_000);
    area.watch({ person: 0.9 }, 1000);
    assert.deepEqual(area.alerts, ['start 1 person', 'end 1 person', 'start 1 person']);
  });

  test('does not keep an incident open', () => {
    const area = new BenchArea();
    area.hear({ glass_break: 0.9 });
    area.clock.setBack(3_600_000);
    area.wait(30_000);
    assert.equal(area.last.phase, 'end');
  });
});
