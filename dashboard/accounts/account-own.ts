import type { SessionRecord } from '../../src/contracts/accounts.ts';
import type { AccountTools } from './account-deeds.ts';
import type { AccountsState } from './accounts-state.ts';
import { agentWords } from './agent-words.ts';
import { chosenLanguage, keepLanguage } from '../person-language.ts';
import type { Person } from '../person.ts';

const languages = ['en', 'de'] as const;

/** The own account: password, logins, language. */
export function createOwnAccount(
  state: AccountsState & { person: Person },
  { client, say, ask, attempt }: AccountTools,
) {
  async function load(): Promise<void> {
    state.sessions = state.person.canLeave() ? await client.sessions() : [];
  }

  function sessionWords({ agent }: SessionRecord): string {
    return agent === undefined ? say('someBrowser') : agentWords(agent);
  }

  return {
    load,
    actions: {
      ...{ languages, sessionWords },
      language: () => state.person.view?.language ?? chosenLanguage() ?? '',
      async setLanguage(wanted: string): Promise<void> {
        const language = languages.find((one) => one === wanted);
        const isKept = await attempt('own', async () => {
          if (state.person.view !== undefined) await state.person.save({ language });
          return { words: say('languageKept') };
        });
        if (isKept && keepLanguage(language)) window.location.reload();
      },
      async changePassword(): Promise<void> {
        const { old, fresh, again } = state.password;
        if (fresh !== again) {
          state.told = { own: { tone: 'bad', words: say('passwordsDiffer') } };
          return;
        }
        const isDone = await attempt('own', async () => {
          await client.changePassword({ password: old, newPassword: fresh });
          await load();
          return { words: say('changed') };
        });
        if (isDone) state.password = { old: '', fresh: '', again: '' };
      },
      endSession(session: SessionRecord): void {
        ask({
          ...{ title: say('endTitle'), text: say('endText', { where: sessionWords(session) }), button: say('logout') },
          run: async () => {
            await attempt('own', async () => {
              await client.endSession(session.id);
              await load();
              return { words: say('ended', { where: sessionWords(session) }) };
            });
          },
        });
      },
      endAll(): void {
        ask({
          ...{ title: say('endAllTitle'), text: say('endAllText'), button: say('endAll') },
          run: async () => {
            const isDone = await attempt('own', async () => {
              await client.endAllSessions();
              return { words: say('endedAll') };
            });
            if (isDone) window.location.assign(state.person.loginPage());
          },
        });
      },
    },
  };
}
