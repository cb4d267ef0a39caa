import type { AccountClient } from '../account-client.ts';
import type { AccountsState, Part } from './accounts-state.ts';
import type { accountsSpeaker } from './accounts-words.ts';
import { ApiFailure, ChangedMeanwhile } from '../api-client.ts';
import type { Question } from './asking.ts';
import type { PageVoice } from '../page-voice.ts';

export type AccountsSpeaker = ReturnType<typeof accountsSpeaker>;

/** What the parts of the page work with. */
export interface AccountTools {
  client: AccountClient;
  say: AccountsSpeaker;
  voice: PageVoice;
  ask: (question: Question) => void;
  /**
   * Does something that somebody wants, one at a time, and tells in a part of the page what became of it.
   * @param deed gives the words, and a secret that is shown this once
   * @returns whether it was done
   */
  attempt: (part: Part, deed: () => Promise<{ words: string; secret?: string }>) => Promise<boolean>;
}

/** @param done runs after something was done */
export function accountDeeds(state: AccountsState, say: AccountsSpeaker, done: () => void) {
  return {
    attempt: (async (part, deed) => {
      if (state.isBusy) return false;
      state.isBusy = true;
      state.told = {};
      try {
        state.told = { [part]: { tone: 'good', ...(await deed()) } };
        if (part !== 'audit') done();
        return true;
      } catch (error) {
        state.told = { [part]: { tone: 'bad', words: failureWords(error, say) } };
        return false;
      } finally {
        state.isBusy = false;
      }
    }) satisfies AccountTools['attempt'],
    /** To the clipboard, where the browser lets a page; else it is marked, for the keys. */
    copy: async (part: Part): Promise<void> => {
      const told = state.told[part];
      if (told?.secret === undefined) return;
      document.querySelector<HTMLInputElement>(`[data-secret=${part}]`)?.select();
      try {
        await navigator.clipboard.writeText(told.secret);
        state.told = { [part]: { ...told, words: say('copied') } };
      } catch {
        state.told = { [part]: { ...told, words: say('copyByHand') } };
      }
    },
  };
}

/** What the server says is in English; what happens often is said in the language of the page. */
function failureWords(error: unknown, say: AccountsSpeaker): string {
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ApiFailure)) return say('failed', { detail });
  if (error.kind === 'unreachable') return say('unreachable');
  if (error.kind === 'login') return say('wrongPassword');
  if (error.kind === 'missing') return say('isGone');
  if (error instanceof ChangedMeanwhile) return say('changedByOthers');
  if (detail.startsWith('One admin who may see everything')) return say('lastAdmin');
  if (detail.startsWith('There is an account')) return say('nameTaken');
  return say('failed', { detail });
}
