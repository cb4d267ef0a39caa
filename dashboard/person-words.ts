import { words as accountWords } from '../src/api/access/page/words.ts';
import { wordBook } from './word-book.ts';

const english = {
  who: 'Logged in as {name}',
  account: 'Account of {name}',
  logOut: accountWords.en.logout,
  thisMachine: 'This machine',
  logIn: accountWords.en.login,
} as const;

const german: Readonly<Record<keyof typeof english, string>> = {
  who: 'Angemeldet als {name}',
  account: 'Konto von {name}',
  logOut: accountWords.de.logout,
  thisMachine: 'Dieser Rechner',
  logIn: accountWords.de.login,
};

export const personSpeaker = wordBook<keyof typeof english>(english, german);
