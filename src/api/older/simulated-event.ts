import { randomUUID } from 'node:crypto';
import { maySee, type Scope } from '../../contracts/access.ts';
import type { FollowedAlert } from '../../contracts/alert-outcomes.ts';
import { topicOf } from '../../contracts/guards.ts';
import type { Incident } from '../../contracts/messages.ts';
import { camerasOf } from '../../site/camera-list.ts';
import type { Site } from '../../site/site.ts';
import { Problem } from '../problem.ts';
import { followAlert } from './followed-alert.ts';
import { simulatedReason } from './event-words.ts';

const variable = 'ECHOSIGHT_TEST_ROUTES';

/** Whether this installation is one for tests. */
export function testsAreAllowed(): boolean {
  return process.env[variable] === '1';
}

/** What is said of it, without and with alert. */
const explanations = {
  quiet: 'Somebody asked for it to try things out: nothing happened, and nobody was told.',
  told: 'This is a test that somebody asked for: nothing happened.',
} as const;

export interface Simulated {
  id: string;
  /** What became of the messages to people, where it was sent. */
  alert?: FollowedAlert;
}

/**
 * Writes an incident that is over at once into the store of the site of a camera. Without `alert` no message leaves by any wire, so nobody is
 * told; with it, the evidence-store nodes of the site send it as they send a real one.
 * @param waitMs with alert: so long it is looked at what becomes of the messages to people.
 * @returns its id, and what became of the alert.
 * @throws Problem 404 for a camera that is not there, 409 where several sites have one of that name, or no node would send it
 */
export async function simulateEvent(
  sites: readonly Site[],
  source: string,
  { scope, alert, waitMs }: { scope: Scope; alert: boolean; waitMs: number },
): Promise<Simulated> {
  const found = camerasOf(sites, scope).filter(
    (camera) => camera.source === source && maySee(scope, camera.site, source),
  );
  const [camera, ...others] = found;
  const site = sites.find(({ id }) => id === camera?.site);
  if (camera === undefined || site === undefined) throw new Problem(404, 'There is no such camera.');
  if (others.length > 0) throw new Problem(409, 'Several sites have a camera of this name.');
  if (alert && !site.simulated.isHeard) {
    throw new Problem(409, 'No evidence-store node of this site runs that could send it to those who alert.');
  }
  const at = site.clock.now();
  const incident: Incident = {
    ...{ v: 1, kind: 'incident', id: randomUUID(), phase: 'end', site: site.id, area: camera.area, source },
    ...{ capturedAt: at, startedAt: at, updatedAt: at, endedAt: at, severity: alert ? 2 : 1, label: 'Simulated event' },
    ...{ reason: simulatedReason, confidence: 1, sources: [source], signals: [] },
    explanation: [alert ? explanations.told : explanations.quiet],
  };
  await (await site.evidence()).record(incident, {});
  const { id } = incident;
  if (!alert) return { id };
  const begun: Incident = { ...incident, phase: 'start' };
  delete begun.endedAt;
  for (const payload of [begun, incident]) site.simulated.tell({ topic: topicOf(payload), payload });
  return { id, alert: await followAlert({ outcomes: () => site.alertOutcomes(id), clock: site.clock, waitMs }) };
}
