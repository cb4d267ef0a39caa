import { maySeeSite, type Scope } from '../contracts/access.ts';
import type { Site } from '../site/site.ts';
import type { CaredSite } from './care-answers.ts';
import { mayHaveWhole } from './whole-site.ts';

/** The open Sites for who looks after them. */
export function caredSites(sites: readonly Site[], scope: Scope): CaredSite[] {
  return sites.filter(({ id }) => maySeeSite(scope, id)).map(cared);
}

/** Those of which somebody may see everything. */
export function wholeSites(sites: readonly Site[], scope: Scope): CaredSite[] {
  return sites.filter(({ id }) => mayHaveWhole(scope, id)).map(cared);
}

function cared(site: Site): CaredSite {
  const names = { site: site.id, siteName: site.name };
  return {
    id: site.id,
    verification: async () => ({ ...names, ...(await site.evidenceCheck.last()) }),
    isVerifying: () => site.evidenceCheck.isUnderWay,
    verify: (by) => site.evidenceCheck.begin(by),
    retention: async () => {
      const { keepDays, keepCriticalDays, keepFalseAlarmDays, mostBytes, leastFree } = site.keeping;
      const settings = { keepDays, keepCriticalDays, keepFalseAlarmDays, mostBytes, leastFree };
      return { ...names, settings, ...(await site.retentionPlan()), ...(await site.holds()) };
    },
  };
}
