import type { IncidentSummary, SummarySignal } from '../../../src/contracts/api.ts';
import type { IncidentCourse } from '../../../src/contracts/course.ts';
import type { ApiClient } from '../../api-client.ts';
import { afterDrawing } from '../../browser.ts';
import { coursePicture, groundsOf, type CoursePicture, type Milestone, type SignalMark } from './course-picture.ts';
import { kindShape, markHeight, markShape, milestoneIcon } from './course-shapes.ts';
import { kindWords, milestoneWords, signalWords, spanWords } from './course-words.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';
import { recordingAt, recordingsOf } from './recordings.ts';
import { storySteps } from './story-steps.ts';

/** What a list brings of an incident at most; of longer ones the rest is fetched. */
const listed = { signals: 50, explanation: 20, sources: 50 } as const;
/** Rows of the table before somebody asks for all. */
const fewRows = 12;

/** A mark of the picture: what it says, and where it leads. */
interface Mark {
  key: string;
  at: number;
  source: string;
  words: string;
}

/** Whether a mark is seen to last. */
const isSpan = ({ from, to }: SignalMark): boolean => to - from > 0.005;

/** The picture of what happened: what is in it, what is said of it, and what plays when one chooses a moment. */
export function createCourseDesk(state: PageState, api: ApiClient, voice: PageVoice) {
  const { say } = voice;
  /** What was fetched of the incident that is shown, and as it was then. */
  let fetched = {
    of: '',
    course: undefined as IncidentCourse | undefined,
    whole: undefined as IncidentSummary | undefined,
  };
  let drawn: { incident: IncidentSummary; courseOf: string; picked: number; picture: CoursePicture } | undefined;

  /** Fetches what belongs to the incident that is shown, whenever it is another one or has changed. */
  function follow(): void {
    const { chosen } = state;
    if (chosen === undefined) return;
    const of = [chosen.id, chosen.updatedAt, chosen.review.state, chosen.review.at, chosen.review.note].join(' ');
    if (of === fetched.of) return;
    const before = fetched.of.startsWith(`${chosen.id} `) ? fetched : undefined;
    fetched = { of, course: before?.course, whole: before?.whole };
    if (before === undefined) Object.assign(state, { pointed: '', areAllRows: false, moment: '', pickedRule: 0 });
    void fetch(chosen, of);
  }

  async function fetch(chosen: IncidentSummary, of: string): Promise<void> {
    const { signals, explanation, sources } = listed;
    const isCut =
      chosen.signals.length >= signals || chosen.explanation.length >= explanation || chosen.sources.length >= sources;
    try {
      const [course, whole] = await Promise.all([
        api.course(chosen.id),
        isCut ? api.incident(chosen.id) : Promise.resolve(undefined),
      ]);
      if (fetched.of !== of) return;
      fetched = { of, course: Object.freeze(course), whole: whole && Object.freeze(whole) };
      state.courseOf = of;
    } catch {
      // The picture shows what the list has brought; the next change of it asks again.
    }
  }

  /** The incident that is shown, with everything that is known of it. */
  function shown(): IncidentSummary | undefined {
    const { chosen } = state;
    return fetched.whole !== undefined && fetched.whole.id === chosen?.id ? fetched.whole : chosen;
  }

  /** Drawn anew only when something of it has changed. */
  function picture(): CoursePicture | undefined {
    const incident = shown();
    // What was fetched is no part of the state: this tells Vue when it has come.
    const { courseOf, pickedRule: picked } = state;
    if (incident === undefined) return undefined;
    if (drawn?.incident !== incident || drawn.courseOf !== courseOf || drawn.picked !== picked) {
      drawn = { incident, courseOf, picked, picture: Object.freeze(coursePicture(incident, fetched.course, picked)) };
    }
    return drawn.picture;
  }

  function signalMark({ key, signal, more, isGround }: SignalMark): Mark {
    return { key, at: signal.capturedAt, source: signal.source, words: signalWords(signal, { more, isGround }, voice) };
  }

  function milestoneMark(milestone: Milestone): Mark {
    const { key, at } = milestone;
    return { key, at, source: '', words: milestoneWords(milestone, voice, state.now) };
  }

  /** All marks in the order of time. */
  function marks(): Mark[] {
    const { lanes, milestones } = picture() ?? { lanes: [], milestones: [] };
    const all = [...lanes.flatMap((lane) => lane.marks.map(signalMark)), ...milestones.map(milestoneMark)];
    return all.sort((one, other) => one.at - other.at);
  }

  function play({ at, source }: Mark): void {
    const incident = shown();
    if (incident === undefined) return;
    const found = recordingAt(recordingsOf(incident, state.lengths), at, source);
    const player = found && document.querySelector<HTMLMediaElement>(`[data-media="${CSS.escape(found.item.id)}"]`);
    if (found === undefined || player == null) {
      state.moment = say('noRecording');
      return;
    }
    state.moment = say('playsHere', { source: found.item.source });
    player.currentTime = (at - found.from) / 1000;
    player.closest('figure')?.scrollIntoView({ block: 'nearest' });
    // A browser may refuse to play; the moment is shown all the same.
    player.play().catch(() => undefined);
  }

  function point(key: string): void {
    if (state.pointed !== key) state.moment = '';
    state.pointed = key;
  }

  function areaOf(incident: IncidentSummary): (source: string) => string {
    const places = [...state.tiles.map(({ camera }) => camera), ...state.ears.map(({ microphone }) => microphone)];
    const known = new Map(
      places.filter(({ site }) => site === incident.site).map(({ source, area }) => [source, area]),
    );
    // A story of one area is all in it; of one that went on next door only the cameras of now know where they are.
    const { areas = [], area } = incident;
    return (source) => known.get(source) ?? (areas.length > 1 && source !== incident.source ? '' : area);
  }

  return {
    follow,
    /** What the templates call. */
    actions: {
      coursePicture: picture,
      shownIncident: shown,
      point,
      /** "Drive camera: person, 78%": for screen readers, and below the picture. */
      markWords: (mark: SignalMark) => signalMark(mark).words,
      milestoneWords: (milestone: Milestone) => milestoneMark(milestone).words,
      /** The rules that held, the one of the incident first. */
      rulesFired: () => shown()?.rules ?? [],
      pickRule(place: number): void {
        state.pickedRule = place;
      },
      /** Whether the rule that is picked stands on a signal; of one rule alone nothing need be pointed out. */
      isGround(signal: SummarySignal): boolean {
        const incident = shown();
        return incident?.rules !== undefined && groundsOf(incident, state.pickedRule).includes(signal);
      },
      spanWords: (signal: SummarySignal) => spanWords(signal, voice),
      hasSpans: () => (picture()?.lanes ?? []).some(({ marks }) => marks.some(isSpan)),
      isSpan,
      pointedWords: () => (state.pointed === '' ? '' : (marks().find(({ key }) => key === state.pointed)?.words ?? '')),
      /** One mark can be reached by Tab; arrows lead to the others. */
      isStop: (key: string) => key === (state.pointed === '' ? 'start' : state.pointed),
      playMark(key: string): void {
        const mark = marks().find((one) => one.key === key);
        point(key);
        if (mark !== undefined) play(mark);
      },
      /** Arrows walk from mark to mark in the order of time; Enter plays. */
      courseKey(event: KeyboardEvent): void {
        const all = marks();
        const at = all.findIndex(({ key }) => key === (event.target as HTMLElement).dataset.mark);
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
        const mark = to === undefined ? undefined : all[Math.min(all.length - 1, Math.max(0, to))];
        if (mark === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        point(mark.key);
        afterDrawing(() => {
          document.querySelector<HTMLElement>(`[data-mark="${CSS.escape(mark.key)}"]`)?.focus();
        });
      },
      /** What is recorded of a source, as bars of the picture. */
      recordedBars(source: string): { key: string; x: number; width: number }[] {
        const incident = shown();
        const place = picture()?.place;
        if (incident === undefined || place === undefined) return [];
        const { cutX } = drawn?.picture ?? { cutX: 1 };
        return recordingsOf(incident, state.lengths)
          .filter(({ item }) => item.source === source)
          .map(({ item, from, to }) => {
            const [x, end] = [place(from) ?? 0, place(to) ?? cutX];
            return { key: item.id, x, width: Math.max(0, end - x) };
          });
      },
      ...{ kindShape, markShape, markHeight, milestoneIcon },
      kindWord: (kind: SummarySignal['kind']) => say(kindWords[kind]),
      courseKinds: () => [...new Set((shown()?.signals ?? []).map(({ kind }) => kind))],
      isRecorded: () => (shown()?.evidence ?? []).some(({ id }) => (state.lengths[id] ?? 0) > 0),
      storySteps: (incident: IncidentSummary) => storySteps(incident, areaOf(incident)),
      /** All areas of the story, where the way through them does not name them. */
      storyAreas(incident: IncidentSummary): readonly string[] {
        const titles = new Set(storySteps(incident, areaOf(incident)).map(({ title }) => title));
        const { areas = [] } = incident;
        return areas.length < 2 || areas.every((area) => titles.has(area)) ? [] : areas;
      },
      fewSignals<T>(signals: readonly T[]): readonly T[] {
        return state.areAllRows ? signals : signals.slice(0, fewRows);
      },
      areMoreRows: (signals: readonly unknown[]) => !state.areAllRows && signals.length > fewRows,
    },
  };
}
