import type { UserRecord } from '../../src/contracts/accounts.ts';
import type { AccountTools } from './account-deeds.ts';
import { ChangedMeanwhile } from '../api-client.ts';
import { newPerson, type AccountsState } from './accounts-state.ts';
import type { Person } from '../person.ts';
import { choiceOf, sourcesOf } from './scope-choice.ts';

/** All accounts, for admins. */
export function createAccountList(
  state: AccountsState & { person: Person },
  { client, say, voice, ask, attempt }: AccountTools,
) {
  async function load(): Promise<void> {
    state.users = await client.users();
  }

  const linkAddress = (link: string): string => {
    const page = state.person.loginPage().split('?', 1)[0] ?? '';
    return `${new URL(page, window.location.href).href}#link=${link}`;
  };

  /** Does it, and shows the list as it is then. */
  async function change(deed: () => Promise<{ words: string; secret?: string }>): Promise<boolean> {
    return await attempt('people', async () => {
      const told = await deed();
      await load();
      return told;
    });
  }

  /** Begins to change an account as it stands now. */
  async function begin(id: string): Promise<void> {
    const { user, tag } = await client.user(id);
    state.users = state.users.map((one) => (one.id === id ? { ...one, ...user } : one));
    state.changing = id;
    state.seen = tag;
    state.change = { role: user.role, ...choiceOf(user.sources) };
  }

  return {
    load,
    actions: {
      /** "Logged in 2 hours ago", "waits for the password" */
      seenWords({ seenAt, loggedInAt, hasPassword }: UserRecord): string {
        if (!hasPassword) return say('noPassword');
        const last = Math.max(seenAt ?? 0, loggedInAt ?? 0);
        return last === 0 ? say('neverSeen') : say('seen', { time: voice.time.relative(last, state.now) });
      },
      isOwn: ({ name }: UserRecord) => state.person.me?.how === 'session' && state.person.me.name === name,
      /** The first one can only be an admin: somebody must be able to change accounts. */
      isFirst: () => state.users.length === 0,
      openAdding(): void {
        state.isAdding = !state.isAdding;
        state.adding = newPerson();
        if (state.users.length === 0) state.adding.role = 'admin';
      },
      async add(): Promise<void> {
        const { name, role } = state.adding;
        const sources = sourcesOf(state.adding);
        const isDone = await change(async () => {
          const { link } = await client.addUser({ name, role, ...(sources === undefined ? {} : { sources }) });
          return { words: say('added', { name }), secret: linkAddress(link) };
        });
        if (isDone) state.isAdding = false;
      },
      async openChange({ id }: UserRecord): Promise<void> {
        if (state.changing === id) {
          state.changing = '';
          return;
        }
        await attempt('people', async () => {
          await begin(id);
          return { words: '' };
        });
      },
      async saveChange({ id, name }: UserRecord): Promise<void> {
        const { role } = state.change;
        const isDone = await change(async () => {
          try {
            await client.changeUser(id, { role, sources: sourcesOf(state.change) ?? null }, state.seen);
          } catch (error) {
            // Somebody else was faster: it is shown as they left it, to be changed anew.
            if (error instanceof ChangedMeanwhile) await begin(id);
            throw error;
          }
          return { words: say('personChanged', { name }) };
        });
        if (isDone) state.changing = '';
      },
      async newLink({ id, name }: UserRecord): Promise<void> {
        await change(async () => {
          const { link } = await client.newLink(id);
          return { words: say('linkMade', { name }), secret: linkAddress(link) };
        });
      },
      async enable({ id, name }: UserRecord): Promise<void> {
        await change(async () => {
          await client.changeUser(id, { disabled: false });
          return { words: say('enabled', { name }) };
        });
      },
      disable({ id, name }: UserRecord): void {
        ask({
          ...{ title: say('disableTitle', { name }), text: say('disableText'), button: say('disable') },
          run: async () => {
            await change(async () => {
              await client.changeUser(id, { disabled: true });
              return { words: say('disabledNow', { name }) };
            });
          },
        });
      },
      remove({ id, name }: UserRecord): void {
        ask({
          ...{ title: say('removeTitle', { name }), text: say('removeText'), button: say('remove') },
          run: async () => {
            await change(async () => {
              await client.removeUser(id);
              return { words: say('removed', { name }) };
            });
          },
        });
      },
    },
  };
}
