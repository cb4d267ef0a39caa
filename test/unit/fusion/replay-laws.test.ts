import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { defaultRules } from '../../../src/contracts/configs.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import { FusionEngine, type FusionInput } from '../../../src/fusion/engine.ts';
import { lineOf, readSignalLine } from '../../../src/fusion/recording/signal-line.ts';
import { Replay, type ReplaySettings } from '../../../src/fusion/replay/replay.ts';
import { TimeLine } from '../../../src/fusion/time-line.ts';
import { ManualClock } from '../manual-clock.ts';
import { audioScores, cue, detections, external, streamStatus } from './bench-area.ts';

const settings = { rules: defaultRules, correlationSeconds: 3, quietSeconds: 30 };
const startAt = new Date(2026, 0, 1, 12).getTime();
const seeds = [1, 2, 3, 4, 5, 6];

/** A signal and when it arrives. */
interface Arrival {
  signal: FusionInput;
  receivedAt: number;
}

/** Minutes of one hall: pictures, sound, cues. In 15 s of each minute something happens; then it is quiet long enough. */
function hall(seed: number, minutes = 5): Arrival[] {
  const random = seededRandom(seed);
  const signals: FusionInput[] = [];
  for (let at = 0; at < minutes * 60_000; at += 200) {
    const capturedAt = startAt + at;
    const isLively = at % 60_000 < 15_000;
    const isThere = isLively && Math.floor(at / 5000) % 3 === seed % 3;
    const score = 0.4 + random() * 0.6;
    signals.push(detections(isThere && random() < 0.8 ? { person: score } : {}, { source: 'front', capturedAt }));
    if (at % 400 === 0) {
      const name = ['scream', 'glass_break', 'gunshot', 'car_horn'][Math.floor(random() * 4)] ?? '';
      const heard = isLively && random() < 0.15 ? { [name]: 0.6 + random() * 0.4 } : {};
      signals.push(audioScores(heard, { source: 'mic', capturedAt: capturedAt + 37 }));
    }
    if (random() < 0.01) signals.push(cue('motion', score, { source: 'front', capturedAt: capturedAt + 11 }));
  }
  return signals.map((signal) => ({ signal, receivedAt: signal.capturedAt }));
}

function storyOf(arrivals: readonly Arrival[], more: Partial<ReplaySettings> = {}): Incident[] {
  const incidents: Incident[] = [];
  const replay = new Replay({ ...settings, ...more }, (incident) => incidents.push(structuredClone(incident)));
  for (const arrival of arrivals) replay.accept(arrival);
  replay.finish();
  return incidents;
}

/** What remains of incidents when the moments of telling are left out: each with its highest severity and its last reason. */
function outcomeOf(incidents: readonly Incident[]): string[] {
  const last = new Map<string, Incident>();
  for (const incident of incidents) last.set(incident.id, incident);
  return [...last.values()].map(({ severity, area }) => `${area} ${severity}`);
}

/** Each signal arrives up to so much later, in any order that this makes. */
function delayed(arrivals: readonly Arrival[], seed: number, byMs: number): Arrival[] {
  const random = seededRandom(seed);
  return arrivals
    .map(({ signal, receivedAt }) => ({ signal, receivedAt: receivedAt + Math.floor(random() * byMs) }))
    .sort((a, b) => a.receivedAt - b.receivedAt);
}

describe('whatever is recorded', () => {
  for (const seed of seeds) {
    test(`plays the same each time, also from its written form (seed ${seed})`, () => {
      const arrivals = delayed(hall(seed), seed, 800);
      const first = storyOf(arrivals);
      assert.ok(first.length > 5);
      assert.deepEqual(storyOf(arrivals), first);
      const written = arrivals.map(({ signal, receivedAt }) => readSignalLine(lineOf(signal, receivedAt)));
      assert.deepEqual(storyOf(written.map(({ signal, receivedAt = 0 }) => ({ signal, receivedAt }))), first);
    });

    test(`every message delivered twice changes nothing (seed ${seed})`, () => {
      const arrivals = delayed(hall(seed), seed, 800);
      assert.deepEqual(storyOf(arrivals.flatMap((arrival) => [arrival, arrival])), storyOf(arrivals));
      const random = seededRandom(seed);
      const again = arrivals.filter(() => random() < 0.3);
      const later = again.map(({ signal, receivedAt }) => ({ signal, receivedAt: receivedAt + 1500 }));
      const mixed = [...arrivals, ...later].sort((a, b) => a.receivedAt - b.receivedAt);
      assert.deepEqual(outcomeOf(storyOf(mixed)), outcomeOf(storyOf(arrivals)));
    });

    test(`the order of arrival within a second decides no severity (seed ${seed})`, () => {
      const inOrder = outcomeOf(storyOf(hall(seed)));
      assert.ok(inOrder.length >= 4);
      for (const shuffle of [11, 12, 13]) {
        assert.deepEqual(outcomeOf(storyOf(delayed(hall(seed), seed * shuffle, 1000))), inOrder);
      }
    });
  }
});

describe('rules with expressions', () => {
  const person = { kind: 'object' as const, label: 'person', seenTimes: { n: 2, of: 5 } };
  const expressions = [
    '"scream" in signals.label',
    '$count(signals[kind = "sound"]) >= 2 or "glass_break" in signals.label',
    '$max(signals[label = "person"].score) > 0.95 and area = "hall"',
  ];
  const rules = expressions.map((expression, order) => {
    return { v: 2 as const, id: `e${order}`, enabled: true, severity: order + 1, all: [person], expression, within: 4 };
  });

  for (const seed of seeds) {
    test(`play the same each time, and whatever the order of arrival within a second (seed ${seed})`, () => {
      const arrivals = delayed(hall(seed), seed, 800);
      const first = storyOf(arrivals, { rules });
      assert.deepEqual(storyOf(arrivals, { rules }), first);
      const inOrder = outcomeOf(storyOf(hall(seed), { rules }));
      assert.ok(inOrder.length >= 2, `${inOrder.length}`);
      for (const shuffle of [11, 12]) {
        assert.deepEqual(outcomeOf(storyOf(delayed(hall(seed), seed * shuffle, 1000), { rules })), inOrder);
      }
    });
  }
});

describe('neighbouring areas', () => {
  const neighbours = 'drive, porch\nporch, hall\nhall, garden';
  const areas = ['drive', 'porch', 'hall', 'garden', 'cellar'];

  /** Somebody wanders from area to area, and now and then something is heard where he is. */
  function wander(seed: number, minutes = 4): Arrival[] {
    const random = seededRandom(seed * 31);
    const signals: FusionInput[] = [];
    let place = 0;
    for (let at = 0; at < minutes * 60_000; at += 200) {
      if (at % 60_000 >= 20_000) continue;
      if (at % 4000 === 0) place = Math.floor(random() * areas.length);
      const area = areas[place] ?? '';
      const capturedAt = startAt + at;
      signals.push(detections({ person: 0.9 }, { area, source: `cam-${area}`, capturedAt }));
      const isLoud = at % 4000 === 2000 && random() < 0.3;
      if (isLoud) signals.push(audioScores({ gunshot: 0.9 }, { area, source: `mic-${area}`, capturedAt }));
    }
    return signals.map((signal) => ({ signal, receivedAt: signal.capturedAt }));
  }

  /** Highest severity of each story, however it was told. */
  const gravest = (incidents: readonly Incident[]): number[] => {
    const severities = new Map<string, number>();
    for (const { id, severity } of incidents) severities.set(id, Math.max(severity, severities.get(id) ?? 0));
    return [...severities.values()].sort();
  };
  const alarmed = (incidents: readonly Incident[]): string[] =>
    [...new Set(incidents.flatMap(({ severity, area }) => (severity === 3 ? [area] : [])))].sort();

  for (const seed of seeds) {
    test(`play the same each time, hide no alarm of any area, and no order within a second makes another story (seed ${seed})`, () => {
      const arrivals = wander(seed);
      const together = storyOf(arrivals, { neighbours });
      assert.deepEqual(storyOf(arrivals, { neighbours }), together);
      const apart = storyOf(arrivals);
      const starts = (incidents: readonly Incident[]): number =>
        incidents.filter(({ phase }) => phase === 'start').length;
      assert.ok(starts(together) < starts(apart), `${starts(together)} of ${starts(apart)}`);
      assert.deepEqual(alarmed(together), alarmed(apart));
      for (const shuffle of [11, 12]) {
        const mixed = storyOf(delayed(arrivals, seed * shuffle, 1000), { neighbours });
        assert.deepEqual(gravest(mixed), gravest(together));
        assert.deepEqual(alarmed(mixed), alarmed(together));
      }
    });
  }

  test('a line that names one area alone is refused by its number', () => {
    assert.throws(() => storyOf([], { neighbours: 'drive, porch\n\nhall, hall' }), {
      name: 'ES_BAD_CONFIG',
      message: 'Line 3 of the neighbours names fewer than two areas.',
    });
  });
});

describe('a storm', () => {
  test('hides no severity 3: each area that was attacked tells it', () => {
    for (const seed of seeds.slice(0, 2)) {
      const random = seededRandom(seed);
      const attacked = new Set<string>();
      const arrivals: Arrival[] = [];
      for (let at = 0; at < 60_000; at += 5) {
        const capturedAt = startAt + at;
        const area = `area-${Math.floor(random() * 40)}`;
        const where = { area, source: `s-${Math.floor(random() * 90)}`, capturedAt };
        const noise = [
          external(`n-${Math.floor(random() * 500)}`, 'open', 1, where),
          cue('motion', random(), where),
          audioScores({ scream: 0.9, loud_unknown: 0.9 }, where),
          streamStatus(random() < 0.5 ? 'stalled' : 'connected', where),
        ];
        const signal = noise[Math.floor(random() * noise.length)];
        if (signal !== undefined) arrivals.push({ signal, receivedAt: capturedAt });
        if (at % 6000 !== 3000) continue;
        attacked.add(area);
        for (const later of [0, 1, 2]) {
          const seen = detections({ person: 0.9 }, { area, source: 'eye', capturedAt: capturedAt + later });
          arrivals.push({ signal: seen, receivedAt: capturedAt + later });
        }
        const shot = audioScores({ gunshot: 0.9 }, { area, source: 'ear', capturedAt: capturedAt + 3 });
        arrivals.push({ signal: shot, receivedAt: capturedAt + 3 });
      }
      const ring = Array.from({ length: 40 }, (_, index) => `area-${index}, area-${(index + 1) % 40}`).join('\n');
      for (const neighbours of ['', ring]) {
        const incidents = storyOf(arrivals, { neighbours });
        const told = new Set(incidents.flatMap(({ severity, area }) => (severity === 3 ? [area] : [])));
        assert.deepEqual([...told].sort(), [...attacked].sort());
      }
    }
  });

  test('of a day, again and again, leaves memory as it was: time lines, incidents, timers', () => {
    const random = seededRandom(3);
    const clock = new ManualClock(startAt);
    let ids = 0;
    let open = 0;
    const engine = new FusionEngine({ ...settings, site: 's', clock, newId: () => `i${++ids}` }, (incident) => {
      if (incident.phase === 'start') open += 1;
      if (incident.phase === 'end') open -= 1;
      assert.ok(incident.signals.length <= 64 && incident.explanation.length < 200);
    });
    const line = new TimeLine([]);
    let mostTimers = 0;
    for (let hour = 0; hour < 24; hour += 1) {
      for (let step = 0; step < 1500; step += 1) {
        const now = clock.now();
        const where = { area: `a-${Math.floor(random() * 300)}`, source: `s-${Math.floor(random() * 400)}` };
        const capturedAt = now - Math.floor(random() * 3000);
        engine.accept(detections({ person: random() }, { ...where, capturedAt }));
        engine.accept(external(`k-${step}`, `l-${step}`, 1, { ...where, capturedAt }));
        if (step % 3 === 0) engine.accept(audioScores({ glass_break: 0.9 }, { ...where, capturedAt }));
        const track = `object ${where.source}`;
        line.insert({ kind: 'object', source: where.source, track, capturedAt, sightings: new Map() }, now);
        // A quarter of an hour of storm in each hour.
        clock.advance(600);
        mostTimers = Math.max(mostTimers, clock.waiting);
      }
      clock.advance(45 * 60_000);
      assert.equal(open, 0, 'what is quiet has ended');
      assert.equal(clock.waiting, 0, 'and nothing waits');
      assert.ok(line.size <= 64 * 256);
    }
    assert.ok(mostTimers <= 256 * 2, `${mostTimers} timers`);
    assert.ok(ids > 1000);
    engine.close();
  });
});
