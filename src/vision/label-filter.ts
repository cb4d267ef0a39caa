import { SentinelError } from '../contracts/errors.ts';

/**
 * The classes that count, from a list separated by commas. A class that the model does not know would silently never
 * be found, so it is said.
 * @param known Classes of the model; empty while there is no model, and then nothing is said.
 */
export function labelFilter(
  list: string,
  known: readonly string[],
): { labels: ReadonlySet<string>; fault: SentinelError | undefined } {
  const labels = list
    .split(',')
    .map((label) => label.trim())
    .filter((label) => label !== '');
  const unknown = known.length === 0 ? [] : labels.filter((label) => !known.includes(label));
  const fault =
    unknown.length === 0
      ? undefined
      : new SentinelError('ES_BAD_CONFIG', `The model has no class "${unknown.join('", "')}".`, {
          hint: `It knows ${known.slice(0, 5).join(', ')}${known.length > 5 ? ` and ${known.length - 5} more` : ''}.`,
        });
  return { labels: new Set(labels), fault };
}
