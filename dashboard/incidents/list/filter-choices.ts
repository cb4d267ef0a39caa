import type { IncidentSummary } from '../../../src/contracts/api.ts';
import { reviewStates } from '../../../src/contracts/review-states.ts';
import type { Tile } from '../now/camera-tiles.ts';
import type { ListFilter } from '../../list-filter.ts';
import type { EarCard } from '../now/microphone-cards.ts';
import type { speaker, Word } from '../../words.ts';

/** What the page has seen so far: the places that one may ask for. */
interface Known extends ListFilter {
  incidents: readonly IncidentSummary[];
  tiles: readonly Tile[];
  ears: readonly EarCard[];
}

interface Choice {
  name: 'span' | 'answer' | 'area' | 'source' | 'site';
  label: string;
  options: { value: string; text: string }[];
}

/** The filters that are folded away. A site is asked for only where there are several. */
export function furtherChoices(known: Known, say: ReturnType<typeof speaker>): Choice[] {
  const places = [
    ...known.incidents.flatMap(({ site, siteName, area, source, sources }) =>
      [source, ...sources].map((one) => ({ site, siteName, area, source: one })),
    ),
    ...known.tiles.map(({ camera }) => camera),
    ...known.ears.map(({ microphone }) => microphone),
  ].filter(({ site }) => known.site === '' || site === known.site);
  const named = (values: Iterable<string>, chosen: string): Choice['options'] =>
    [...new Set([...values, chosen])]
      .filter((value) => value !== '')
      .sort((a, b) => a.localeCompare(b))
      .map((value) => ({ value, text: value }));
  const sites = new Map(places.map(({ site, siteName }) => [site, siteName]));
  const said = (values: readonly string[], wordOf: (value: string) => string): Choice['options'] =>
    values.map((value) => ({ value, text: say(wordOf(value) as Word) }));
  return [
    {
      ...{ name: 'span', label: say('filterTime') },
      options: said(['Day', 'Week', 'Month'], (name) => `span${name}`).map((option) => ({
        ...option,
        value: option.value.toLowerCase(),
      })),
    },
    { name: 'answer', label: say('filterReview'), options: said(reviewStates, (state) => state) },
    { name: 'area', label: say('filterArea'), options: named(new Set(places.map(({ area }) => area)), known.area) },
    {
      ...{ name: 'source', label: say('filterSource') },
      options: named(new Set(places.map(({ source }) => source)), known.source),
    },
    ...(sites.size < 2 && known.site === ''
      ? []
      : [
          {
            ...{ name: 'site' as const, label: say('filterSite') },
            options: [...sites].map(([value, text]) => ({ value, text })),
          },
        ]),
  ];
}
