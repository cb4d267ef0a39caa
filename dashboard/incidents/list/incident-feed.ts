import type { IncidentPage, IncidentSummary } from '../../../src/contracts/api.ts';
import type { ApiClient } from '../../api-client.ts';
import { keepFilter } from '../../browser.ts';
import { IncidentList } from './incident-list.ts';
import { filterIn, fits, isSearch, noFilter } from '../../list-filter.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';
import type { Word } from '../../words.ts';

/** After the last letter. */
const searchMs = 400;
/** More than this is not kept in a page that stays open for weeks, once one is back at its top. */
const mostKept = 600;
/** Incidents of the first page, and of those that one scrolls to. */
const pageSize = { first: 30, further: 100, most: 200 };
/** As far down the list is fetched anew where somebody reads. */
const deepest = 2000;

export type IncidentFeed = ReturnType<typeof createFeed>;

/** What the feed needs of the list as it is drawn. */
interface DrawnList {
  /** The incidents have changed. */
  renew: () => void;
  /** How many of them one has to know for the list to reach as far down as it is read. */
  reach: () => number;
}

/** Fills the list of incidents: the newest page, older ones, what comes live, and what a filter leaves of them. */
export function createFeed(state: PageState, api: ApiClient, { say, failureText }: PageVoice, drawn: DrawnList) {
  const list = new IncidentList();
  /** Reviewed here while only the others are wanted: they stay until the next look, not to vanish under the hand. */
  const staying = new Set<string>();
  let request = 0;
  /** The newest page, as it is under way or came last. */
  let loading: Promise<void> = Promise.resolve();
  let searching: ReturnType<typeof setTimeout> | undefined;
  /** The newest page could not be fetched: what came since is missing, whatever the live connection tells. */
  let isStale = false;

  function refresh(): void {
    const filter = filterIn(state);
    const held = new Set(state.held);
    const isShown = (incident: IncidentSummary): boolean =>
      (fits(incident, filter, state.now) || staying.has(incident.id)) && !held.has(incident.id);
    // Frozen, Vue watches none of them: only the whole changes.
    state.incidents = Object.freeze(list.sorted().filter(isShown));
    if (state.chosen !== undefined) state.chosen = list.get(state.chosen.id) ?? state.chosen;
    drawn.renew();
  }

  /** Fetches the newest page in place of what is known, and as much more as somebody reads in. */
  function load(reach = drawn.reach()): Promise<void> {
    loading = fetchNewest(Math.min(reach, deepest));
    return loading;
  }

  async function fetchNewest(reach: number): Promise<void> {
    const mine = ++request;
    const mark = list.mark();
    isStale = false;
    try {
      const { incidents, next, unavailable } = await newest(reach);
      if (mine !== request) return;
      list.replace(incidents, mark, next !== undefined);
      state.next = next;
      state.unavailable = unavailable ?? [];
      state.held = [];
      state.phase = 'ready';
      refresh();
      // Where list and details stand side by side, an empty half helps nobody.
      state.chosen ??= state.incidents[0];
    } catch (error) {
      if (mine !== request) return;
      isStale = true;
      if (state.phase !== 'ready') fail(error);
    }
  }

  /** The newest incidents, at least as many as are wanted, if there are so many. */
  async function newest(wanted: number): Promise<IncidentPage> {
    let page = await api.list(state, undefined, wanted > pageSize.first ? pageSize.most : pageSize.first);
    const incidents = [...page.incidents];
    while (page.next !== undefined && incidents.length < wanted) {
      page = await api.list(state, page.next, pageSize.most);
      incidents.push(...page.incidents);
    }
    return { ...page, incidents };
  }

  /** @returns whether they came */
  async function loadOlder(): Promise<boolean> {
    state.isLoadingOlder = true;
    try {
      let isAdded = false;
      while (!isAdded) {
        // Whatever is asked from the end of a list that is gone would leave others out between.
        await loading;
        isAdded = state.next === undefined || (await addOlder(state.next));
      }
      return true;
    } catch (error) {
      state.announcement = failureText(error);
      return false;
    } finally {
      state.isLoadingOlder = false;
    }
  }

  /** @returns false when the list was fetched anew meanwhile */
  async function addOlder(from: string): Promise<boolean> {
    const [mine, mark] = [request, list.mark()];
    const page = await api.list(state, from, pageSize.further);
    if (mine !== request || from !== state.next) return false;
    list.append(page.incidents, mark, page.next !== undefined);
    state.next = page.next;
    refresh();
    return true;
  }

  /** @returns whether it is new in the list; what is shown in detail may be further down. */
  function know(incident: IncidentSummary): boolean {
    if (state.chosen?.id === incident.id) state.chosen = incident;
    return list.put(incident);
  }

  /** Takes what came live. */
  function take(incident: IncidentSummary): void {
    // Which words are in it, only the server knows.
    if (isSearch(state) && list.get(incident.id) === undefined) {
      searchSoon(() => void load());
      return;
    }
    if (know(incident) && fits(incident, state, Date.now())) {
      if (!state.isAtTop) state.held.push(incident.id);
      const { severity, label, area } = incident;
      state.announcement = say('announce', { severity: say(`severity${severity}` as Word), label, area });
    }
    if (list.size > mostKept && state.isAtTop) void load();
    else refresh();
  }

  /** Takes what became of an incident that was reviewed here. */
  function takeReviewed(incident: IncidentSummary): void {
    staying.add(incident.id);
    know(incident);
    refresh();
  }

  function fail(error: unknown): void {
    state.phase = 'failed';
    state.failure = failureText(error);
  }

  /** @param ask what then brings the list */
  function searchSoon(ask = applyFilter): void {
    clearTimeout(searching);
    searching = setTimeout(ask, searchMs);
  }

  function applyFilter(): void {
    clearTimeout(searching);
    staying.clear();
    keepFilter(state);
    state.phase = 'loading';
    void load(0);
  }

  return {
    ...{ load, loadOlder, take, takeReviewed, refresh, fail },
    isStale: () => isStale,
    /** What the templates call. */
    actions: {
      ...{ load: () => load(), loadOlder, applyFilter },
      searchSoon: () => {
        searchSoon();
      },
      setFilter(name: 'site' | 'area' | 'source' | 'answer' | 'span', value: string): void {
        Object.assign(state, { [name]: value });
        applyFilter();
      },
      clearFilter(): void {
        Object.assign(state, noFilter);
        applyFilter();
      },
    },
  };
}
