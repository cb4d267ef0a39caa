import { placeholderIn } from '../contracts/placeholder.ts';

/** Classes of a list, separated by commas, that a model does not know; `known` is undefined for models of one's own. */
export function unknownLabels(list: string, known: readonly string[] | undefined): string[] {
  const labels = list.split(',').map((label) => label.trim());
  return known === undefined
    ? []
    : labels.filter((label) => !(label === '' || placeholderIn(label) !== undefined || known.includes(label)));
}
