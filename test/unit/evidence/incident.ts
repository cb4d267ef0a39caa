import type { Incident } from '../../../src/contracts/messages.ts';

const at = Date.UTC(2026, 10, 21, 23, 59, 58);

/** A person beside a breaking pane, as fusion tells it. */
export function incident(fields: Partial<Incident> = {}): Incident {
  return {
    v: 1,
    kind: 'incident',
    id: 'incident-1',
    phase: 'start',
    seq: 0,
    site: 'home',
    area: 'shop',
    source: 'front',
    capturedAt: at,
    severity: 3,
    label: 'Person and breaking glass',
    reason: 'person+glass_break',
    confidence: 0.91,
    sources: ['front'],
    signals: [
      { kind: 'object', label: 'person', source: 'front', score: 0.84, threshold: 0.4, capturedAt: at - 200, count: 3 },
      { kind: 'sound', label: 'glass_break', source: 'front', score: 0.91, threshold: 0.6, capturedAt: at, count: 1 },
      { kind: 'signal', label: 'door', source: 'door-1', score: 1, capturedAt: at - 900.5, count: 1 },
    ],
    startedAt: at,
    updatedAt: at,
    explanation: ['A person was seen (0.84).', 'Glass broke (0.91).'],
    ...fields,
  };
}

/** A file that begins as a JPEG does. */
export function jpeg(content: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(content)]);
}
