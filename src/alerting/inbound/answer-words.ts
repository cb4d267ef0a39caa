import type { Language } from './spoken-command.ts';

const en = {
  help: 'You can write: ack, dismiss (with the first letters of a number, or in reply to an alert), arm away, disarm, snooze 30, status, snapshot CAMERA.',
  acknowledged: 'Acknowledged: {what}.',
  dismissed: 'Dismissed: {what}. It stays in the list.',
  stands: 'That was said already, by {by}: {what}.',
  noIncident: 'There is no such incident.',
  several: 'That fits several incidents. Write more of the number.',
  notKept: 'This incident is not kept, so nothing can be noted about it.',
  armed: 'Armed: {mode}.',
  armedSoon: 'Armed soon: {mode}.',
  disarmed: 'Disarmed.',
  badMode: 'There is no mode "{mode}".',
  passedOn: 'Passed on: {what}.',
  snoozed: 'Quiet until {until}{where}. Alarms still come; what is held back comes then.',
  snoozeOver: 'The snooze is over{where}. What was held back comes now.',
  badArea: 'There is no such area. There are: {areas}',
  badMinutes: 'How many minutes? Such as: snooze 30',
  picture: '{camera}',
  noPicture: 'There is no picture of {camera} now.',
  cameras: 'Which camera? There are: {cameras}',
  noCameras: 'No camera is running.',
  status: '{site}: {mode}. {sources} {incidents}',
  allWell: 'All cameras and microphones are connected.',
  troubled: 'Not connected: {sources}.',
  nothingOpen: 'Nothing is open.',
  open: 'Open: {incidents}.',
  used: 'This button was used before.',
  expired: 'This button is too old.',
  notYours: 'This button is of another message.',
  late: 'Your message came {minutes} minutes late, so nothing was done.',
  failed: 'That did not work: {why}',
} as const;
export type AnswerKey = keyof typeof en;

const de: Readonly<Record<AnswerKey, string>> = {
  help: 'Möglich sind: bestätigen, verwerfen (mit dem Anfang einer Nummer oder als Antwort auf einen Alarm), scharf weg, unscharf, ruhe 30, status, bild KAMERA.',
  acknowledged: 'Bestätigt: {what}.',
  dismissed: 'Verworfen: {what}. In der Liste bleibt es.',
  stands: 'Das hat {by} schon gesagt: {what}.',
  noIncident: 'Diesen Vorfall gibt es nicht.',
  several: 'Das passt auf mehrere Vorfälle. Bitte mehr von der Nummer schreiben.',
  notKept: 'Dieser Vorfall ist nicht aufbewahrt, so lässt sich nichts dazu vermerken.',
  armed: 'Scharf: {mode}.',
  armedSoon: 'Bald scharf: {mode}.',
  disarmed: 'Unscharf.',
  badMode: 'Einen Modus „{mode}“ gibt es nicht.',
  passedOn: 'Weitergegeben: {what}.',
  snoozed: 'Ruhe bis {until}{where}. Alarme kommen trotzdem, das Zurückgehaltene kommt dann.',
  snoozeOver: 'Die Ruhe ist vorbei{where}. Was zurückgehalten wurde, kommt jetzt.',
  badArea: 'Diesen Bereich gibt es nicht. Es gibt: {areas}',
  badMinutes: 'Wie viele Minuten? Etwa: ruhe 30',
  picture: '{camera}',
  noPicture: 'Von {camera} gibt es gerade kein Bild.',
  cameras: 'Welche Kamera? Es gibt: {cameras}',
  noCameras: 'Keine Kamera läuft.',
  status: '{site}: {mode}. {sources} {incidents}',
  allWell: 'Alle Kameras und Mikrofone sind verbunden.',
  troubled: 'Nicht verbunden: {sources}.',
  nothingOpen: 'Nichts ist offen.',
  open: 'Offen: {incidents}.',
  used: 'Dieser Knopf wurde schon benutzt.',
  expired: 'Dieser Knopf ist zu alt.',
  notYours: 'Dieser Knopf gehört zu einer anderen Nachricht.',
  late: 'Die Nachricht kam {minutes} Minuten zu spät, darum wurde nichts getan.',
  failed: 'Das ging nicht: {why}',
};

/** An answer in words, at most 1,000 characters. */
export function answerWords(language: Language, key: AnswerKey, fields: Readonly<Record<string, string>> = {}): string {
  const text = (language === 'de' ? de : en)[key];
  return text.replace(/\{(\w+)\}/g, (_field, name: string) => fields[name] ?? '').slice(0, 1000);
}
