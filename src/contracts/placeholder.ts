/** A setting whose whole value names an environment variable. */
export interface Placeholder {
  variable: string;
  /** What stands in where the variable is not set. */
  fallback?: string;
}

/** Node-RED's own two forms, and ours with a default: `${NAME}`, `$(NAME)`, `${NAME:default}`. */
const forms = /^\$(?:\{(?<braced>[^\s{}:]+)(?::(?<fallback>[^{}]*))?\}|\((?<bracketed>[^\s()]+)\))$/;

/** The variable that a setting stands for; undefined for every other value, one that only contains a variable included. */
export function placeholderIn(value: unknown): Placeholder | undefined {
  const found = typeof value === 'string' ? forms.exec(value)?.groups : undefined;
  if (found === undefined) return undefined;
  const { braced, bracketed = '', fallback } = found;
  return { variable: braced ?? bracketed, ...(fallback === undefined ? {} : { fallback }) };
}
