import type { SiteArming } from '../src/contracts/arming.ts';
import type { ApiClient } from './api-client.ts';
import { isDisarmed, modeChoices, withArming } from './mode-switch.ts';
import type { PageState } from './incidents/page-state.ts';
import type { PageVoice } from './page-voice.ts';

type ArmingState = Pick<PageState, 'armings' | 'isArming' | 'armingFailure' | 'announcement' | 'now'>;

/** Arms and disarms the sites. */
export function createArmingSwitch(state: ArmingState, api: ApiClient, voice: PageVoice) {
  const { say, time, modeWord, moment, failureText } = voice;

  function take(arming: SiteArming): void {
    state.armings = withArming(state.armings, arming);
  }

  /** What is not known is not shown: the list below is what matters. */
  async function load(): Promise<void> {
    try {
      state.armings = await api.armings();
    } catch {
      // The list of incidents, asked for at the same time, says what is wrong.
    }
  }

  async function arm({ site, mode: present }: SiteArming, mode: string): Promise<void> {
    if (mode === present || state.isArming) return;
    state.isArming = true;
    state.armingFailure = '';
    try {
      take(await api.arm(site, mode));
      state.announcement = say('modeSet', { mode: modeWord(mode) });
    } catch (error) {
      state.armingFailure = say('modeFailed', { reason: failureText(error) });
    } finally {
      state.isArming = false;
    }
  }

  /** "Since 14:05, by anna." */
  function armingWords({ how, by, at, mode, counting, from, kept }: SiteArming): string {
    if (how === 'unset') return say('modeUnset');
    const since = say('modeSince', { time: moment(at, state.now), by });
    const words = mode === counting ? since : say('modeLeaving', { time: time.exact(from), mode: modeWord(counting) });
    return kept ? words : `${words} ${say('modeNotKept')}`;
  }

  return { take, load, actions: { arm, armingWords, modeChoices, modeWord, isDisarmed } };
}
