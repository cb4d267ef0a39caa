const english = {
  incidents: 'Incidents',
  severity0: 'Information',
  severity1: 'Notice',
  severity2: 'Warning',
  severity3: 'Alarm',
  pending: 'Not reviewed',
  acknowledged: 'Acknowledged',
  confirmed: 'Confirmed',
  dismissed: 'Dismissed',
  'false-positive': 'False alarm',
  reviewedBy: '{state} by {by}, {time}',
  linkLive: 'Live',
  linkConnecting: 'Connecting',
  linkPolling: 'Refreshing',
  linkLost: 'Not connected',
  bannerLost: 'Connection lost, trying again. What you see may not be the latest.',
  bannerPolling:
    'No live connection, only a refresh every few seconds. Does a proxy in between let WebSockets through?',
  bannerUnavailable: 'Incidents of {names} cannot be read at present.',
  minimumSeverity: 'Severity',
  anySeverity: 'All',
  fromSeverity1: 'Notice and above',
  fromSeverity2: 'Warning and above',
  onlySeverity3: 'Alarms only',
  unreviewedOnly: 'Not reviewed only',
  loading: 'Loading incidents',
  older: 'Load older',
  newOne: '1 new incident',
  newMany: '{n} new incidents',
  announce: 'New: {severity}, {label}, {area}',
  connectedAgain: 'Connected again.',
  emptyTitle: 'All quiet',
  emptyText: 'No incident yet. It appears here by itself as soon as there is one.',
  emptyHint1: 'Is there a camera? A node rtsp-in shows a green dot when its camera is connected.',
  emptyHint2: 'Do the wires lead from detectron-infer and audio-classify to fuse-severity, and on to evidence-store?',
  emptyHint3:
    'To try it out: npm start in the repository plays a scene with a break-in. Example 5 needs only a button.',
  filteredTitle: 'Nothing fits the filter',
  filteredText: 'There may be incidents of a lower severity, or reviewed ones.',
  clearFilter: 'Show all',
  failedTitle: 'The incidents cannot be loaded',
  forbidden:
    'EchoSight answers only its own machine as long as there is no login. Set httpNodeAuth in the settings file of Node-RED and restart it; or open this page on the machine itself, by http://localhost.',
  login: 'EchoSight wants a login (httpNodeAuth). Reload the page and log in.',
  missing:
    'EchoSight does not answer. Is @echosight/node-red-sentinel installed in this Node-RED, and one of its nodes in a deployed flow?',
  unreachable: 'Node-RED cannot be reached. This page tries again by itself.',
  other: 'EchoSight reports: {detail}',
  tryAgain: 'Try again',
  choose: 'Choose an incident to see what happened.',
  back: 'Back to the list',
  acknowledge: 'Acknowledge',
  confirm: 'Confirm',
  falsePositive: 'False alarm',
  reviewFailed: 'That could not be saved: {reason}',
  saved: 'Saved: {state}.',
  since: 'since {time}',
  goingOn: 'Going on',
  lasted: 'Lasted {time}',
  confidence: 'Confidence {percent}',
  snapshot: 'Snapshot',
  snapshotOf: 'Snapshot from {source}, {time}',
  enlarge: 'Show full size',
  close: 'Close',
  openFile: 'Open the file',
  sound: 'Sound from {source}, {time}',
  clip: 'Clip from {source}, {time}',
  noMedia: 'No picture or sound of it.',
  why: 'Why',
  signals: 'Signals',
  signal: 'Signal',
  score: 'Score',
  time: 'Time',
  threshold: 'threshold {percent}',
  times: '{n} times',
  gone: 'The file cannot be read any more.',
} as const;

export type Word = keyof typeof english;

const german: Readonly<Record<Word, string>> = {
  incidents: 'Vorfälle',
  severity0: 'Information',
  severity1: 'Hinweis',
  severity2: 'Warnung',
  severity3: 'Alarm',
  pending: 'Nicht geprüft',
  acknowledged: 'Quittiert',
  confirmed: 'Bestätigt',
  dismissed: 'Verworfen',
  'false-positive': 'Fehlalarm',
  reviewedBy: '{state} von {by}, {time}',
  linkLive: 'Live',
  linkConnecting: 'Verbinden',
  linkPolling: 'Abfrage',
  linkLost: 'Nicht verbunden',
  bannerLost: 'Verbindung unterbrochen, neuer Versuch läuft. Die Anzeige ist vielleicht nicht aktuell.',
  bannerPolling:
    'Keine Live-Verbindung, nur eine Abfrage alle paar Sekunden. Lässt ein Proxy dazwischen WebSockets durch?',
  bannerUnavailable: 'Die Vorfälle von {names} sind zurzeit nicht lesbar.',
  minimumSeverity: 'Schwere',
  anySeverity: 'Alle',
  fromSeverity1: 'Ab Hinweis',
  fromSeverity2: 'Ab Warnung',
  onlySeverity3: 'Nur Alarme',
  unreviewedOnly: 'Nur nicht geprüfte',
  loading: 'Vorfälle werden geladen',
  older: 'Ältere laden',
  newOne: '1 neuer Vorfall',
  newMany: '{n} neue Vorfälle',
  announce: 'Neu: {severity}, {label}, {area}',
  connectedAgain: 'Wieder verbunden.',
  emptyTitle: 'Alles ruhig',
  emptyText: 'Noch kein Vorfall. Sobald es einen gibt, erscheint er hier von selbst.',
  emptyHint1: 'Gibt es eine Kamera? Ein Node rtsp-in zeigt einen grünen Punkt, wenn seine Kamera verbunden ist.',
  emptyHint2:
    'Führen die Leitungen von detectron-infer und audio-classify zu fuse-severity und weiter zu evidence-store?',
  emptyHint3:
    'Zum Ausprobieren: npm start im Repository spielt eine Szene mit Einbruch. Beispiel 5 braucht nur einen Knopf.',
  filteredTitle: 'Nichts passt zum Filter',
  filteredText: 'Vielleicht gibt es Vorfälle geringerer Schwere oder schon geprüfte.',
  clearFilter: 'Alle anzeigen',
  failedTitle: 'Die Vorfälle können nicht geladen werden',
  forbidden:
    'Solange es keine Anmeldung gibt, antwortet EchoSight nur dem eigenen Rechner. Setzen Sie httpNodeAuth in der Einstellungsdatei von Node-RED und starten Sie es neu; oder öffnen Sie diese Seite auf dem Rechner selbst, mit http://localhost.',
  login: 'EchoSight verlangt eine Anmeldung (httpNodeAuth). Laden Sie die Seite neu und melden Sie sich an.',
  missing:
    'EchoSight antwortet nicht. Ist @echosight/node-red-sentinel in diesem Node-RED installiert und einer seiner Nodes in einem übernommenen Flow?',
  unreachable: 'Node-RED ist nicht erreichbar. Diese Seite versucht es von selbst erneut.',
  other: 'EchoSight meldet: {detail}',
  tryAgain: 'Erneut versuchen',
  choose: 'Wählen Sie einen Vorfall, um zu sehen, was geschah.',
  back: 'Zurück zur Liste',
  acknowledge: 'Quittieren',
  confirm: 'Bestätigen',
  falsePositive: 'Fehlalarm',
  reviewFailed: 'Das konnte nicht gespeichert werden: {reason}',
  saved: 'Gespeichert: {state}.',
  since: 'seit {time}',
  goingOn: 'Dauert an',
  lasted: 'Dauerte {time}',
  confidence: 'Sicherheit {percent}',
  snapshot: 'Bild',
  snapshotOf: 'Bild von {source}, {time}',
  enlarge: 'In voller Größe zeigen',
  close: 'Schließen',
  openFile: 'Datei öffnen',
  sound: 'Ton von {source}, {time}',
  clip: 'Video von {source}, {time}',
  noMedia: 'Kein Bild und kein Ton davon.',
  why: 'Warum',
  signals: 'Signale',
  signal: 'Signal',
  score: 'Wert',
  time: 'Zeit',
  threshold: 'Schwelle {percent}',
  times: '{n}-mal',
  gone: 'Die Datei ist nicht mehr lesbar.',
};

const texts: Readonly<Record<string, Readonly<Record<Word, string>>>> = { en: english, de: german };

/** The first wanted language that there are texts in, else English: the full tag for dates, and the tag of the texts. */
export function chooseLanguage(wanted: readonly string[]): { tag: string; language: string } {
  const tag = wanted.find((candidate) => Object.hasOwn(texts, primary(candidate)));
  return tag === undefined ? { tag: 'en-GB', language: 'en' } : { tag, language: primary(tag) };
}

function primary(tag: string): string {
  return tag.toLowerCase().split('-', 1)[0] ?? '';
}

/** Looks a text up and puts the fields in. */
export function speaker(language: string): (word: Word, fields?: Readonly<Record<string, string | number>>) => string {
  const known = texts[language] ?? english;
  return (word, fields = {}) =>
    known[word].replace(/\{(\w+)\}/g, (whole, field: string) => String(fields[field] ?? whole));
}
