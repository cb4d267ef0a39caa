import type { AccountAnswer, AccountView } from '../src/contracts/accounts.ts';
import { AccountClient } from './account-client.ts';
import type { ApiClient } from './api-client.ts';
import { vue } from './browser.ts';
import { keepLanguage } from './person-language.ts';
import { personSpeaker } from './person-words.ts';

/** What changes of a view; undefined: it is forgotten. */
export type ViewChange = { [Part in keyof AccountView]?: AccountView[Part] | undefined };

export type Person = ReturnType<typeof createPerson>;

/** Who looks at a page of the dashboard: the name in the bar, and what they keep. */
export function createPerson(api: ApiClient, language: string) {
  const client = new AccountClient(api);
  const state = vue().reactive({
    me: undefined as AccountAnswer | undefined,
    /** Of an account; undefined where there is none that could keep one. */
    view: undefined as AccountView | undefined,
    hasBar: false,
    isLeaving: false,
  });

  async function load(): Promise<void> {
    try {
      state.hasBar = document.querySelector('#app-bar-actions') !== null;
      state.me = await client.me();
      if (!hasAccount(state.me)) return;
      state.view = await client.view();
      if (keepLanguage(state.view.language)) window.location.reload();
    } catch {
      // What the page is there for, asked for at the same time, says what is wrong.
    }
  }

  return Object.assign(state, {
    say: personSpeaker(language),
    language,
    load,
    /** Where nobody has an account, there is nothing to tell. */
    isShown: () => state.me !== undefined && (state.me.accounts || state.me.how === 'node-red'),
    canLeave: () => state.me?.how === 'session',
    isStranger: () => state.me?.how === 'local',
    accountPage: () => `${api.address('../../account')}?next=${encodeURIComponent(window.location.pathname)}`,
    loginPage: () => `${api.address('../../login')}?next=${encodeURIComponent(window.location.pathname)}`,
    async logOut(): Promise<void> {
      state.isLeaving = true;
      try {
        await client.logOut();
      } finally {
        window.location.assign(`${api.address('../../login')}?next=${encodeURIComponent(window.location.pathname)}`);
      }
    },
    /** Keeps something in the account; undefined: it is forgotten. @throws ApiFailure */
    async save(change: ViewChange): Promise<void> {
      const left = Object.entries({ ...state.view, ...change }).filter(([, value]) => value !== undefined);
      const view: AccountView = Object.fromEntries(left);
      await client.setView(view);
      state.view = view;
    },
  });
}

/** A login of Node-RED has an account only where there is one of its name; the answer tells neither, so it is tried. */
function hasAccount({ how, accounts }: AccountAnswer): boolean {
  return accounts && how !== 'local';
}
