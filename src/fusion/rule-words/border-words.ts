import type { Say } from './rule-sentence.ts';

export const events = ['sunrise', 'sunset'] as const;
type Event = (typeof events)[number];

/** Where hours begin or end: a time by the clock, or so many minutes after the sun rises or sets (before it, if negative). */
export interface Border {
  time: string;
  event: Event | undefined;
  offset: number;
}

/** Such as "22:00", "sunset", "30 min before sunrise". */
export function borderWords(value: string, say: Say): string {
  const { time, event, offset } = borderIn(value);
  if (event === undefined) return time;
  const name = say(`when.sun.${event}`);
  if (offset === 0) return name;
  return say(`when.sun.${offset < 0 ? 'before' : 'after'}`, { minutes: Math.abs(offset), event: name });
}

/** Reads a border of hours. */
export function borderIn(value: string): Border {
  const event = events.find((one) => value.startsWith(one));
  return event === undefined
    ? { time: value, event, offset: 0 }
    : { time: '', event, offset: Number(value.slice(event.length)) || 0 };
}

/** A border as a rule holds it. */
export function borderText({ time, event, offset }: Border): string {
  if (event === undefined) return time;
  return offset === 0 ? event : `${event}${offset > 0 ? '+' : ''}${offset}`;
}
