import type { AccountView } from '../../../src/contracts/accounts.ts';
import { keptAs, noFilter, type ListFilter } from '../../list-filter.ts';

type ViewFilter = NonNullable<AccountView['filters']>;

/** What of a filter is kept for always: not words and times, which are for one look. */
export function viewOfFilter({ minimumSeverity, unreviewedOnly, site, area, source, answer }: ListFilter): ViewFilter {
  return {
    ...(minimumSeverity > 0 ? { minimumSeverity } : {}),
    ...(unreviewedOnly ? { state: 'unreviewed' as const } : {}),
    ...(site === '' ? {} : { site }),
    ...(area === '' ? {} : { area }),
    ...(source === '' ? {} : { source }),
    ...(answer === '' ? {} : { review: answer }),
  };
}

/** The filter of a view; what is no longer understood is left out. */
export function filterOfView({ state, review, ...same }: ViewFilter): ListFilter {
  return keptAs({ ...noFilter, ...same, unreviewedOnly: state === 'unreviewed', answer: review });
}

/** Whether all sources of an incident are cameras that somebody left out. What is no camera of the page is in nobody's choice, and told. */
export function isOfLeftOut(
  { site, sources }: { site: string; sources: readonly string[] },
  tiles: readonly { id: string }[],
  cameras: readonly string[] | undefined,
): boolean {
  if (cameras === undefined || sources.length === 0) return false;
  return sources
    .map((source) => `${site}/${source}`)
    .every((id) => !cameras.includes(id) && tiles.some((tile) => tile.id === id));
}

/** What somebody wants to see first, in the order in which they chose it; without a choice everything. */
export function chosenOnly<T extends { id: string }>(tiles: readonly T[], cameras: readonly string[] | undefined): T[] {
  if (cameras === undefined) return [...tiles];
  return cameras.flatMap((id) => tiles.find((tile) => tile.id === id) ?? []);
}
