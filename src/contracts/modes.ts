import { lastingCues } from './lasting-cues.ts';

/** The modes that everybody knows; a site may have others, such as `holiday`. */
export const armingModes = ['disarmed', 'home', 'away', 'night'] as const;

/** What holds where nobody ever set a mode, and where it cannot be read: everything counts. */
export const usualMode = 'away';
export const disarmed = 'disarmed';

/** Words for several modes in a rule: all but disarmed, and all. No mode may be called so. */
export const everyArmedMode = 'armed';
export const everyMode = 'always';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** What matters whoever is at home: as panic, fire and tamper zones of an alarm panel. */
const safety: Readonly<Record<string, readonly string[]>> = {
  cue: lastingCues,
  sound: ['gunshot', 'smoke_alarm', 'fire_alarm', 'smoke_detector', 'carbon_monoxide_alarm'],
  signal: [
    ...['panic', 'sos', 'duress', 'medical', 'tamper'],
    ...['smoke', 'fire', 'gas', 'carbon_monoxide', 'water', 'leak', 'flood'],
  ],
};

interface Asking {
  all?: readonly { kind: string; label: string }[] | undefined;
  any?: readonly { kind: string; label: string }[] | undefined;
}

/** Whether a rule cannot hold without something that always matters. */
export function isSafety({ all = [], any = [] }: Asking): boolean {
  return all.some(matters) || (any.length > 0 && any.every(matters));
}

function matters({ kind, label }: { kind: string; label: string }): boolean {
  return kind === 'stream' || (safety[kind] ?? []).includes(label);
}
