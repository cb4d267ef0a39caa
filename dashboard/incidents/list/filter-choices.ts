import type { IncidentSummary } from '../../../src/contracts/api.ts';
import type { RegisteredArea, RegisteredSource } from '../../../src/contracts/register.ts';
import { reviewStates } from '../../../src/contracts/review-states.ts';
import type { Tile } from '../now/camera-tiles.ts';
import type { ListFilter } from '../../list-filter.ts';
import type { EarCard } from '../now/microphone-cards.ts';
import type { TimeWords } from '../../time-words.ts';
import type { speaker, Word } from '../../words.ts';

/** What there was beside what is on the page: cameras and areas that are gone can still be asked for. */
export interface KnownPlaces {
  sources: readonly RegisteredSource[];
  areas: readonly RegisteredArea[];
}

/** What the page has seen so far: the places that one may ask for. */
interface Known extends ListFilter {
  incidents: readonly IncidentSummary[];
  tiles: readonly Tile[];
  ears: readonly EarCard[];
  places: KnownPlaces;
  now: number;
}

/** A place that is not there any more. */
interface Gone {
  at: number;
  word: Word;
}

interface Choice {
  name: 'span' | 'answer' | 'area' | 'source' | 'site';
  label: string;
  options: { value: string; text: string }[];
}

/** The filters that are folded away. A site is asked for only where there are several. */
export function furtherChoices(known: Known, say: ReturnType<typeof speaker>, time: TimeWords): Choice[] {
  const isAsked = ({ site }: { site: string }): boolean => known.site === '' || site === known.site;
  const sources = known.places.sources.filter(isAsked);
  const places = [
    ...known.incidents.flatMap(({ site, siteName, area, source, sources }) =>
      [source, ...sources].map((one) => ({ site, siteName, area, source: one })),
    ),
    ...known.tiles.map(({ camera }) => camera),
    ...known.ears.map(({ microphone }) => microphone),
    ...sources,
  ].filter(isAsked);
  /** What is there comes first, then what went last. */
  const named = (values: Iterable<string>, gone: ReadonlyMap<string, Gone>, chosen: string): Choice['options'] =>
    [...new Set([...values, ...gone.keys(), chosen])]
      .filter((value) => value !== '')
      .sort((a, b) => later(gone.get(a), gone.get(b)) || a.localeCompare(b))
      .map((value) => ({ value, text: textOf(value, gone.get(value)) }));
  const textOf = (name: string, gone: Gone | undefined): string =>
    gone === undefined ? name : say(gone.word, { name, ago: time.relative(gone.at, known.now) });
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
    {
      ...{ name: 'area', label: say('filterArea') },
      options: named(
        places.map(({ area }) => area),
        goneIn(known.places.areas.filter(isAsked).map((row) => ({ ...row, name: row.area, kind: '' }))),
        known.area,
      ),
    },
    {
      ...{ name: 'source', label: say('filterSource') },
      options: named(
        places.map(({ source }) => source),
        goneIn(sources.map((row) => ({ ...row, name: row.source }))),
        known.source,
      ),
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

/** Names of which nothing is there: one site may still have what another one has not. */
function goneIn(rows: readonly { name: string; kind: string; goneAt?: number }[]): Map<string, Gone> {
  const there = new Set(rows.filter(({ goneAt }) => goneAt === undefined).map(({ name }) => name));
  const gone = new Map<string, Gone>();
  for (const { name, kind, goneAt } of rows) {
    if (goneAt === undefined || there.has(name) || goneAt < (gone.get(name)?.at ?? -Infinity)) continue;
    gone.set(name, { at: goneAt, word: kind === 'unknown' ? 'placeNamed' : 'placeGone' });
  }
  return gone;
}

/** What is there before what is gone, and what went last before what went long ago. */
function later(one: Gone | undefined, other: Gone | undefined): number {
  if (one === undefined || other === undefined) return Number(one !== undefined) - Number(other !== undefined);
  return other.at - one.at;
}
