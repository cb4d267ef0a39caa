import type { IncomingMessage } from 'node:http';
import { languages, type Language } from '../process/package-files.ts';

/** The first language of a browser that we speak (Accept-Language, RFC 9110, section 12.5.4); else English. */
export function languageOf({ headers }: Pick<IncomingMessage, 'headers'>): Language {
  const [usual] = languages;
  const wanted = (headers['accept-language'] ?? '').split(',', 20).map(ranked);
  const known = wanted.flatMap(({ tag, rank }) => {
    const language = languages.find((one) => tag === one || tag.startsWith(`${one}-`));
    return language === undefined || rank <= 0 ? [] : [{ language, rank }];
  });
  return known.sort((one, other) => other.rank - one.rank)[0]?.language ?? usual;
}

function ranked(part: string): { tag: string; rank: number } {
  const [tag = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
  const quality = parameters.find((one) => one.startsWith('q='));
  return { tag, rank: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
}
