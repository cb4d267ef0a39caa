import type { TokenRecord } from '../../src/contracts/accounts.ts';
import type { AccountTools } from './account-deeds.ts';
import { newToken, type AccountsState } from './accounts-state.ts';
import { sourcesOf } from './scope-choice.ts';

/** Tokens of programs, for admins. */
export function createTokens(state: AccountsState, { client, say, voice, ask, attempt }: AccountTools) {
  async function load(): Promise<void> {
    state.tokens = await client.tokens();
  }

  const dates = new Intl.DateTimeFormat(voice.language, { dateStyle: 'medium' });
  const isOver = ({ revokedAt, expiresAt = Infinity }: TokenRecord): boolean =>
    revokedAt !== undefined || expiresAt <= state.now;

  return {
    load,
    actions: {
      isOver,
      /** "Last used yesterday, ends in ..." */
      tokenWords({ usedAt, revokedAt, expiresAt, madeBy }: TokenRecord): string {
        const time = voice.time;
        if (revokedAt !== undefined) return say('tokenRevoked', { time: time.relative(revokedAt, state.now) });
        if (expiresAt !== undefined && expiresAt <= state.now)
          return say('tokenOver', { day: dates.format(expiresAt) });
        const used =
          usedAt === undefined ? say('tokenUnused') : say('tokenUsed', { time: time.relative(usedAt, state.now) });
        const ends = expiresAt === undefined ? say('tokenEndless') : say('tokenEnds', { day: dates.format(expiresAt) });
        return [used, ends, say('tokenBy', { name: madeBy })].join(' · ');
      },
      openMaking(): void {
        state.isMaking = !state.isMaking;
        state.making = newToken();
      },
      async make(): Promise<void> {
        const { name, role, days } = state.making;
        const sources = sourcesOf(state.making);
        const isDone = await attempt('tokens', async () => {
          const { token } = await client.makeToken({
            ...{ name, role, ...(sources === undefined ? {} : { sources }) },
            ...(String(days) === '' ? {} : { expiresInDays: Number(days) }),
          });
          await load();
          return { words: say('tokenIs'), secret: token };
        });
        if (isDone) state.isMaking = false;
      },
      revoke({ id, name }: TokenRecord): void {
        ask({
          ...{ title: say('revokeTitle', { name }), text: say('revokeText'), button: say('revoke') },
          run: async () => {
            await attempt('tokens', async () => {
              await client.revokeToken(id);
              await load();
              return { words: say('tokenIsRevoked', { name }) };
            });
          },
        });
      },
    },
  };
}
