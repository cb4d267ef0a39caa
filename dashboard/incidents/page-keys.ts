import type { StoredReviewAction } from '../../src/contracts/api.ts';
import { answersTo } from './detail/answers.ts';
import { isShown } from '../browser.ts';
import type { ListWindow } from './list/list-window.ts';
import type { PageState } from './page-state.ts';
import type { PageVoice } from '../page-voice.ts';
import type { Word } from '../words.ts';

/** What keys do, beside what a mouse does. */
export interface KeyDeeds {
  choose: (id: string) => void;
  answer: (action: StoredReviewAction) => void;
  note: () => void;
  takeAway: () => void;
  /** @returns whether there was something to close */
  escape: (place: Element) => boolean;
}

/** Where letters are typed, or arrows have a meaning of their own. */
const busy = 'input, textarea, select, audio, video, dialog, [contenteditable]';

/** Keys as the help tells them, in its order. */
const told: readonly { keys: readonly string[]; word: Word }[] = [
  { keys: ['j', 'k'], word: 'keysStep' },
  { keys: ['Home', 'End'], word: 'keysEnds' },
  { keys: ['Enter'], word: 'keysOpen' },
  { keys: ['Esc'], word: 'keysBack' },
  { keys: ['a'], word: 'acknowledge' },
  { keys: ['c'], word: 'confirm' },
  { keys: ['f'], word: 'falsePositive' },
  { keys: ['d'], word: 'dismiss' },
  { keys: ['h'], word: 'keysHold' },
  { keys: ['n'], word: 'note' },
  { keys: ['e'], word: 'export' },
  { keys: ['?'], word: 'keysHelp' },
];

/** The page by the keyboard. Keys of one letter work while the page has the focus and nobody types. */
export function createKeys(state: PageState, list: ListWindow, deeds: KeyDeeds, { say }: PageVoice) {
  function answer(...actions: StoredReviewAction[]): void {
    const { chosen } = state;
    if (chosen === undefined || !isShown('.es-detail article')) return;
    const offered = answersTo(chosen, say).find((one) => actions.includes(one.action));
    if (offered !== undefined) deeds.answer(offered.action);
  }

  function step(by: number): void {
    if (!isShown('.es-rows')) return;
    const incident = list.step(by);
    if (incident === undefined) return;
    list.reveal(incident.id);
    if (isShown('.es-detail')) deeds.choose(incident.id);
  }

  function withDetail(run: () => void): void {
    if (isShown('.es-detail article')) run();
  }

  const anywhere: Readonly<Partial<Record<string, () => void>>> = {
    j: () => {
      step(1);
    },
    k: () => {
      step(-1);
    },
    a: () => {
      answer('acknowledge');
    },
    c: () => {
      answer('confirm');
    },
    f: () => {
      answer('false-positive');
    },
    d: () => {
      answer('dismiss');
    },
    h: () => {
      answer('hold', 'release');
    },
    n: () => {
      withDetail(deeds.note);
    },
    e: () => {
      withDetail(deeds.takeAway);
    },
  };
  const inList: Readonly<Partial<Record<string, () => void>>> = {
    ArrowDown: () => {
      step(1);
    },
    ArrowUp: () => {
      step(-1);
    },
    Home: () => {
      step(-Infinity);
    },
    End: () => {
      step(Infinity);
    },
  };

  return {
    keyHelp: () => told.map(({ keys, word }) => ({ keys, words: say(word) })),
    /** @param help the dialog that tells the keys */
    pressed(event: KeyboardEvent, help: HTMLDialogElement): void {
      const place = event.target as HTMLElement;
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (event.key === 'Escape' && deeds.escape(place)) {
        event.preventDefault();
        return;
      }
      if (place.closest(busy) !== null) return;
      const run =
        (place.closest('.es-rows') === null ? undefined : inList[event.key]) ??
        (event.key === '?'
          ? () => {
              help.showModal();
            }
          : anywhere[event.key]);
      if (run === undefined) return;
      event.preventDefault();
      run();
    },
  };
}
