import { randomUUID } from 'node:crypto';
import { maySee, type Scope } from '../../contracts/access.ts';
import type { Incident } from '../../contracts/messages.ts';
import { camerasOf } from '../../site/camera-list.ts';
import type { Site } from '../../site/site.ts';
import { Problem } from '../problem.ts';
import { simulatedReason } from './event-words.ts';

const variable = 'ECHOSIGHT_TEST_ROUTES';

/** Whether this installation is one for tests. */
export function testsAreAllowed(): boolean {
  return process.env[variable] === '1';
}

/**
 * Writes an incident that is over at once into the store of the site of a camera. No message leaves by any wire, so nobody is told.
 * @returns its id.
 * @throws Problem 404 for a camera that is not there, 409 where several sites have one of that name
 */
export async function simulateEvent(sites: readonly Site[], source: string, scope: Scope): Promise<string> {
  const found = camerasOf(sites, scope).filter(
    (camera) => camera.source === source && maySee(scope, camera.site, source),
  );
  const [camera, ...others] = found;
  const site = sites.find(({ id }) => id === camera?.site);
  if (camera === undefined || site === undefined) throw new Problem(404, 'There is no such camera.');
  if (others.length > 0) throw new Problem(409, 'Several sites have a camera of this name.');
  const at = site.clock.now();
  const incident: Incident = {
    ...{ v: 1, kind: 'incident', id: randomUUID(), phase: 'end', site: site.id, area: camera.area, source },
    ...{ capturedAt: at, startedAt: at, updatedAt: at, endedAt: at, severity: 1, label: 'Simulated event' },
    ...{ reason: simulatedReason, confidence: 1, sources: [source], signals: [] },
    explanation: ['Somebody asked for it to try things out: nothing happened, and nobody was told.'],
  };
  await (await site.evidence()).record(incident, {});
  return incident.id;
}
