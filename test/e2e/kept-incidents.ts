import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Incident, IncidentSignal } from '../../src/contracts/messages.ts';
import { openDatabase } from '../../src/database/database.ts';
import { EvidenceStore, type IncidentMedia } from '../../src/evidence/evidence-store.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { ManualClock } from '../unit/manual-clock.ts';
import { outboxRow } from '../unit/database/rows.ts';

/** Writes a house with a past: what a Node-RED of it shows as soon as it starts. */
export async function keepIncidents(
  folder: string,
  kept: readonly { incident: Incident; media?: IncidentMedia }[],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  const clock = new ManualClock();
  const metrics = { count: () => undefined, observe: () => undefined };
  const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
  for (const { incident, media } of kept) await store.record(incident, media ?? {});
  await database.close();
}

/** An incident of long ago, of which nothing is known but its place in the list. */
export function oldIncident(n: number, startedAt: number): Incident {
  return {
    ...{ v: 1, kind: 'incident', id: `old-${n}`, phase: 'end', seq: 1, site: 'home', area: 'hall', source: 'entrance' },
    ...{ capturedAt: startedAt, severity: 1 + (n % 3), label: `Incident ${n}`, reason: 'person', confidence: 0.7 },
    ...{ sources: ['entrance'], startedAt, updatedAt: startedAt + 5000, endedAt: startedAt + 5000 },
    explanation: ['Severity 1 by the rule person.', 'Person seen by entrance, score 0.70, in 3 of the last 3 looks.'],
    signals: [{ kind: 'object', label: 'person', source: 'entrance', score: 0.7, capturedAt: startedAt, count: 2 }],
  };
}

/** Somebody comes up the drive, breaks a pane and walks through the hall: two cameras, a microphone, a door. */
export function burglary(startedAt: number): Incident {
  const signal = (
    [kind, label, source]: readonly [IncidentSignal['kind'], string, string],
    after: number,
    score: number,
    count = 1,
    { threshold, span }: { threshold?: number; span?: [from: number, to: number] } = {},
  ): IncidentSignal => ({
    ...{ kind, label, source, score, count, capturedAt: startedAt + after },
    ...(threshold === undefined ? {} : { threshold }),
    ...(span === undefined ? {} : { firstAt: startedAt + span[0], lastAt: startedAt + span[1] }),
  });
  return {
    ...{ v: 1, kind: 'incident', id: 'burglary', phase: 'end', seq: 9, site: 'home', area: 'hall', source: 'entrance' },
    areas: ['drive', 'porch', 'hall'],
    ...{ capturedAt: startedAt + 21_000, severity: 3, label: 'Person and breaking glass (also forced entry)' },
    ...{
      reason: 'person+glass_break',
      confidence: 0.82,
      sources: ['entrance', 'drive camera', 'hall microphone', 'back door'],
    },
    ...{ startedAt, updatedAt: startedAt + 21_000, endedAt: startedAt + 24_000 },
    signals: [
      signal(['object', 'person', 'entrance'], 9400, 0.87, 14, { span: [8600, 20_400] }),
      signal(['sound', 'glass_break', 'hall microphone'], 8200, 0.93, 2, { threshold: 0.55, span: [8200, 8900] }),
      signal(['object', 'car', 'drive camera'], -2600, 0.71, 8, { span: [-5200, 2600] }),
      signal(['object', 'person', 'drive camera'], 1400, 0.78, 9, { span: [600, 6100] }),
      signal(['cue', 'enter', 'drive camera'], 900, 0.8),
      signal(['sound', 'forced_entry', 'hall microphone'], 6900, 0.64, 1, { threshold: 0.6 }),
      signal(['sound', 'loud_unknown', 'hall microphone'], 12_900, 0.42, 3, { span: [11_500, 17_300] }),
      signal(['signal', 'door_open', 'back door'], 7400, 1),
      signal(['cue', 'loitering', 'entrance'], 16_800, 0.74, 3),
      signal(['stream', 'offline', 'drive camera'], 19_000, 1, 1, { span: [18_000, 24_000] }),
    ],
    rules: [
      {
        ...{ id: 'break-in', node: 'fuse', name: 'Person and breaking glass', severity: 3, firstAt: startedAt + 9400 },
        signals: [
          { kind: 'object', label: 'person', source: 'entrance' },
          { kind: 'sound', label: 'glass_break', source: 'hall microphone' },
        ],
      },
      {
        ...{ id: 'person', node: 'fuse', name: 'Person', severity: 1, firstAt: startedAt + 1400 },
        signals: [
          { kind: 'object', label: 'person', source: 'drive camera' },
          { kind: 'object', label: 'person', source: 'entrance' },
        ],
      },
    ],
    explanation: [
      'Severity 3 by the rule person+glass_break.',
      'Person seen by entrance at 10:31:13.4, score 0.87, in 3 of the last 3 looks.',
      'Glass break heard by hall microphone at 10:31:12.2, score 0.93 (threshold 0.55), level -14.2 dBFS.',
      '1.2 s lie between the two.',
      'Confidence 0.82: the lowest score of those signals.',
      'Also forced entry from hall microphone at 10:31:10.9, score 0.64 (threshold 0.60).',
      'It went on from the area drive to the area porch.',
    ],
  };
}

/** What was sent about the burglary, and to how many. */
export async function keepAlerts(folder: string, startedAt: number): Promise<void> {
  const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
  const row = (n: number, more: Parameters<typeof outboxRow>[0]) =>
    outboxRow({ id: `row-${n}`, incident_id: 'burglary', recipient: `${n}`, state: 'accepted', ...more });
  await database.query
    .insertInto('outbox')
    .values([
      row(1, { accepted_at: startedAt + 10_300 }),
      row(2, { accepted_at: startedAt + 10_600 }),
      row(3, { accepted_at: startedAt + 14_100, channel: 'sms', sequence: 1 }),
    ])
    .execute();
  await database.close();
}
