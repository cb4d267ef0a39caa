import type { SoundMapping } from '../sound-mapping.ts';

/** Raw names of AudioSet that only the real thing has. */
interface Decisive {
  names: readonly string[];
  /** What counts against the class has to be so many times as clear as these: the shards of every pane clink, too. */
  times: number;
}

const decisive: Readonly<Record<string, Decisive>> = {
  glass_break: { names: ['Shatter'], times: 8 },
  gunshot: { names: ['Gunshot, gunfire', 'Machine gun', 'Fusillade'], times: 1 },
  scream: { names: ['Screaming'], times: 1 },
};
/** So much lower does the score count then: a very clear one still does, by two windows of three. */
const lowered = 0.25;
/** A faint guess counts against nothing. */
const heardFrom = 0.1;

/** All of them: the model is asked for their scores. */
export const decisiveNames: readonly string[] = Object.values(decisive).flatMap(({ names }) => names);

export interface Suppressed {
  label: string;
  by: string;
}

/**
 * The scores as they count: a class counts less where something that sounds alike is heard more clearly than what only the
 * class has (a class of the user's own: than the class itself).
 * @param named Raw scores by name.
 */
export function withoutLookalikes(
  scores: Readonly<Record<string, number>>,
  named: Readonly<Record<string, number>>,
  suppressors: SoundMapping['suppressors'],
): { counted: Readonly<Record<string, number>>; suppressed: Suppressed[] } {
  const clearest = (names: readonly string[]): { name: string; score: number } =>
    names
      .map((name) => ({ name, score: named[name] ?? 0 }))
      .reduce((best, one) => (one.score > best.score ? one : best), { name: '', score: 0 });
  const counted = { ...scores };
  const suppressed: Suppressed[] = [];
  for (const [label, names] of Object.entries(suppressors)) {
    const score = scores[label];
    if (score === undefined) continue;
    const known = Object.hasOwn(decisive, label) ? decisive[label] : undefined;
    const own = known === undefined ? score : known.times * clearest(known.names).score;
    const against = clearest(names);
    if (against.score < heardFrom || against.score <= own) continue;
    counted[label] = Math.max(0, score - lowered);
    suppressed.push({ label, by: against.name });
  }
  return { counted, suppressed };
}
