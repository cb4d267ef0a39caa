import type { Sun } from '../clock/sun.ts';
import type { ZoneTime } from '../clock/zone-time.ts';
import type { Rule } from '../contracts/configs.ts';
import { disarmed, everyArmedMode, everyMode, isSafety, usualMode } from '../contracts/modes.ts';
import { asksForSun, hoursWords, isWithin } from './rule-hours.ts';

/** Why something was not told. */
export type WhyUntold = 'mode' | 'schedule' | 'delay' | 'cap';

/** A rule that does not count now. */
export interface OffDuty {
  why: WhyUntold;
  /** In words: "the site is disarmed". */
  words: string;
}

/** Which rules count: by the mode of the site, and by the days and hours of each. */
export class Duty {
  readonly #zone: ZoneTime;
  readonly #sun: Sun | undefined;
  #mode: string = usualMode;

  /** @param zone of the site @param sun where it lies, if that is known */
  constructor(zone: ZoneTime, sun?: Sun) {
    this.#zone = zone;
    this.#sun = sun;
  }

  get mode(): string {
    return this.#mode;
  }

  arm(mode: string): void {
    this.#mode = mode;
  }

  /** Why a rule does not count at a moment (epoch ms); undefined when it does. The mode is that of now. */
  offDuty(rule: Rule, at: number): OffDuty | undefined {
    if (!countsIn(rule, this.#mode)) return { why: 'mode', words: modeWords(rule, this.#mode) };
    const { when } = rule;
    if (when === undefined || isWithin(when, this.#zone.at(at), asksForSun(when) ? this.#sun?.on(at) : undefined))
      return undefined;
    return { why: 'schedule', words: `it counts ${hoursWords(when)}` };
  }

  /** How long what a rule finds waits before it is told, in milliseconds: nobody has to disarm what is disarmed. */
  entryDelayMs({ entryDelaySeconds = 0 }: Rule): number {
    return this.#mode === disarmed ? 0 : entryDelaySeconds * 1000;
  }
}

/** Whether a rule counts in a mode at all, whatever the hour. */
export function countsIn(rule: Rule, mode: string): boolean {
  const { modes } = rule;
  if (modes === undefined) return mode !== disarmed || isSafety(rule);
  if (modes.includes(everyMode) || modes.includes(mode)) return true;
  return modes.includes(everyArmedMode) && mode !== disarmed;
}

function modeWords({ modes }: Rule, mode: string): string {
  if (mode === disarmed) return 'the site is disarmed';
  return `it counts in the mode ${(modes ?? []).join(' or ')}, and the site is in ${mode}`;
}
