import { placeholderIn } from '../contracts/placeholder.ts';

/** Classes of a list, separated by commas, that a model does not know; `known` is undefined for models of one's own. */
export function unknownLabels(list: string, known: readonly string[] | undefined): string[] {
  const labels = list.split(',').map((label) => label.trim());
  return known === undefined
    ? []
    : labels.filter((label) => !(label === '' || placeholderIn(label) !== undefined || known.includes(label)));
}

/** The known class that somebody most likely meant by a misspelt one: at most a third of its letters are other ones. */
export function nearestLabel(label: string, known: readonly string[]): string | undefined {
  const typed = label.toLowerCase();
  const near = known
    .map((name) => ({ name, edits: editsBetween(typed, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.floor(name.length / 3))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.name;
}

/** Letters to put in, take out or change (Levenshtein). */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at++) {
      const changed = (row[at - 1] ?? 0) + (from[index] === to[at - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
