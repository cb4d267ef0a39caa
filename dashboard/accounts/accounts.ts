import { roles, type Role } from '../../src/contracts/access.ts';
import { AccountClient } from '../account-client.ts';
import { accountDeeds } from './account-deeds.ts';
import { createAccountList } from './account-list.ts';
import { createAudit } from './account-audit.ts';
import { createOwnAccount } from './account-own.ts';
import { createTokens } from './account-tokens.ts';
import { accountsSpeaker, type AccountsWord } from './accounts-words.ts';
import { initial } from './accounts-state.ts';
import { ApiClient } from '../api-client.ts';
import { apiRoots } from '../api-root.ts';
import { createAsking } from './asking.ts';
import { tab, vue } from '../browser.ts';
import type { DashboardSetup } from '../incidents/page.ts';
import { pageFrame } from '../page-frame.ts';
import { pageVoice } from '../page-voice.ts';
import { wantedLanguages } from '../person-language.ts';
import { createPerson } from '../person.ts';
import { scopeOptions } from './scope-choice.ts';

const refreshMs = 30_000;

export type Accounts = ReturnType<typeof createAccounts>;

/** The page behind accounts.vue: the own account, and for admins all accounts, tokens and the audit. */
export function createAccounts(setup: DashboardSetup) {
  const voice = pageVoice(wantedLanguages());
  const say = accountsSpeaker(voice.language);
  const api = new ApiClient(apiRoots(setup.basePath ?? '/dashboard', setup.RED?.httpNodeRoot), tab);
  const client = new AccountClient(api);
  const person = createPerson(api, voice.language);
  const state = vue().reactive({ ...initial, now: Date.now(), person });
  const deeds = accountDeeds(state, say, () => {
    if (isAdmin()) void audit.load().catch(() => undefined);
  });
  const asking = createAsking(state);
  const tools = { client, say, voice, ...deeds, ask: asking.ask };
  const own = createOwnAccount(state, tools);
  const people = createAccountList(state, tools);
  const tokens = createTokens(state, tools);
  const audit = createAudit(state, tools);

  function isAdmin(): boolean {
    return person.me?.role === 'admin' && person.me.sources === undefined;
  }

  async function load(): Promise<void> {
    await person.load();
    try {
      await Promise.all([own.load(), ...(isAdmin() ? [people.load(), tokens.load(), loadPlaces()] : [])]);
      if (isAdmin() && state.entries.length === 0) await audit.load();
      state.phase = 'ready';
    } catch (error) {
      if (state.phase === 'ready') return;
      state.phase = 'failed';
      state.failure = voice.failureText(error);
    }
    state.now = Date.now();
  }

  async function loadPlaces(): Promise<void> {
    const [sites, { cameras }, { microphones }] = await Promise.all([api.armings(), api.cameras(), api.microphones()]);
    [state.sites, state.places] = [sites, [...cameras, ...microphones]];
  }

  const frame = pageFrame(state, {
    ...{ voice, load, refreshMs, failed: say('failedTitle') },
    refresh: () => {
      state.now = Date.now();
      if (isAdmin()) void people.load().catch(() => undefined);
    },
  });

  return Object.assign(state, frame, {
    ...{ say, word: voice.say, language: voice.language, roles, isAdmin },
    ...{ answer: asking.answer, copy: deeds.copy },
    ...{ own: own.actions, people: people.actions, tokenList: tokens.actions, audit: audit.actions },
    roleWord: (role: Role) => say(role as AccountsWord),
    roleName: (role: Role) => say(`${role}Name` as AccountsWord),
    scopeOptions: (chosen: readonly string[]) =>
      scopeOptions(state.sites, state.places, chosen, (site) => say('wholeSite', { site })),
    /** "Everything", or the names of what may be seen. */
    scopeWords(sources: readonly string[] | undefined): string {
      if (sources === undefined) return say('everything');
      if (sources.length === 0) return say('nothing');
      return sources.map((key) => state.sites.find(({ site }) => site === key)?.siteName ?? key).join(', ');
    },
    when: (at: number) => voice.time.relative(at, state.now),
    exactly: (at: number) => voice.time.full(at),
  });
}
