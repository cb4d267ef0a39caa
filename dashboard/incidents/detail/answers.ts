import type { IncidentSummary, StoredReviewAction } from '../../../src/contracts/api.ts';
import type { speaker, Word } from '../../words.ts';

export interface AnswerButton {
  action: StoredReviewAction;
  text: string;
  icon: string;
  isMain: boolean;
  hint?: string;
}

const buttons: readonly {
  action: StoredReviewAction;
  word: Word;
  icon: string;
  hint?: Word;
  isOffered: (incident: IncidentSummary) => boolean;
}[] = [
  {
    ...{ action: 'acknowledge', word: 'acknowledge', icon: 'mdi-check' },
    isOffered: ({ review }) => review.state === 'pending',
  },
  {
    ...{ action: 'confirm', word: 'confirm', icon: 'mdi-shield-alert-outline' },
    isOffered: ({ review }) => review.state !== 'confirmed',
  },
  {
    ...{ action: 'false-positive', word: 'falsePositive', icon: 'mdi-bell-off-outline' },
    isOffered: ({ review }) => review.state !== 'false-positive',
  },
  {
    ...{ action: 'dismiss', word: 'dismiss', icon: 'mdi-close', hint: 'dismissHint' },
    isOffered: ({ review }) => review.state !== 'dismissed',
  },
  {
    ...{ action: 'hold', word: 'hold', icon: 'mdi-lock-outline', hint: 'holdHint' },
    isOffered: ({ review }) => review.held !== true,
  },
  {
    ...{ action: 'release', word: 'release', icon: 'mdi-lock-open-variant-outline', hint: 'releaseHint' },
    isOffered: ({ review }) => review.held === true,
  },
];

/** What may be said of an incident as it stands; the first thing to do stands out. */
export function answersTo(incident: IncidentSummary, say: ReturnType<typeof speaker>): AnswerButton[] {
  return buttons
    .filter(({ isOffered }) => isOffered(incident))
    .map(({ action, word, icon, hint }) => ({
      ...{ action, icon, text: say(word), isMain: action === 'acknowledge' },
      ...(hint === undefined ? {} : { hint: say(hint) }),
    }));
}
