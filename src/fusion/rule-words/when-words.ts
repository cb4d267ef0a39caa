import type { Rule } from '../../contracts/configs.ts';
import { armingModes, everyArmedMode, everyMode, weekdays } from '../../contracts/modes.ts';
import { borderWords } from './border-words.ts';
import type { Say } from './rule-sentence.ts';

/** What says when a rule counts. */
export type Times = Pick<Rule, 'modes' | 'when' | 'entryDelaySeconds'>;

/** What a sentence says of it; empty for a rule that counts as usual. */
export function whenPhrases({ modes, when, entryDelaySeconds = 0 }: Times, say: Say): string[] {
  return [
    ...(modes === undefined ? [] : [modesPhrase(modes, say)]),
    ...(when === undefined ? [] : [hoursPhrase(when, say)]),
    ...(entryDelaySeconds === 0 ? [] : [say('when.phrase.delay', { seconds: entryDelaySeconds })]),
  ];
}

function modesPhrase(modes: readonly string[], say: Say): string {
  if (modes.includes(everyMode)) return say('when.mode.always');
  if (modes.includes(everyArmedMode)) return say('when.mode.armed');
  return say('when.phrase.modes', { modes: modes.map((mode) => modeName(mode, say)).join(` ${say('when.or')} `) });
}

function hoursPhrase({ days, from, to }: NonNullable<Rule['when']>, say: Say): string {
  const named =
    days === undefined
      ? []
      : [
          weekdays
            .filter((day) => days.includes(day))
            .map((day) => say(`when.day.${day}`))
            .join(', '),
        ];
  const hours =
    from === undefined && to === undefined
      ? []
      : [say('when.phrase.hours', { from: borderWords(from ?? '00:00', say), to: borderWords(to ?? '24:00', say) })];
  return [...named, ...hours].join(' ');
}

/** The modes that everybody knows in the language of the editor, others by their names. */
export function modeName(mode: string, say: Say): string {
  return (armingModes as readonly string[]).includes(mode) ? say(`when.mode.${mode}`) : mode;
}
