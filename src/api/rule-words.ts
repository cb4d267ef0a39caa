import { nodeTexts, type Language } from '../process/package-files.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

const known = new Map<Language, Say>();

/** The words of rules in a language: those of the dialog of fuse-severity. */
export function ruleWords(language: Language): Say {
  const made = known.get(language) ?? sayIn(nodeTexts('fuse-severity', language).rule);
  known.set(language, made);
  return made;
}

/** What Node-RED's i18n does with our texts in the dialog. */
function sayIn(texts: unknown): Say {
  return (key, params = {}) => {
    const text = key
      .split('.')
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], texts);
    if (typeof text !== 'string') return key;
    return text.replace(/__(\w+)__/g, (whole, name: string) => String(params[name] ?? whole));
  };
}
