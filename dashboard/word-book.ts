/** Says a word of a page, with its fields put in; one that nobody gives is left empty. */
export type Speaker<W extends string> = (word: W, fields?: Readonly<Record<string, string | number>>) => string;

/** The texts of a page in its languages. @returns who speaks a language, English where there is no other */
export function wordBook<W extends string>(
  english: Readonly<Record<W, string>>,
  german: Readonly<Record<W, string>>,
): (language: string) => Speaker<W> {
  const texts: Readonly<Record<string, Readonly<Record<W, string>>>> = { en: english, de: german };
  return (language) => {
    const words = texts[language] ?? english;
    return (word, fields = {}) => words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name] ?? ''));
  };
}
