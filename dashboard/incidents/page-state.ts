import type { IncidentSummary } from '../../src/contracts/api.ts';
import type { SiteArming } from '../../src/contracts/arming.ts';
import type { Tile } from './now/camera-tiles.ts';
import type { KnownPlaces } from './list/filter-choices.ts';
import type { ListRow } from './list/list-rows.ts';
import { noFilter } from '../list-filter.ts';
import type { EarCard } from './now/microphone-cards.ts';

/** What the page of incidents shows, as it begins. */
export const initial = {
  phase: 'loading' as 'loading' | 'ready' | 'failed',
  link: 'connecting' as 'connecting' | 'live' | 'polling' | 'lost',
  failure: '',
  incidents: [] as readonly IncidentSummary[],
  /** Those rows of the list that are drawn, and how tall all of them are, in pixels. */
  rows: [] as readonly ListRow[],
  listHeight: 0,
  next: undefined as string | undefined,
  unavailable: [] as string[],
  isLoadingOlder: false,
  ...noFilter,
  /** Whether the filters are shown that one needs less often. */
  isMoreOpen: false,
  /** What they offer beside what is on the page. */
  places: { sources: [], areas: [] } as KnownPlaces,
  chosen: undefined as IncidentSummary | undefined,
  /** Whether the details cover the list where there is room for one of them only. */
  isOpen: false,
  /** Came while somebody reads further down: not shown before they want it, so that nothing jumps. */
  held: [] as string[],
  isAtTop: true,
  now: 0,
  announcement: '',
  reviewing: '',
  reviewFailure: '',
  isNoting: false,
  noteText: '',
  /** Ids of files that cannot be read. */
  gone: {} as Record<string, boolean>,
  /** How far each sound was played, as a share. */
  played: {} as Record<string, number>,
  /** A file, or a camera of which every picture is shown as it comes. */
  enlarged: undefined as { url?: string; camera?: string; text: string } | undefined,
  /** Seconds of the sounds and videos that the browser has looked into, by id of the file. */
  lengths: {} as Record<string, number>,
  /** Videos of which the sound is drawn. */
  voiced: {} as Record<string, boolean>,
  /** Of snapshots that are there both ways. */
  isClean: false,
  /** Of which state of the incident everything is known that was done about it. */
  courseOf: '',
  /** The mark in the picture of what happened that somebody looks at. */
  pointed: '',
  /** What became of the wish to see that moment. */
  moment: '',
  areAllRows: false,
  /** The rule whose signals are pointed out, by its place in the list; the first one is that of the incident. */
  pickedRule: 0,
  /** Id of the incident that is being exported, and how far it is. */
  exporting: '',
  exportWords: '',
  exportFailure: '',
  tiles: [] as Tile[],
  ears: [] as EarCard[],
  /** In which mode each site is. */
  armings: [] as SiteArming[],
  /** A change of mode is under way. */
  isArming: false,
  armingFailure: '',
};

export type PageState = typeof initial;
