import type { IncidentSummary, ReviewState, StoredReviewAction, SummaryEvidence } from '../src/contracts/api.ts';
import type { SiteArming } from '../src/contracts/arming.ts';
import type { HeardClass, Listener } from '../src/contracts/listening.ts';
import { answersTo } from './answers.ts';
import { ApiClient, ApiFailure } from './api-client.ts';
import { apiRoots } from './api-root.ts';
import { CameraTiles, lastSeen, tileLook, type Tile } from './camera-tiles.ts';
import { earLook, lastHeard, levelShare, MicrophoneCards, rowsOf, type EarCard } from './microphone-cards.ts';
import { IncidentList } from './incident-list.ts';
import { filterIn, fits, furtherFilters, isFiltered, isSearch, noFilter } from './list-filter.ts';
import { furtherChoices } from './filter-choices.ts';
import { LiveLink } from './live-link.ts';
import { isDisarmed, modeChoices, withArming } from './mode-switch.ts';
import { mediaOf, signalsOf, thumbnailOf } from './media.ts';
import { drawSoundFile } from './sound-picture.ts';
import { timeWords } from './time-words.ts';
import {
  afterDrawing,
  browserPorts,
  cardPorts,
  keepFilter,
  keptFilter,
  showDetail,
  showList,
  tab,
  tilePorts,
  vue,
  watchTop,
} from './browser.ts';
import { chooseLanguage, modeWords, soundWords, speaker, type Word } from './words.ts';

const tickMs = 10_000;
const beatMs = 500;
/** After the last letter. */
const searchMs = 400;
/** More than this is not kept in a page that stays open for weeks. */
const mostKept = 600;
/** Dashboard builds the component anew whenever it gets its settings again; what is shown must outlast that. */
const keepMs = 5_000;

/** What Dashboard's `_setup` says of itself, and the path at which the browser found it. */
export interface DashboardSetup {
  basePath?: string;
  RED?: { httpNodeRoot?: string };
}

/** Shapes that differ, for who cannot tell the colours. */
const icons = ['mdi-information-outline', 'mdi-bell-outline', 'mdi-alert', 'mdi-alarm-light'] as const;

const initial = {
  phase: 'loading' as 'loading' | 'ready' | 'failed',
  link: 'connecting' as 'connecting' | 'live' | 'polling' | 'lost',
  failure: '',
  incidents: [] as IncidentSummary[],
  next: undefined as string | undefined,
  unavailable: [] as string[],
  isLoadingOlder: false,
  ...noFilter,
  /** Whether the filters are shown that one needs less often. */
  isMoreOpen: false,
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
  tiles: [] as Tile[],
  ears: [] as EarCard[],
  /** In which mode each site is. */
  armings: [] as SiteArming[],
  /** A change of mode is under way. */
  isArming: false,
  armingFailure: '',
};

export type Page = ReturnType<typeof createPage>;

/** The page behind the templates: everything that they show, and everything that a click does. */
export function createPage(setup: DashboardSetup) {
  const { tag, language } = chooseLanguage(navigator.languages);
  const [say, time] = [speaker(language), timeWords(tag)];
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot), tab);
  const list = new IncidentList();
  const state = vue().reactive({ ...initial, ...keptFilter(), now: Date.now() });
  /** Reviewed here while only the others are wanted: they stay until the next look, not to vanish under the hand. */
  const staying = new Set<string>();
  let request = 0;
  /** The newest page, as it is under way or came last. */
  let loading: Promise<void> = Promise.resolve();
  let searching: ReturnType<typeof setTimeout> | undefined;
  /** The newest page could not be fetched: what came since is missing, whatever the live connection tells. */
  let isStale = false;
  let scrolled = 0;

  const link = new LiveLink(browserPorts(api), {
    live: (resumed) => {
      if (state.link === 'lost' || state.link === 'polling') state.announcement = say('connectedAgain');
      state.link = 'live';
      if (!resumed || state.phase !== 'ready') void load();
      if (!resumed) void loadModes();
    },
    incident: take,
    arming: (arming) => {
      state.armings = withArming(state.armings, arming);
    },
    lost: (reason, reachable) => {
      const answered = reachable || (reason instanceof ApiFailure && reason.kind === 'other');
      state.link = answered ? 'polling' : 'lost';
      if (answered) {
        void load();
        void loadModes();
      } else if (state.phase !== 'ready') fail(reason);
    },
  });

  const cameras = new CameraTiles(
    tilePorts(api, () => state.enlarged?.camera),
    (tiles) => {
      state.tiles = tiles;
    },
  );

  const microphones = new MicrophoneCards(
    cardPorts(api, () => state.enlarged !== undefined),
    (ears) => {
      state.ears = ears;
    },
  );

  const momentWords = (at: number): string => {
    const day = time.day(at, state.now);
    return day === time.day(state.now, state.now) ? time.clock(at) : `${day}, ${time.clock(at)}`;
  };
  /** A sound as people call it; classes of the user's own keep their names. */
  const soundName = (label: string): string => {
    const known = soundWords[label];
    return known === undefined ? label.replaceAll('_', ' ') : say(known);
  };

  /** A mode as people call it; those of the user's own keep their names. */
  const modeWord = (mode: string): string => {
    const known = modeWords[mode];
    return known === undefined ? mode : say(known);
  };

  function refresh(): void {
    const filter = filterIn(state);
    const held = new Set(state.held);
    state.incidents = list
      .sorted()
      .filter((incident) => (fits(incident, filter, state.now) || staying.has(incident.id)) && !held.has(incident.id));
    if (state.chosen !== undefined) state.chosen = list.get(state.chosen.id) ?? state.chosen;
  }

  /** Fetches the newest page in place of what is known. */
  function load(): Promise<void> {
    loading = fetchNewest();
    return loading;
  }

  async function fetchNewest(): Promise<void> {
    const mine = ++request;
    const mark = list.mark();
    isStale = false;
    try {
      const page = await api.list(state);
      if (mine !== request) return;
      list.replace(page.incidents, mark, page.next !== undefined);
      state.next = page.next;
      state.unavailable = page.unavailable ?? [];
      state.held = [];
      state.phase = 'ready';
      refresh();
      chooseFirst();
    } catch (error) {
      if (mine !== request) return;
      isStale = true;
      if (state.phase !== 'ready') fail(error);
    }
  }

  /** What is not known is not shown: the list below is what matters. */
  async function loadModes(): Promise<void> {
    try {
      state.armings = await api.armings();
    } catch {
      // The list of incidents, asked for at the same time, says what is wrong.
    }
  }

  async function arm({ site, mode: present }: SiteArming, mode: string): Promise<void> {
    if (mode === present || state.isArming) return;
    state.isArming = true;
    state.armingFailure = '';
    try {
      const arming = await api.arm(site, mode);
      state.armings = withArming(state.armings, arming);
      state.announcement = say('modeSet', { mode: modeWord(mode) });
    } catch (error) {
      state.armingFailure = say('modeFailed', { reason: failureText(error) });
    } finally {
      state.isArming = false;
    }
  }

  async function loadOlder(): Promise<void> {
    state.isLoadingOlder = true;
    try {
      let isAdded = false;
      while (!isAdded) {
        // Whatever is asked from the end of a list that is gone would leave others out between.
        await loading;
        isAdded = state.next === undefined || (await addOlder(state.next));
      }
    } catch (error) {
      state.announcement = failureText(error);
    } finally {
      state.isLoadingOlder = false;
    }
  }

  /** @returns false when the list was fetched anew meanwhile */
  async function addOlder(from: string): Promise<boolean> {
    const [mine, mark] = [request, list.mark()];
    const page = await api.list(state, from);
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

  function fail(error: unknown): void {
    state.phase = 'failed';
    state.failure = failureText(error);
  }

  function failureText(error: unknown): string {
    if (error instanceof ApiFailure) return say(error.kind, { detail: error.message });
    return say('other', { detail: error instanceof Error ? error.message : String(error) });
  }

  /** Where list and details stand side by side, an empty half helps nobody. */
  function chooseFirst(): void {
    state.chosen ??= state.incidents[0];
  }

  /** @returns whether it was written down */
  async function review(incident: IncidentSummary, action: StoredReviewAction, note?: string): Promise<boolean> {
    state.reviewing = incident.id;
    state.reviewFailure = '';
    try {
      await api.review(incident.id, action, note);
      staying.add(incident.id);
      const now = await api.incident(incident.id);
      know(now);
      refresh();
      state.announcement = note === undefined ? say('saved', { state: say(now.review.state) }) : say('noteSaved');
      return true;
    } catch (error) {
      // Lists are fetched again by themselves; what somebody pressed is not.
      const isUnreachable = error instanceof ApiFailure && error.kind === 'unreachable';
      state.reviewFailure = isUnreachable
        ? say('reviewUnreachable')
        : say('reviewFailed', { reason: failureText(error) });
      return false;
    } finally {
      state.reviewing = '';
    }
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
    void load();
  }

  const actions = {
    say,
    time,
    thumbnailOf,
    mediaOf,
    signalsOf,
    language,
    load,
    loadOlder,
    review,
    applyFilter,
    answers: (incident: IncidentSummary) => answersTo(incident, say),
    openNote({ review: { note } }: IncidentSummary): void {
      state.isNoting = !state.isNoting;
      state.noteText = note ?? '';
    },
    async saveNote(incident: IncidentSummary): Promise<void> {
      if (await review(incident, 'note', state.noteText.trim())) state.isNoting = false;
    },
    arm,
    modeChoices,
    modeWord,
    isDisarmed,
    /** "Since 14:05, by anna." */
    armingWords({ how, by, at, mode, counting, from, kept }: SiteArming): string {
      if (how === 'unset') return say('modeUnset');
      const since = say('modeSince', { time: momentWords(at), by });
      const words =
        mode === counting ? since : say('modeLeaving', { time: time.exact(from), mode: modeWord(counting) });
      return kept ? words : `${words} ${say('modeNotKept')}`;
    },
    percent: (score: number) => percent.format(score),
    url: (evidence: { id: string }) => api.evidence(evidence.id),
    days: () => byDay(state.incidents, (at) => time.day(at, state.now)),
    isFiltered: () => isFiltered(state),
    searchSoon: () => {
      searchSoon();
    },
    moreWords(): string {
      const n = furtherFilters(state);
      return n === 0 ? say('moreFilters') : say('moreFiltersSet', { n });
    },
    furtherChoices: () => furtherChoices(state, say),
    setFilter(name: 'site' | 'area' | 'source' | 'answer' | 'span', value: string): void {
      Object.assign(state, { [name]: value });
      applyFilter();
    },
    /** What was seen and heard first: the sentence before says the severity, which the badge shows. */
    reasons: ({ explanation }: IncidentSummary) => explanation.slice(1, 3).join(' '),
    severityWord: ({ severity }: IncidentSummary) => say(`severity${severity}` as Word),
    reviewText: ({ review: { state: word, by, at } }: IncidentSummary) =>
      by === undefined || at === undefined
        ? say(word)
        : say('reviewedBy', { state: say(word), by, time: `${time.day(at, state.now)} ${time.clock(at)}` }),
    duration: ({ startedAt, endedAt }: IncidentSummary) =>
      endedAt === undefined ? say('goingOn') : say('lasted', { time: time.duration(endedAt - startedAt) }),
    isReviewed: (word: ReviewState) => word !== 'pending',
    icon: ({ severity }: IncidentSummary) => icons[severity] ?? icons[0],
    iso: (at: number) => new Date(at).toISOString(),
    caption: (word: Word, { source, capturedAt }: SummaryEvidence) =>
      say(word, { source, time: time.exact(capturedAt) }),
    choose(incident: IncidentSummary): void {
      scrolled = window.scrollY;
      state.chosen = incident;
      state.isOpen = true;
      state.reviewFailure = '';
      state.isNoting = false;
      afterDrawing(showDetail);
    },
    back(): void {
      state.isOpen = false;
      const id = state.chosen?.id;
      afterDrawing(() => {
        showList(id, scrolled);
      });
    },
    /** Once for each sound: Vue calls it whenever it draws. */
    drawSound(canvas: HTMLCanvasElement | null, { id }: SummaryEvidence): void {
      if (canvas === null || canvas.dataset.sound === id) return;
      canvas.dataset.sound = id;
      drawSoundFile(canvas, api.evidence(id)).catch(() => undefined);
    },
    /** Plays from where somebody clicks in the picture of a sound; by the keyboard from the beginning. */
    seek({ currentTarget, offsetX, detail }: MouseEvent): void {
      const place = currentTarget as HTMLElement;
      const audio = place.closest('figure')?.querySelector('audio');
      if (audio == null || !Number.isFinite(audio.duration)) return;
      audio.currentTime = detail === 0 ? 0 : (audio.duration * offsetX) / place.clientWidth;
      void audio.play();
    },
    enlarge(item: SummaryEvidence, viewer: HTMLDialogElement): void {
      state.enlarged = { url: api.evidence(item.id), text: actions.caption('snapshotOf', item) };
      viewer.showModal();
    },
    tileLook: (tile: Tile) => tileLook(tile, Date.now()),
    /** "Offline since 14:03" */
    tileWords(tile: Tile): string {
      return say(tileLook(tile, Date.now()).word, { time: momentWords(lastSeen(tile) ?? state.now) });
    },
    soundName,
    earLook,
    earRows: rowsOf,
    levelShare,
    share: (value: number) => percentOf(value),
    decibels: (dbfs: number) => `${Math.round(dbfs)} dB`,
    /** "Heard: glass" */
    earWords(card: EarCard): string {
      const { word, sounds } = earLook(card);
      return say(word, { time: momentWords(lastHeard(card) ?? state.now), sounds: sounds.map(soundName).join(', ') });
    },
    scoreWords: ({ score, highest, threshold }: HeardClass) =>
      say('earScore', {
        score: percent.format(score),
        highest: percent.format(highest),
        threshold: percent.format(threshold),
      }),
    topWords: ({ top }: Listener) => top.map(({ label, score }) => `${label} ${percent.format(score)}`).join(' · '),
    pictureWords: ({ camera: { source, area } }: Tile) => say('liveOf', { source, area }),
    enlargeCamera(tile: Tile, viewer: HTMLDialogElement): void {
      state.enlarged = { camera: tile.id, text: `${tile.camera.source} · ${tile.camera.area}` };
      viewer.showModal();
    },
    toTop(): void {
      actions.showHeld();
      afterDrawing(() => {
        window.scrollTo({ top: 0 });
      });
    },
    showHeld(): void {
      state.held = [];
      refresh();
    },
    setAtTop(isAtTop: boolean): void {
      state.isAtTop = isAtTop;
      if (isAtTop && state.held.length > 0) actions.showHeld();
    },
    clearFilter(): void {
      Object.assign(state, noFilter);
      applyFilter();
    },
    tryAgain(): void {
      state.phase = 'loading';
      link.retryNow();
      void load();
    },
  };

  const online = (): void => {
    link.retryNow();
    cameras.beat();
    microphones.beat();
  };
  const offline = (): void => {
    link.drop(new ApiFailure('unreachable', 'offline'));
  };
  let stopLater: ReturnType<typeof setTimeout> | undefined;
  let ticking: ReturnType<typeof setInterval> | undefined;
  let beating: ReturnType<typeof setInterval> | undefined;
  let unwatch = (): void => undefined;

  return Object.assign(state, actions, {
    attach(element: Element): void {
      clearTimeout(stopLater);
      unwatch();
      unwatch = watchTop(element, (isAtTop) => {
        actions.setAtTop(isAtTop);
      });
      if (ticking !== undefined) return;
      ticking = setInterval(() => {
        state.now = Date.now();
        if (isStale) void load();
      }, tickMs);
      beating = setInterval(() => {
        cameras.beat();
        microphones.beat();
      }, beatMs);
      window.addEventListener('online', online);
      window.addEventListener('offline', offline);
      document.addEventListener('visibilitychange', online);
      link.start();
      cameras.beat();
      microphones.beat();
      void load();
      void loadModes();
    },
    detach(): void {
      unwatch();
      stopLater = setTimeout(() => {
        clearInterval(ticking);
        clearInterval(beating);
        ticking = undefined;
        window.removeEventListener('online', online);
        window.removeEventListener('offline', offline);
        document.removeEventListener('visibilitychange', online);
        link.stop();
      }, keepMs);
    },
  });
}

/** A share of 1 as CSS has it. */
function percentOf(share: number): string {
  return `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;
}

/** Incidents in their order, under the words of their days. */
function byDay(incidents: readonly IncidentSummary[], dayOf: (at: number) => string) {
  const days: { day: string; incidents: IncidentSummary[] }[] = [];
  for (const incident of incidents) {
    const day = dayOf(incident.startedAt);
    if (days.at(-1)?.day === day) days.at(-1)?.incidents.push(incident);
    else days.push({ day, incidents: [incident] });
  }
  return days;
}
