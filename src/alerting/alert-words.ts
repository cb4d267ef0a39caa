/** Languages that alerts are written in. */
export const alertLanguages = ['en', 'de'] as const;
export type AlertLanguage = (typeof alertLanguages)[number];

/** What each severity is called in an alert. */
export const severityWords: Readonly<Record<AlertLanguage, readonly string[]>> = {
  en: ['Information', 'Notice', 'Warning', 'Alarm'],
  de: ['Information', 'Hinweis', 'Warnung', 'Alarm'],
};

/** German names of what detectors, classifiers and streams report; what is not here keeps its own name. */
const germanLabels: Readonly<Record<string, string>> = {
  person: 'Person',
  car: 'Auto',
  truck: 'Lastwagen',
  bus: 'Bus',
  bicycle: 'Fahrrad',
  motorcycle: 'Motorrad',
  dog: 'Hund',
  cat: 'Katze',
  bird: 'Vogel',
  backpack: 'Rucksack',
  handbag: 'Tasche',
  suitcase: 'Koffer',
  knife: 'Messer',
  glass_break: 'Glasbruch',
  forced_entry: 'gewaltsames Öffnen',
  gunshot: 'Schuss',
  scream: 'Schrei',
  explosion: 'Explosion',
  smoke_alarm: 'Rauchmelder',
  dog_bark: 'Hundegebell',
  motion: 'Bewegung',
  offline: 'Ausfall',
  tamper: 'Manipulation',
};

/** A reason such as `person+glass_break` in German, `otherwise` where it has a name that is not known. */
export function germanReason(reason: string, otherwise: string): string {
  const parts = reason.split('+').map((label) => germanLabels[label]);
  if (parts.some((part) => part === undefined)) return otherwise;
  const words = parts.join(' und ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
