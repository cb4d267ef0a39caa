import { SentinelError } from './errors.ts';
import { placeholderIn } from './placeholder.ts';

/** Looks up an environment variable as Node-RED does for a node: subflow, group, flow, global, process. */
export type Lookup = (variable: string) => unknown;

/**
 * A setting with its environment variables in place. Node-RED has already replaced `${NAME}` where the variable is set;
 * what is left is not set, or has a default: `${NAME:default}`.
 * @param where names the setting in the error.
 * @throws SentinelError ES_BAD_CONFIG naming the variable that is not set.
 */
export function substitute(value: unknown, lookup: Lookup, where: string): unknown {
  if (Array.isArray(value)) return value.map((item) => substitute(item, lookup, where));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, lookup, where)]));
  }
  const found = placeholderIn(value);
  if (found === undefined) return value;
  const { variable, fallback } = found;
  const known = lookup(variable);
  if (known !== undefined && known !== '') return known;
  if (fallback !== undefined) return fallback;
  throw new SentinelError('ES_BAD_CONFIG', `The environment variable ${variable} is not set, but ${where} names it.`, {
    hint: `Set ${variable} before Node-RED starts, or enter a value.`,
  });
}
