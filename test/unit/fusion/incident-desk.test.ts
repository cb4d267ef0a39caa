import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules } from '../../../src/contracts/configs.ts';
import type { ExternalSignal, Incident } from '../../../src/contracts/messages.ts';
import { IncidentDesk } from '../../../src/fusion/incident-desk.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

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
});
