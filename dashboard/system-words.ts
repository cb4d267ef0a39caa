const english = {
  title: 'System',
  well: 'Everything works',
  ill: 'Something does not work',
  strangers: 'What works and what not is told to who is logged in.',
  version: 'Version {version}',
  api: 'HTTP API',
  metrics: 'Metrics',
  sources: 'Cameras and microphones',
  models: 'Models',
  name: 'Name',
  state: 'State',
  looked: 'Looked at',
  dropped: 'Left out',
  droppedWhy: 'Left out: {reasons}',
  late: '{seconds} s late',
  noSources: 'No camera and no microphone yet.',
  noModels: 'No model has been used yet.',
  works: 'works',
  fails: 'does not work',
  notRun: 'has not run yet',
  alerts: 'Alerts',
  waiting: '{n} wait',
  noneWaiting: 'none waits',
  failed: '{n} could not be sent',
  database: 'Database',
  ok: 'works',
  down: 'does not work: alerts leave from memory, nothing is kept',
  unused: 'not in use',
  failedTitle: 'The state of the system cannot be loaded',
  camera: 'Camera',
  microphone: 'Microphone',
  ofCaptured: '{share} of {n}',
} as const;

export type SystemWord = keyof typeof english;

const german: Readonly<Record<SystemWord, string>> = {
  title: 'System',
  well: 'Alles geht',
  ill: 'Etwas geht nicht',
  strangers: 'Was geht und was nicht, erfährt, wer angemeldet ist.',
  version: 'Version {version}',
  api: 'HTTP-API',
  metrics: 'Messwerte',
  sources: 'Kameras und Mikrofone',
  models: 'Modelle',
  name: 'Name',
  state: 'Zustand',
  looked: 'Angesehen',
  dropped: 'Ausgelassen',
  droppedWhy: 'Ausgelassen: {reasons}',
  late: '{seconds} s verspätet',
  noSources: 'Noch keine Kamera und kein Mikrofon.',
  noModels: 'Noch kein Modell in Gebrauch.',
  works: 'geht',
  fails: 'geht nicht',
  notRun: 'lief noch nicht',
  alerts: 'Alarme',
  waiting: '{n} warten',
  noneWaiting: 'keiner wartet',
  failed: '{n} ließen sich nicht senden',
  database: 'Datenbank',
  ok: 'geht',
  down: 'geht nicht: Alarme gehen aus dem Speicher hinaus, nichts wird aufbewahrt',
  unused: 'nicht in Gebrauch',
  failedTitle: 'Der Zustand des Systems lässt sich nicht laden',
  camera: 'Kamera',
  microphone: 'Mikrofon',
  ofCaptured: '{share} von {n}',
};

const texts: Readonly<Record<string, Readonly<Record<SystemWord, string>>>> = { en: english, de: german };

/** Looks a text up and puts the fields in. */
export function systemSpeaker(
  language: string,
): (word: SystemWord, fields?: Readonly<Record<string, string | number>>) => string {
  const words = texts[language] ?? english;
  return (word, fields = {}) => words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name] ?? ''));
}
