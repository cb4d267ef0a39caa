import type { Site } from './site.ts';

/**
 * The Site whose accounts count in this process: people log in to Node-RED's pages once, not to each site of it. It is the one that has
 * accounts, and else any; of several the first by the name of its folder, whatever was deployed first.
 */
export function homeOfAccounts(sites: readonly Site[]): Site | undefined {
  const sorted = sites.toSorted((one, other) => (one.folder < other.folder ? -1 : 1));
  return sorted.find(({ access }) => access.isBegun) ?? sorted[0];
}
