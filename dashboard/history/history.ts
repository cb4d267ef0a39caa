import type { IncidentStatistics, Tally } from '../../src/contracts/statistics.ts';
import { ApiClient } from '../api-client.ts';
import { apiRoots } from '../api-root.ts';
import { tab, vue } from '../browser.ts';
import { columnsOf, columnStarts, hoursOf, spans, unitOf, type Column, type SpanName } from './history-columns.ts';
import { historySpeaker } from './history-words.ts';
import type { DashboardSetup } from '../incidents/page.ts';
import { pageFrame } from '../page-frame.ts';
import { pageVoice } from '../page-voice.ts';
import { wantedLanguages } from '../person-language.ts';
import { createPerson } from '../person.ts';

const refreshMs = 60_000;
/** From this share of false alarms among this many incidents that were judged, advice is worth its place. */
const advisable = { share: 0.5, judged: 5 };

const initial = {
  phase: 'loading' as 'loading' | 'ready' | 'failed',
  failure: '',
  span: '7d' as SpanName,
  told: undefined as IncidentStatistics | undefined,
  columns: [] as Column[],
};

export type History = ReturnType<typeof createHistory>;

/** The page behind history.vue: what happened over time, and how people answered. */
export function createHistory(setup: DashboardSetup) {
  const voice = pageVoice(wantedLanguages());
  const { tag, language, say: word, time } = voice;
  const say = historySpeaker(language);
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const numbers = new Intl.NumberFormat(tag);
  const days = new Intl.DateTimeFormat(tag, { weekday: 'short', day: 'numeric', month: 'short' });
  const marks = {
    '7d': new Intl.DateTimeFormat(tag, { weekday: 'short', day: 'numeric' }),
    further: new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short' }),
    hour: new Intl.DateTimeFormat(tag, { hour: 'numeric' }),
  };
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot), tab);
  const state = vue().reactive({ ...initial });
  const person = createPerson(api, language);
  let request = 0;

  async function load(): Promise<void> {
    const mine = ++request;
    const now = Date.now();
    const starts = columnStarts(state.span, now);
    try {
      const told = await api.statistics({ from: starts[0] ?? now, to: now + 1 });
      if (mine !== request) return;
      state.told = told;
      state.columns = columnsOf(told, starts);
      state.phase = 'ready';
    } catch (error) {
      if (mine !== request || state.phase === 'ready') return;
      state.phase = 'failed';
      state.failure = voice.failureText(error);
    }
  }

  const hourAt = (hour: number): number => new Date(2026, 0, 1, hour).getTime();
  const hourName = (hour: number): string => time.clock(hourAt(hour));
  const columnName = ({ at }: Column): string => (unitOf(state.span) === 'hour' ? time.clock(at) : days.format(at));
  const falseShare = ({ confirmed, falseAlarms }: Pick<Tally, 'confirmed' | 'falseAlarms'>): number | undefined =>
    confirmed + falseAlarms === 0 ? undefined : falseAlarms / (confirmed + falseAlarms);

  /** What is said of a column to who cannot see it, and to who points at it. */
  function columnWords(name: string, { counts, total }: Column): string {
    const fields = { when: name, n: numbers.format(total), alarms: numbers.format(counts[3]) };
    return counts[3] === 0 ? say('column', fields) : say('columnAlarms', fields);
  }

  /** What stands below a column. */
  function columnMark({ at }: Column): string {
    if (unitOf(state.span) === 'hour') return marks.hour.format(at);
    return (state.span === '7d' ? marks['7d'] : marks.further).format(at);
  }

  function bars(columns: readonly Column[], nameOf: (column: Column) => string, markOf: (column: Column) => string) {
    // Names stand below some of the columns, fewer of them where the page is narrow, and none runs out on the right.
    const every = Math.ceil(columns.length / 8);
    const look = (index: number): string => {
      if (index % every !== 0 || index + every / 2 > columns.length) return 'es-nameless';
      return every > 1 && index % (2 * every) !== 0 ? 'es-seldom' : '';
    };
    const highest = Math.max(1, ...columns.map(({ total }) => total));
    return columns.map((column, index) => ({
      ...{ key: column.at, mark: markOf(column), look: look(index), words: columnWords(nameOf(column), column) },
      parts: [3, 2, 1, 0].map((severity) => {
        const count = column.counts[severity as 0 | 1 | 2 | 3];
        return { severity, height: `${((100 * count) / highest).toFixed(2)}%` };
      }),
    }));
  }

  const frame = pageFrame(state, {
    ...{ voice, load, refreshMs, failed: say('failedTitle') },
    begin: () => void person.load(),
    isBlank: () => state.told === undefined,
  });

  return Object.assign(state, frame, {
    say,
    word,
    language,
    person,
    spans,
    choose(): void {
      state.phase = 'loading';
      void load();
    },
    /** The four figures above the charts. */
    figures(): { name: string; value: string; hint: string }[] {
      if (state.told === undefined) return [];
      const { total, slots, reviews } = state.told;
      const alarms = slots.reduce((sum, { counts }) => sum + (counts[3] ?? 0), 0);
      const { reviewed, falseAlarms, medianResponseMs: median, slowResponseMs: slow = 0 } = reviews;
      const share = (part: number, of: number): string => (of === 0 ? '–' : percents.format(part / of));
      const alarmWord = (['noAlarms', 'oneAlarm'] as const)[alarms] ?? 'alarms';
      return [
        { name: say('incidents'), value: numbers.format(total), hint: say(alarmWord, { n: numbers.format(alarms) }) },
        {
          ...{ name: say('reviewed'), value: share(reviewed, total) },
          hint: say('reviewedHint', { n: numbers.format(reviewed), total: numbers.format(total) }),
        },
        {
          ...{ name: say('falseAlarms'), value: share(falseAlarms, reviewed) },
          hint: say('falseAlarmsHint', { n: numbers.format(falseAlarms), reviewed: numbers.format(reviewed) }),
        },
        {
          ...{ name: say('response'), value: median === undefined ? '–' : time.duration(median) },
          hint: median === undefined ? say('noResponse') : say('responseHint', { time: time.duration(slow) }),
        },
      ];
    },
    /** The chart over time and the one by time of day. */
    charts() {
      if (state.told === undefined) return [];
      const unit = unitOf(state.span);
      const hours = hoursOf(state.told);
      const busiest = hours.reduce((most, hour) => (hour.total > most.total ? hour : most));
      const { total } = state.told;
      const fields = { time: hourName(busiest.at), n: numbers.format(busiest.total), total: numbers.format(total) };
      const overTime = { title: say(`by${unit}`), bars: bars(state.columns, columnName, columnMark), text: '' };
      const overDay = {
        ...{
          title: say('byTimeOfDay'),
          bars: bars(
            hours,
            ({ at }) => hourName(at),
            ({ at }) => marks.hour.format(hourAt(at)),
          ),
        },
        text: say('busiest', fields),
      };
      return [overTime, ...(unit === 'hour' ? [] : [overDay])];
    },
    tables() {
      if (state.told === undefined) return [];
      const { reasons, sources } = state.told;
      const most = Math.max(1, ...reasons.map(({ count }) => count), ...sources.map(({ count }) => count));
      const sites = new Set(sources.map(({ site }) => site)).size;
      const rowsOf = (tallies: readonly Tally[]) =>
        tallies.map((tally) => {
          const share = falseShare(tally);
          return {
            key: `${tally.site ?? ''}/${tally.name}`,
            name: tally.label ?? tally.name,
            more: sites > 1 ? tally.site : undefined,
            count: numbers.format(tally.count),
            width: `${((100 * tally.count) / most).toFixed(1)}%`,
            falseShare: share === undefined ? '–' : percents.format(share),
          };
        });
      return [
        { title: say('byReason'), head: say('name'), rows: rowsOf(reasons) },
        { title: say('bySource'), head: say('place'), rows: rowsOf(sources) },
      ];
    },
    /** What is more often a false alarm than not. */
    advice(): string[] {
      const { reasons = [], sources = [] } = state.told ?? {};
      return [...reasons, ...sources].flatMap((tally) => {
        const share = falseShare(tally) ?? 0;
        const isTelling = share >= advisable.share && tally.confirmed + tally.falseAlarms >= advisable.judged;
        return isTelling ? [say('advice', { name: tally.label ?? tally.name, share: percents.format(share) })] : [];
      });
    },
  });
}
