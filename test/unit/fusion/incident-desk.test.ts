import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules, type Rule } from '../../../src/contracts/configs.ts';
import type { ExternalSignal, Incident } from '../../../src/contracts/messages.ts';
import type { SnapshotRenderer } from '../../../src/contracts/ports.ts';
import { IncidentDesk, type IncidentMedia } from '../../../src/fusion/incident-desk.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { audioScores, detections } from './bench-area.ts';

/** A desk whose snapshots are the pictures themselves with the names of what is drawn on them, and what it delivered. */
function bench(wanted: readonly Rule[] = defaultRules) {
  const clock = new ManualClock();
  const delivered: (IncidentMedia & { incident: Incident })[] = [];
  const renderer: SnapshotRenderer = {
    jpeg: ({ bytes }, objects, { zones = [] } = {}) => {
      const drawn = [...objects.map(({ label }) => label), ...zones.map(({ name }) => name)].join(', ');
      return Promise.resolve(Buffer.from(Buffer.from(bytes).toString() + (drawn === '' ? '' : ` with ${drawn}`)));
    },
  };
  const rules = { site: 'home', rules: wanted, correlationSeconds: 3, quietSeconds: 30 };
  const desk = new IncidentDesk(
    { ...rules, clock, newId: () => 'incident-1', renderer, log: new RecordingLog() },
    (incident, media) => delivered.push({ incident, ...media }),
  );
  const see = (image: string): void => {
    desk.accept(detections({}, { capturedAt: clock.now() }), Buffer.from(image), undefined);
  };
  const hear = (label: string): void => {
    desk.accept(audioScores({ [label]: 0.9 }, { capturedAt: clock.now() }), undefined, undefined);
  };
  return { clock, desk, delivered, see, hear };
}

describe('the incident desk', () => {
  test('a receiver that throws holds up no later incident and is logged', async () => {
    const clock = new ManualClock();
    const log = new RecordingLog();
    const delivered: string[] = [];
    let ids = 0;
    const desk = new IncidentDesk(
      {
        ...{ site: 's', correlationSeconds: 3, quietSeconds: 5, clock, log, newId: () => `i${(ids += 1)}` },
        rules: [{ ...(defaultRules[0] ?? assert.fail()), all: [{ kind: 'signal', label: 'door' }] }],
        renderer: { jpeg: () => Promise.resolve(Buffer.alloc(1)) },
      },
      (incident: Incident) => {
        if (incident.id === 'i1' && incident.phase === 'start') throw new Error('receiver');
        delivered.push(`${incident.id} ${incident.phase}`);
      },
    );
    const door = (area: string): ExternalSignal => {
      const identity = { v: 1, kind: 'signal', site: 's', area, source: 'door', capturedAt: clock.now() } as const;
      return { ...identity, signal: 'contact', label: 'door', score: 1 };
    };
    desk.accept(door('hall'), undefined, undefined);
    desk.accept(door('yard'), undefined, undefined);
    await desk.close();
    assert.ok(delivered.includes('i2 start'), delivered.join());
    assert.match(log.lines.join('\n'), /Incident i1 could not be passed on: Error: receiver/);
  });

  test('gives the picture of the moment, and none when the camera died long before', async () => {
    const { clock, desk, delivered, see, hear } = bench();
    see('the hall');
    clock.advance(2000);
    hear('glass_break');
    clock.advance(15_000);
    hear('gunshot');
    await desk.close();
    const pictures = delivered.map(({ incident, image }) => `${incident.phase} ${image?.toString() ?? '-'}`);
    assert.deepEqual(pictures, ['start the hall', 'evidence -', 'update -', 'evidence -', 'end -']);
  });

  test('gives the picture with what was seen drawn on it, and as the camera gave it', async () => {
    const { clock, desk, delivered, hear } = bench();
    const zone = { kind: 'zone' as const, name: 'gate', points: [] };
    const seen = { label: 'person', score: 0.9, box: { x: 0, y: 0, width: 0.2, height: 0.5 }, zones: ['gate'] };
    const found = { ...detections([seen], { capturedAt: clock.now() }), zones: [zone] };
    desk.accept(found, Buffer.from('the hall'), undefined);
    hear('glass_break');
    await desk.close();
    const [start] = delivered;
    assert.equal(start?.image?.toString(), 'the hall with person, gate');
    assert.equal(start.cleanImage?.toString(), 'the hall');
  });

  test('has told everything when it has closed: the open incident is ended', async () => {
    const { desk, delivered, see, hear } = bench();
    see('the hall');
    hear('glass_break');
    await desk.close();
    assert.deepEqual(
      delivered.map(({ incident }) => incident.phase),
      ['start', 'evidence', 'end'],
    );
  });

  test('keeps the picture of the moment for as long as an incident waits, and forgets what was disarmed', async () => {
    const [first = assert.fail()] = defaultRules;
    const rule = {
      ...first,
      severity: 2,
      all: [{ kind: 'sound' as const, label: 'glass_break' }],
      entryDelaySeconds: 60,
    };
    for (const mode of ['away', 'disarmed']) {
      const { clock, desk, delivered, see, hear } = bench([rule]);
      see('the hall');
      hear('glass_break');
      clock.advance(50_000);
      const at = clock.now();
      const arming = { v: 1, kind: 'arming', site: 's', area: '', source: 'site', capturedAt: at } as const;
      const who = { mode, counting: mode, from: at, by: 'anna', how: 'api' } as const;
      desk.accept({ ...arming, ...who }, undefined, undefined);
      clock.advance(20_000);
      await desk.close();
      const told = delivered.map(({ incident, image }) => `${incident.phase} ${image?.toString() ?? '-'}`);
      assert.deepEqual(told, mode === 'disarmed' ? [] : ['start the hall', 'evidence -', 'end -']);
    }
  });
});
