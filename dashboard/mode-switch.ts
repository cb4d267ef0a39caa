import type { SiteArming } from '../src/contracts/arming.ts';
import { armingModes, disarmed } from '../src/contracts/modes.ts';

/** One mode that can be chosen. */
export interface ModeChoice {
  mode: string;
  icon: string;
  isChosen: boolean;
}

const icons: Readonly<Record<string, string>> = {
  disarmed: 'mdi-shield-off-outline',
  home: 'mdi-shield-home-outline',
  away: 'mdi-shield-lock-outline',
  night: 'mdi-weather-night',
};

/** What the switch of a site offers: the modes that everybody knows, and the one of its own that is set. */
export function modeChoices({ mode }: SiteArming): ModeChoice[] {
  const own = (armingModes as readonly string[]).includes(mode) ? [] : [mode];
  return [...armingModes, ...own].map((name) => ({
    mode: name,
    icon: icons[name] ?? 'mdi-shield-outline',
    isChosen: name === mode,
  }));
}

/** Whether nothing but safety counts. */
export function isDisarmed({ counting }: SiteArming): boolean {
  return counting === disarmed;
}

/** The list with one site as it stands now. */
export function withArming(known: readonly SiteArming[], now: SiteArming): SiteArming[] {
  const isKnown = known.some(({ site }) => site === now.site);
  return isKnown ? known.map((one) => (one.site === now.site ? now : one)) : [...known, now];
}
