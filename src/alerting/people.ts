import type { Recipient } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import { alertLanguages, type AlertLanguage } from './alert-words.ts';
import { minuteIn, type QuietHours } from './quiet-hours.ts';

/** Somebody whom an account tells. */
export interface Person {
  /** As the provider takes it. */
  address: string;
  /** For people who read the status. */
  name?: string;
  /** Of the texts; that of the node without it. */
  language?: AlertLanguage;
  quiet?: QuietHours;
}

/** Quiet hours as they were typed, such as 22:00 to 07:00; empty: none. */
export interface TypedHours {
  quietFrom?: string;
  quietTo?: string;
}

/**
 * The people of an account, each once, in the order in which they were entered.
 * @param addressesOf makes of what was typed what the provider takes. @throws what it throws
 * @param hours of everybody without hours of their own; who enters the same time twice is never quiet
 * @throws SentinelError ES_BAD_CONFIG for quiet hours of which only one end is given
 */
export function peopleOf(
  entries: readonly (string | Recipient)[],
  addressesOf: (typed: readonly string[]) => string[],
  hours: TypedHours = {},
): Person[] {
  const common = hoursIn(hours, 'the account');
  const recipients = entries.map((entry): Recipient => (typeof entry === 'string' ? { to: entry } : entry));
  // An empty list is told in the words of the channel.
  const typed = recipients.filter(({ to }) => to.trim() !== '');
  if (typed.length === 0) addressesOf([]);
  const people = new Map<string, Person>();
  for (const recipient of typed) {
    const [address = ''] = addressesOf([recipient.to]);
    if (!people.has(address)) people.set(address, { address, ...settingsOf(recipient, common) });
  }
  return [...people.values()];
}

/** Everybody alike: nobody has a language or quiet hours of their own. */
export function plainPeople(addresses: readonly string[]): Person[] {
  return addresses.map((address) => ({ address }));
}

function settingsOf(recipient: Recipient, common: QuietHours | undefined): Omit<Person, 'address'> {
  const { name = '', language } = recipient;
  const own = alertLanguages.find((known) => known === language);
  const { from, to } = hoursIn(recipient, 'a recipient') ?? common ?? { from: 0, to: 0 };
  return {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(own === undefined ? {} : { language: own }),
    ...(from === to ? {} : { quiet: { from, to } }),
  };
}

/** Undefined where none were entered. @throws SentinelError ES_BAD_CONFIG */
function hoursIn({ quietFrom = '', quietTo = '' }: TypedHours, whose: string): QuietHours | undefined {
  const [from, to] = [minuteIn(quietFrom), minuteIn(quietTo)];
  if ((from === undefined) !== (to === undefined)) {
    throw new SentinelError('ES_BAD_CONFIG', `Quiet hours of ${whose} have only one end.`, {
      hint: 'Enter both, such as 22:00 to 07:00, or none.',
    });
  }
  return from === undefined || to === undefined ? undefined : { from, to };
}
