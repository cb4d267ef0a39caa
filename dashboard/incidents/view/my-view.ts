import type { AccountView } from '../../../src/contracts/accounts.ts';
import type { IncidentSummary } from '../../../src/contracts/api.ts';
import { vue } from '../../browser.ts';
import type { Tile } from '../now/camera-tiles.ts';
import { keepView, keptView } from './kept-view.ts';
import { filterIn } from '../../list-filter.ts';
import { beep, mayNotify, noticePorts } from './notice-ports.ts';
import { Notices } from './notices.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';
import type { Person } from '../../person.ts';
import { chosenOnly, filterOfView, isOfLeftOut, viewOfFilter } from './view-filter.ts';
import { viewSpeaker } from './view-words.ts';
import type { Word } from '../../words.ts';

/** What the view changes in the page. */
export interface ViewedPage {
  applyFilter: () => void;
  show: (incident: IncidentSummary) => void;
}

interface Mine {
  isOpen: boolean;
  isBusy: boolean;
  /** What became of what somebody did. */
  told: string;
  isLoaded: boolean;
  /** Ids of the cameras that are shown; undefined: all. */
  cameras: string[] | undefined;
  /** Severity as the list has it; empty: nothing is told. */
  tellFrom: number | '';
  sound: boolean;
  desktop: boolean;
}

/** What somebody wants to see first, and to be told: kept in the account, or in the browser of who has none. */
export function createMyView(state: PageState, person: Person, page: ViewedPage, { say, language }: PageVoice) {
  const tell = viewSpeaker(language);
  const mine = vue().reactive<Mine>({
    ...{ isOpen: false, isBusy: false, told: '', isLoaded: false },
    ...{ cameras: undefined, tellFrom: '', sound: true, desktop: false },
  });
  const words = ({ severity, label, area, siteName }: IncidentSummary) => ({
    title: `${say(`severity${severity}` as Word)}: ${label}`,
    body: [area, siteName].join(', '),
  });
  const notices = new Notices(noticePorts(words, page.show), () => ({
    ...{ sound: mine.sound, desktop: mine.desktop },
    minimumSeverity: mine.tellFrom === '' ? undefined : mine.tellFrom,
    isLeftOut: (incident: IncidentSummary) => isOfLeftOut(incident, state.tiles, mine.cameras),
  }));

  function apply({ cameras, filters, notifications }: AccountView): void {
    mine.cameras = cameras === undefined ? undefined : [...cameras];
    mine.tellFrom = notifications?.minimumSeverity ?? '';
    mine.sound = notifications?.sound ?? true;
    mine.desktop = notifications?.desktop ?? false;
    if (filters === undefined) return;
    Object.assign(state, filterOfView(filters));
    page.applyFilter();
  }

  /** Says what became of it. */
  async function attempt(deed: () => Promise<string>): Promise<void> {
    mine.isBusy = true;
    try {
      mine.told = await deed();
    } catch (error) {
      mine.told = tell('failed', { detail: error instanceof Error ? error.message : String(error) });
    } finally {
      mine.isBusy = false;
    }
  }

  return {
    /** The view is that of the first look: what somebody changes then stays as they leave it. */
    async load(): Promise<void> {
      await person.load();
      if (mine.isLoaded) return;
      mine.isLoaded = true;
      apply(person.view ?? keptView());
    },
    take: (incident: IncidentSummary): void => {
      notices.take(incident);
    },
    actions: {
      mine,
      tellView: tell,
      shownTiles: () => chosenOnly(state.tiles, mine.cameras),
      isMine: ({ id }: Tile) => mine.cameras?.includes(id) ?? true,
      chooseCamera({ id }: Tile, isWanted: boolean): void {
        const before = mine.cameras ?? state.tiles.map((tile) => tile.id);
        const others = before.filter((one) => one !== id);
        const now = isWanted ? [...others, id] : others;
        mine.cameras = state.tiles.every((tile) => now.includes(tile.id)) ? undefined : now;
      },
      tryNotice(): void {
        if (mine.tellFrom !== '' && mine.sound) beep(mine.tellFrom);
      },
      async chooseDesktop(isWanted: boolean): Promise<void> {
        mine.desktop = isWanted && (await mayNotify());
        mine.told = isWanted && !mine.desktop ? tell('notAllowed') : '';
      },
      saveView: () =>
        attempt(async () => {
          const { cameras, tellFrom, sound, desktop } = mine;
          const view = {
            filters: viewOfFilter(filterIn(state)),
            ...(cameras === undefined ? {} : { cameras: [...cameras] }),
            ...(tellFrom === '' ? {} : { notifications: { minimumSeverity: tellFrom, sound, desktop } }),
          };
          if (person.view === undefined) {
            keepView(view);
            return tell('keptHere');
          }
          await person.save({ cameras: undefined, notifications: undefined, ...view });
          return tell('keptInAccount');
        }),
      forgetView: () =>
        attempt(async () => {
          if (person.view === undefined) keepView(undefined);
          else await person.save({ cameras: undefined, filters: undefined, notifications: undefined });
          apply({ filters: {} });
          return tell('forgotten');
        }),
    },
  };
}
