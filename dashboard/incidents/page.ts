import { ApiClient, ApiFailure } from '../api-client.ts';
import { apiRoots } from '../api-root.ts';
import { createArmingSwitch } from '../arming-switch.ts';
import { browserPorts, keptFilter, tab, vue } from '../browser.ts';
import { createCourseDesk } from './detail/course-desk.ts';
import { createFeed } from './list/incident-feed.ts';
import { incidentWords } from './detail/incident-words.ts';
import { createKnownPlaces } from './list/known-places.ts';
import { createListWindow } from './list/list-window.ts';
import { LiveLink } from './live-link.ts';
import { createLiveSources } from './now/live-sources.ts';
import { haveRenditions, mediaOf, signalsOf, snapshotsOf, thumbnailOf } from './detail/media.ts';
import { createKeys } from './page-keys.ts';
import { pageLife } from './page-life.ts';
import { initial } from './page-state.ts';
import { escapePanel, type Panel } from './panels.ts';
import { pageVoice } from '../page-voice.ts';
import { createMyView } from './view/my-view.ts';
import { wantedLanguages } from '../person-language.ts';
import { createPerson } from '../person.ts';
import { createPlayers } from './detail/players.ts';
import { createReviewing } from './detail/reviewing.ts';
import { createTakingAway } from './detail/taking-away.ts';
import { createWalking } from './list/walking.ts';

/** What Dashboard's `_setup` says of itself, and the path at which the browser found it. */
export interface DashboardSetup {
  basePath?: string;
  RED?: { httpNodeRoot?: string };
}

export type Page = ReturnType<typeof createPage>;

/** The page behind the templates: everything that they show, and everything that a click does. */
export function createPage(setup: DashboardSetup) {
  const voice = pageVoice(wantedLanguages());
  const { say, time, language } = voice;
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot), tab);
  const state = vue().reactive({ ...initial, ...keptFilter(), now: Date.now() });
  const list = createListWindow(state, () => feed.loadOlder());
  const feed = createFeed(state, api, voice, list);
  const arming = createArmingSwitch(state, api, voice);
  const sources = createLiveSources(state, api, voice);
  const places = createKnownPlaces(state, api);
  const person = createPerson(api, language);
  const reviewing = createReviewing(state, api, feed, voice);
  const course = createCourseDesk(state, api, voice);
  const taking = createTakingAway(state, api, voice);
  const walking = createWalking(state, feed, list, course.follow);
  const view = createMyView(
    state,
    person,
    {
      applyFilter: feed.actions.applyFilter,
      show: (incident) => {
        walking.show(incident);
      },
    },
    voice,
  );

  const link = new LiveLink(browserPorts(api), {
    live: (resumed) => {
      if (state.link === 'lost' || state.link === 'polling') state.announcement = say('connectedAgain');
      state.link = 'live';
      if (!resumed || state.phase !== 'ready') void feed.load();
      if (!resumed) void arming.load();
    },
    incident: (incident) => {
      feed.take(incident);
      view.take(incident);
    },
    arming: arming.take,
    lost: (reason, reachable) => {
      const answered = reachable || (reason instanceof ApiFailure && reason.kind === 'other');
      state.link = answered ? 'polling' : 'lost';
      if (answered) {
        void feed.load();
        void arming.load();
      } else if (state.phase !== 'ready') feed.fail(reason);
    },
  });

  const life = pageLife({
    link,
    begin: () => {
      void feed.load();
      void arming.load();
      void view.load();
    },
    tick: () => {
      state.now = Date.now();
      if (feed.isStale()) void feed.load();
    },
    beat: () => {
      sources.beat();
      course.follow();
    },
    setAtTop: (isAtTop) => {
      walking.setAtTop(isAtTop);
    },
    scrolled: list.draw,
    resized: () => {
      list.measure();
      list.draw();
    },
  });

  const panels: readonly Panel[] = [
    { id: 'es-view', isOpen: () => view.actions.mine.isOpen, close: () => (view.actions.mine.isOpen = false) },
    { id: 'es-further', isOpen: () => state.isMoreOpen, close: () => (state.isMoreOpen = false) },
  ];

  const keys = createKeys(
    state,
    list,
    {
      choose: (id) => {
        const incident = state.incidents.find((one) => one.id === id);
        if (incident !== undefined) walking.show(incident);
      },
      answer: (action) => {
        if (state.chosen !== undefined) void reviewing.review(state.chosen, action);
      },
      note: () => {
        if (state.chosen !== undefined) reviewing.openNote(state.chosen);
      },
      takeAway: () => {
        if (state.chosen !== undefined) void taking.takeAway(state.chosen);
      },
      escape: (place) => escapePanel(panels, place),
    },
    voice,
  );

  const actions = {
    ...{ say, time, language, person, thumbnailOf, mediaOf, signalsOf, snapshotsOf, haveRenditions },
    ...incidentWords(state, voice),
    ...feed.actions,
    toggleMore: places.toggleMore,
    ...reviewing,
    ...taking,
    ...course.actions,
    ...arming.actions,
    ...view.actions,
    ...sources.actions,
    ...createPlayers(state, api, voice),
    ...walking,
    ...list.actions,
    ...keys,
    tryAgain(): void {
      state.phase = 'loading';
      link.retryNow();
      void feed.load();
    },
  };

  return Object.assign(state, actions, life);
}
