import type { IncidentSummary, ReviewState, SummaryEvidence } from '../../../src/contracts/api.ts';
import { furtherChoices } from '../list/filter-choices.ts';
import { furtherFilters, isFiltered } from '../../list-filter.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';
import type { Word } from '../../words.ts';

/** Shapes that differ, for who cannot tell the colours. */
const icons = ['mdi-information-outline', 'mdi-bell-outline', 'mdi-alert', 'mdi-alarm-light'] as const;

/** What the list and the details say of incidents, and the filters of themselves. */
export function incidentWords(state: PageState, { say, time, percent }: PageVoice) {
  return {
    percent,
    isFiltered: () => isFiltered(state),
    moreWords(): string {
      const n = furtherFilters(state);
      return n === 0 ? say('moreFilters') : say('moreFiltersSet', { n });
    },
    furtherChoices: () => furtherChoices(state, say, time),
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
  };
}
