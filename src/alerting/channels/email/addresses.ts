import { SentinelError } from '../../../contracts/errors.ts';

/** What nearly all addresses look like; nothing in it can end a header or begin a second address. */
const address = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@[a-z0-9.-]{1,253}$/iu;

/**
 * Mail addresses, each once. Names before an address (`Anna <anna@example.org>`) are left out.
 * @throws SentinelError ES_BAD_CONFIG for what is none.
 */
export function mailAddresses(typed: readonly string[]): string[] {
  const entries = typed.map((entry) => entry.trim()).filter((entry) => entry !== '');
  if (entries.length === 0) throw new SentinelError('ES_BAD_CONFIG', 'The mail account has no address.');
  return [...new Set(entries.map(bare))];
}

function bare(entry: string): string {
  const plain = /^[^<>]*<([^<>]+)>$/.exec(entry)?.[1] ?? entry;
  if (address.test(plain)) return plain;
  throw new SentinelError('ES_BAD_CONFIG', `"${entry.slice(0, 80)}" is no mail address.`, {
    hint: 'Write it as in anna@example.org.',
  });
}
