import type { Incident } from '../contracts/messages.ts';

/** What the sample clip leads to, at this moment. @param say texts of a locale with the words of a `sample`. */
export function sampleIncident(say: (key: string) => string): Incident {
  const at = Date.now();
  const source = say('sample.source');
  const evidence = { source, mime: 'image/jpeg', bytes: 1, sha256: '', capturedAt: at };
  return {
    ...({ v: 1, kind: 'incident', site: 'home', area: say('sample.area'), source, capturedAt: at } as const),
    ...({ id: '5f0c7c1e', phase: 'start', severity: 3, label: say('sample.label') } as const),
    ...{ reason: 'person+glass_break', confidence: 0.87, sources: [source], signals: [], startedAt: at, updatedAt: at },
    explanation: [say('sample.person'), say('sample.glass')],
    evidence: [{ ...evidence, id: 'snapshot-id', type: 'snapshot' }],
  };
}
