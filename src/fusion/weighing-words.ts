import type { Weighing, WeighTerm } from '../contracts/configs.ts';
import { capitalised, conditionWords } from './condition-words.ts';
import type { Weighed, Weight } from './weighing.ts';

/** What spoke for a rule that weighs, what could have and did not, and what nobody could judge. */
export function weighingSentences(weighing: Weighing, { weights, unjudged, inHours }: Weighed): string[] {
  const shown = weights.filter(({ value }) => value > 0);
  const silent = weights.filter(({ value }) => value === 0);
  const parts = [...shown.map(part), ...hoursPart(weighing, inHours), ...silent.map(({ term }) => `no ${named(term)}`)];
  const unknown = unjudged.map(conditionWords).join(', ');
  return [
    `Weighed: ${parts.join(', ')}.`,
    ...(unknown === '' ? [] : [`${capitalised(unknown)} counts neither for nor against: nobody there judges it.`]),
  ];
}

/** Why a sum is not enough. */
export function tooLightWords({ floor, atLeast = 1 }: Weighing, { sum, weights }: Weighed): string {
  const shown = weights.filter(({ value }) => value > 0);
  if (sum < floor) return `it weighs ${sum.toFixed(2)} of the ${floor.toFixed(2)} that are needed`;
  const there = shown.map(({ term }) => conditionWords(term)).join(', ');
  return `only ${there} ${shown.length === 1 ? 'speaks' : 'speak'} for it, and it takes ${atLeast}`;
}

function part({ term, value, showing }: Weight): string {
  const score = showing?.signal.score ?? value;
  const zone = term.byZone === true && Math.abs(score - value) > 0.004 ? `, by its zone ${value.toFixed(2)}` : '';
  return `${conditionWords(term)} ${score.toFixed(2)}${zone} (weight ${term.weight})`;
}

function named(term: WeighTerm): string {
  return `${conditionWords(term)} (weight ${term.weight})`;
}

function hoursPart({ hours }: Weighing, inHours: boolean | undefined): string[] {
  if (hours === undefined || inHours === undefined) return [];
  const { from, to, weight } = hours;
  return [`${inHours ? '' : 'not '}between ${from} and ${to} (weight ${weight})`];
}
