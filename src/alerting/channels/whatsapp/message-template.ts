import { SentinelError } from '../../../contracts/errors.ts';
import type { Incident } from '../../../contracts/messages.ts';
import { renderAlert, shortened, type AlertPlace } from '../../text-template.ts';

/** An approved message template, as the account names it. */
export interface MessageTemplate {
  name: string;
  /** Language codes in which it is approved, such as en, en_US or de; the first one is for everybody else. */
  languages: readonly string[];
  /** What stands for {{1}}, {{2}} ...: texts with fields, of which `{text}` is the whole text of the alert. */
  parameters: readonly string[];
  /** Names of the placeholders, one for each parameter, where these are {{site}} and not {{1}}. */
  names?: readonly string[];
  /** It begins with a picture. */
  header: boolean;
  /** It has the buttons of an alert. */
  buttons: boolean;
}

/** The whole text of an alert. */
export const wholeText = '{text}';

const namedLine = /^\{\{\s*([a-z][a-z0-9_]{0,63})\s*\}\}\s*=\s*(.*)$/;

/**
 * What an account says of the placeholders of a template, a line for each: `{siteName}` for {{1}}, {{2}} ... in their order, or
 * `{{site}} = {siteName}` for a template whose placeholders have names.
 * @throws SentinelError ES_BAD_CONFIG where some have names and others not, or two the same
 */
export function placeholdersIn(lines: readonly string[]): Pick<MessageTemplate, 'parameters' | 'names'> {
  const matches = lines.map((line) => namedLine.exec(line));
  if (matches.every((match) => match === null)) return { parameters: lines };
  const names = matches.map((match) => match?.[1] ?? '');
  if (names.includes('') || new Set(names).size < names.length) {
    throw new SentinelError('ES_BAD_CONFIG', 'Of the variables of a template some have no name, or two the same.', {
      hint: 'Write each as {{name}} = text, or all of them without a name.',
    });
  }
  return { parameters: matches.map((match) => match?.[2] ?? ''), names };
}

/** In characters, of a template of at most 1,024 that has words of its own. */
const valuesLimit = 800;

/** The language of a template for a person who reads this one. */
export function languageFor({ languages }: Pick<MessageTemplate, 'languages'>, wanted: string): string {
  const prefix = `${wanted.toLowerCase()}_`;
  const exact = languages.find((code) => code.toLowerCase() === wanted.toLowerCase());
  return exact ?? languages.find((code) => code.toLowerCase().startsWith(prefix)) ?? languages[0] ?? 'en';
}

/**
 * What stands for the placeholders in a message: each on one line and never empty, as the API wants it. A text that tells of no
 * single incident stands for each placeholder alone.
 */
export function templateValues(
  { parameters }: Pick<MessageTemplate, 'parameters'>,
  row: { readonly body: string; readonly incident_json: string | null },
  place: AlertPlace,
): string[] {
  const limit = Math.floor(valuesLimit / Math.max(1, parameters.length));
  const incident = row.incident_json === null ? undefined : (JSON.parse(row.incident_json) as Incident);
  return parameters.map((parameter) => {
    const whole = incident === undefined || parameter === wholeText;
    const value = whole ? row.body : renderAlert(parameter, incident, place, limit);
    const line = value.replace(/\s+/g, ' ').trim();
    return shortened(line === '' ? '-' : line, limit);
  });
}
