/** The first that fits counts: most browsers say that they are several others, too. */
const browsers: readonly [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrome|CriOS|Chromium/, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: readonly [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** What a browser is called by people: "Firefox, Windows"; what nobody knows stays as it is. */
export function agentWords(agent: string): string {
  const known = [browsers, systems].map((table) => table.find(([mark]) => mark.test(agent))?.[1]);
  const words = known.filter((word) => word !== undefined);
  return words.length > 0 ? words.join(', ') : agent.slice(0, 60);
}
