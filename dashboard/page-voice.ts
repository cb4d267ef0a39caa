import { ApiFailure } from './api-client.ts';
import { timeWords, type TimeWords } from './time-words.ts';
import { chooseLanguage, modeWords, soundWords, speaker } from './words.ts';

/** Everything of the page that depends on the language of whoever looks. */
export interface PageVoice {
  language: string;
  /** Language and country, by which numbers and times are written. */
  tag: string;
  say: ReturnType<typeof speaker>;
  time: TimeWords;
  percent: (share: number) => string;
  /** "14:03", with its day where that is not today. */
  moment: (at: number, now: number) => string;
  /** A sound as people call it; classes of the user's own keep their names. */
  soundName: (label: string) => string;
  /** A mode as people call it; those of the user's own keep their names. */
  modeWord: (mode: string) => string;
  failureText: (error: unknown) => string;
}

/** @param wanted languages, the dearest first */
export function pageVoice(wanted: readonly string[]): PageVoice {
  const { tag, language } = chooseLanguage(wanted);
  const [say, time] = [speaker(language), timeWords(tag)];
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  return {
    ...{ language, tag, say, time },
    percent: (share) => percent.format(share),
    moment: (at, now) => {
      const day = time.day(at, now);
      return day === time.day(now, now) ? time.clock(at) : `${day}, ${time.clock(at)}`;
    },
    soundName: (label) => {
      const known = soundWords[label];
      return known === undefined ? label.replaceAll('_', ' ') : say(known);
    },
    modeWord: (mode) => {
      const known = modeWords[mode];
      return known === undefined ? mode : say(known);
    },
    failureText: (error) => {
      if (error instanceof ApiFailure) return say(error.kind, { detail: error.message });
      return say('other', { detail: error instanceof Error ? error.message : String(error) });
    },
  };
}
