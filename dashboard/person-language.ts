const key = 'echosight-language';

/** The languages that somebody wants, the dearest first: the one that was chosen, then those of the browser. */
export function wantedLanguages(): string[] {
  const ofBrowser = [...navigator.languages];
  const chosen = chosenLanguage();
  if (chosen === undefined) return ofBrowser;
  // With the region of the browser where it has one: it decides how dates look.
  return [...ofBrowser.filter((tag) => tag.toLowerCase().startsWith(chosen)), chosen, ...ofBrowser];
}

/** The language chosen in this browser; undefined: that of the browser. */
export function chosenLanguage(): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    // A browser may refuse to keep anything; the page works without.
    return undefined;
  }
}

/** @returns whether it differs from before, so that the page has to be drawn anew */
export function keepLanguage(language: string | undefined): boolean {
  const before = chosenLanguage();
  try {
    if (language === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, language);
  } catch {
    // As above.
  }
  return chosenLanguage() !== before;
}
