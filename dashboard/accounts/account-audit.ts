import type { AuditEntry } from '../../src/contracts/accounts.ts';
import type { AccountTools } from './account-deeds.ts';
import type { AccountsState } from './accounts-state.ts';
import { auditWords } from './accounts-words.ts';

/** What came is shown: there is nothing to say of it. */
const inSilence = (): { words: string } => ({ words: '' });

/** Who did what, for admins. */
export function createAudit(state: AccountsState, { client, say, voice, attempt }: AccountTools) {
  let request = 0;

  /** The newest page in place of what is shown. @throws ApiFailure */
  async function load(): Promise<void> {
    const mine = ++request;
    const page = await client.audit(state.wanted);
    if (mine !== request) return;
    [state.entries, state.nextEntry] = [page.entries, page.next];
  }

  async function loadOlder(): Promise<void> {
    const mine = ++request;
    const page = await client.audit(state.wanted, state.nextEntry);
    if (mine !== request) return;
    state.entries = [...state.entries, ...page.entries];
    state.nextEntry = page.next;
  }

  return {
    load,
    actions: {
      /** Those that have words, and what else was seen. */
      actionNames: () =>
        [...new Set([...Object.keys(auditWords), ...state.entries.map(({ action }) => action)])]
          .map((value) => ({ value, text: actionWord(value) }))
          .sort((a, b) => a.text.localeCompare(b.text)),
      peopleNames: () =>
        [...new Set([...state.users.map(({ name }) => name), ...state.entries.map(({ by }) => by), state.wanted.by])]
          .filter((name) => name !== '')
          .sort((a, b) => a.localeCompare(b)),
      actionWord: ({ action }: AuditEntry) => actionWord(action),
      isWarning: ({ action }: AuditEntry) => action === 'login.failed',
      moment: ({ at }: AuditEntry) => voice.moment(at, state.now),
      filter: () => attempt('audit', () => load().then(inSilence)),
      older: () => attempt('audit', () => loadOlder().then(inSilence)),
    },
  };

  function actionWord(action: string): string {
    const word = auditWords[action];
    return word === undefined ? action : say(word);
  }
}
