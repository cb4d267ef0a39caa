import { wordBook } from '../../word-book.ts';

const english = {
  title: 'My view',
  cameras: 'Cameras on this page',
  noCameras: 'No camera runs at present.',
  tellMe: 'Tell me',
  never: 'Never',
  sound: 'with a sound',
  desktop: 'with a notification of the browser',
  whileOpen: 'While this page is open, also in another tab; nothing of cameras alone that you left out.',
  save: 'Save as my view',
  saveHint: 'Severity, place, camera and answer of the filter are kept, too.',
  forget: 'Forget my view',
  keptInAccount: 'Kept in your account: it is so on all your devices.',
  keptHere: 'Kept in this browser.',
  forgotten: 'Forgotten: everything is shown.',
  notAllowed: 'This browser does not allow notifications of this page.',
  failed: 'That did not work: {detail}',
} as const;

export type ViewWord = keyof typeof english;

const german: Readonly<Record<ViewWord, string>> = {
  title: 'Meine Ansicht',
  cameras: 'Kameras auf dieser Seite',
  noCameras: 'Zurzeit läuft keine Kamera.',
  tellMe: 'Mich benachrichtigen',
  never: 'Nie',
  sound: 'mit einem Ton',
  desktop: 'mit einer Benachrichtigung des Browsers',
  whileOpen: 'Solange diese Seite offen ist, auch in einem anderen Tab; nichts, was nur weggelassene Kameras sehen.',
  save: 'Als meine Ansicht speichern',
  saveHint: 'Stufe, Ort, Kamera und Antwort des Filters werden mit gespeichert.',
  forget: 'Meine Ansicht vergessen',
  keptInAccount: 'In Ihrem Konto gespeichert: Auf allen Ihren Geräten ist es so.',
  keptHere: 'In diesem Browser gespeichert.',
  forgotten: 'Vergessen: Alles wird gezeigt.',
  notAllowed: 'Dieser Browser erlaubt der Seite keine Benachrichtigungen.',
  failed: 'Das ging nicht: {detail}',
};

export const viewSpeaker = wordBook<ViewWord>(english, german);
