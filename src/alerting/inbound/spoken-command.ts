import type { AlertLanguage } from '../alert-words.ts';

export type Language = AlertLanguage;

/** What somebody asks for in words; `rest` is what stands behind the first word. */
export interface SpokenCommand {
  command: 'acknowledge' | 'dismiss' | 'arm' | 'disarm' | 'snooze' | 'status' | 'snapshot' | 'help';
  rest: string;
  language: Language;
}

/** The words of each command, by language. */
const words: Readonly<Record<SpokenCommand['command'], Readonly<Record<Language, readonly string[]>>>> = {
  acknowledge: { en: ['ack', 'acknowledge', 'ok', 'okay'], de: ['bestätigen', 'bestätigt', 'quittieren', 'gesehen'] },
  dismiss: { en: ['dismiss', 'ignore'], de: ['verwerfen', 'fehlalarm', 'egal'] },
  arm: { en: ['arm'], de: ['scharf', 'schärfen'] },
  disarm: { en: ['disarm'], de: ['unscharf', 'entschärfen'] },
  snooze: { en: ['snooze', 'mute'], de: ['ruhe', 'stumm'] },
  status: { en: ['status', 'state'], de: ['zustand', 'lage'] },
  snapshot: { en: ['snapshot', 'picture', 'show'], de: ['bild', 'foto', 'zeig', 'zeige'] },
  help: { en: ['help', '?', 'commands'], de: ['hilfe', 'befehle'] },
};

/** The command in a text; undefined for what is none. Capital letters, a slash in front and a dot behind do not matter. */
export function spokenCommand(text: string): SpokenCommand | undefined {
  const [, first = '', rest = ''] = /^\s*\/?(\S+)\s*(.*?)[\s.!]*$/s.exec(text.slice(0, 200)) ?? [];
  const word = first.toLocaleLowerCase('de').replace(/[.!:,]+$/, '');
  for (const [command, byLanguage] of Object.entries(words)) {
    for (const language of ['en', 'de'] as const) {
      if (byLanguage[language].includes(word)) return { command: command as SpokenCommand['command'], rest, language };
    }
  }
  return undefined;
}

const modes: Readonly<Record<string, string>> = { zuhause: 'home', weg: 'away', abwesend: 'away', nacht: 'night' };

/** The mode that a word names, such as "Nacht": `away` without one. */
export function spokenMode(rest: string): string {
  const word = rest.toLocaleLowerCase('de');
  return modes[word] ?? (word === '' ? 'away' : word);
}
