import { isDeepStrictEqual } from 'node:util';
import type { Scope } from '../contracts/access.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { MadeBundle } from '../site/incident-exports.ts';
import type { Site } from '../site/site.ts';
import { scopedIncident } from './access/scoped-incident.ts';
import { Problem } from './problem.ts';
import { firstFound } from './site-incidents.ts';

/**
 * The bundle of an incident of one of these Sites.
 * @returns undefined when nothing that the caller may see is there.
 * @throws Problem 403 when only a part of it is theirs: what is left out could not be proved. 507 when the disk is full.
 */
export async function exportOf(sites: readonly Site[], id: string, scope: Scope): Promise<MadeBundle | undefined> {
  const site = await firstFound(sites, async (one) => ((await isWholeOf(one, id, scope)) ? one : undefined));
  try {
    return await site?.exports.make(id);
  } catch (error) {
    // Retention was faster.
    if (error instanceof SentinelError && error.name === 'ES_BAD_INPUT') return undefined;
    if (error instanceof SentinelError && error.name === 'ES_DISK_FULL') {
      throw new Problem(507, 'The disk of the data folder has too little room for the bundle.', { cause: error });
    }
    throw error;
  }
}

/** @throws Problem 403 */
async function isWholeOf(site: Site, id: string, scope: Scope): Promise<boolean> {
  const stored = await (await site.evidence()).summary(id, 'whole');
  const incident = stored && { ...stored, siteName: site.name };
  const theirs = incident && scopedIncident(scope, incident);
  if (theirs === undefined) return false;
  if (isDeepStrictEqual(theirs, incident)) return true;
  throw new Problem(403, 'Sources that are not yours took part: this needs all of the incident.');
}
