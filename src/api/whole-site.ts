import type { Scope } from '../contracts/access.ts';
import { Problem } from './problem.ts';

/**
 * The one site of these that somebody means.
 * @param sites those of which the caller may see something.
 * @throws Problem 404 for an unknown one, 409 when there are several and none is named, 403 to who may see only a part of it.
 */
export function chosenSite<S extends { readonly id: string }>(
  sites: readonly S[],
  id: string | undefined,
  scope: Scope,
): S {
  const fitting = id === undefined ? sites : sites.filter((site) => site.id === id);
  const [chosen] = fitting;
  if (chosen === undefined) throw new Problem(404, 'There is no such site.');
  if (fitting.length > 1) {
    const ids = [...new Set(sites.map((site) => site.id))].join(', ');
    throw new Problem(409, `Several sites are open: set site to the id of one (${ids}).`);
  }
  if (!mayHaveWhole(scope, chosen.id)) throw new Problem(403, 'This needs the whole site.');
  return chosen;
}

/** Whether somebody may see all of a site, not only some of its cameras. */
export function mayHaveWhole({ sources }: Scope, site: string): boolean {
  return sources === undefined || sources.includes(site);
}
