import { longestAccountName, passwordLength } from '../contracts/accounts.ts';
import { SentinelError } from '../contracts/errors.ts';

/** Letters, digits, and what stands in mail addresses: a name that looks like another one is not accepted. */
const accountName = /^[\p{L}\p{N}](?:[\p{L}\p{N}._@ +-]*[\p{L}\p{N}])?$/u;
/** A letter of one that stands among those of another is there to be taken for it. */
const alphabets = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u];
/** They stand in reviews and the audit for what is no account. */
const taken: ReadonlySet<string> = new Set(['local', 'flow', 'nobody', 'command', 'system']);

/** The form in which names are compared: `Ann` and `ann` are one person. */
export function nameKeyOf(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** The name as it is kept. @throws SentinelError ES_ACCOUNT */
export function tidyName(name: string): string {
  const tidy = name.normalize('NFKC').trim();
  if (tidy.length > longestAccountName || !accountName.test(tidy)) {
    throw new SentinelError('ES_ACCOUNT', 'A name has letters, digits and . _ @ + - or a space, at most 64.');
  }
  if (alphabets.filter((alphabet) => alphabet.test(tidy)).length > 1) {
    throw new SentinelError('ES_ACCOUNT', 'A name has letters of one alphabet.');
  }
  if (taken.has(nameKeyOf(tidy)) || nameKeyOf(tidy).startsWith(tokenName('')))
    throw new SentinelError('ES_ACCOUNT', `The name ${tidy} is used for something else.`);
  return tidy;
}

/** @throws SentinelError ES_ACCOUNT saying what is wrong with a new password. */
export function assertGoodPassword(password: string, name: string): void {
  const { least, most } = passwordLength;
  const letters = Array.from(password.normalize('NFKC'));
  if (letters.length < least) {
    throw new SentinelError('ES_ACCOUNT', `A password has at least ${least} characters; several words are good.`);
  }
  if (letters.length > most) throw new SentinelError('ES_ACCOUNT', `A password has at most ${most} characters.`);
  const isName = nameKeyOf(password).replaceAll(nameKeyOf(name), '').length < 4;
  if (isName || new Set(letters).size < 4) {
    throw new SentinelError(
      'ES_ACCOUNT',
      'This password is easy to guess: it is the name, or a few characters again and again.',
    );
  }
}

/** How a program with a token stands in reviews and the audit: never like a person. */
export function tokenName(name: string): string {
  return `token ${name}`;
}
