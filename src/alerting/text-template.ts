import { SentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';

/** What each severity is called in an alert. */
const severityWords = ['Information', 'Notice', 'Warning', 'Alarm'] as const;

/** So much of what a field holds is shown; of {explanation}, of each sentence. */
const fieldLimit = 200;

/** Several texts are lines. */
type Field = (incident: Incident, siteName: string) => string | readonly string[];

/** The fields that a template may hold. */
const fields: Readonly<Record<string, Field>> = {
  severityWord: ({ severity }) => severityWords[severity] ?? String(severity),
  severity: ({ severity }) => String(severity),
  siteName: (_incident, siteName) => siteName,
  area: ({ area }) => area,
  label: ({ label }) => label,
  reason: ({ reason }) => reason,
  time: (incident) => localTime(incident.phase === 'update' ? incident.updatedAt : incident.startedAt),
  sources: ({ sources }) => sources.join(', '),
  explanation: ({ explanation }) => explanation,
  incidentId: ({ id }) => id,
  confidence: ({ confidence }) => `${Math.round(confidence * 100)} %`,
};

const fieldPattern = /\{([^{}]*)\}/g;

/**
 * Checks that a template names only fields that exist.
 * @throws SentinelError ES_BAD_CONFIG
 */
export function checkTemplate(template: string): void {
  const unknown = [...template.matchAll(fieldPattern)].map((match) => match[1] ?? '').find((name) => !isField(name));
  if (unknown === undefined) return;
  throw new SentinelError('ES_BAD_CONFIG', `The text of the alert has a field {${unknown}}, which does not exist.`, {
    hint: `Fields are ${Object.keys(fields).join(', ')}.`,
  });
}

/**
 * The text of an alert, at most `limit` characters (UTF-16 units) long. What fields hold is never read as a template.
 * @throws SentinelError ES_BAD_CONFIG for a field that does not exist.
 */
export function renderAlert(template: string, incident: Incident, siteName: string, limit: number): string {
  checkTemplate(template);
  const text = template
    .replace(fieldPattern, (_match, name: string) => {
      const lines = [fields[name]?.(incident, siteName) ?? ''].flat();
      return lines.map(oneLine).join('\n');
    })
    .trim();
  return shortened(text === '' ? oneLine(incident.label) : text, limit);
}

/** Cuts between what people see as characters, so that no emoji or accent is torn apart. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const segment = new Intl.Segmenter().segment(text).containing(limit - 1);
  return `${text.slice(0, segment?.index ?? 0)}…`;
}

function isField(name: string): boolean {
  return Object.hasOwn(fields, name);
}

/**
 * Text from outside as it may stand in an alert: names and labels must not pass for lines of their own, turn the
 * reading direction or hide characters.
 */
export function oneLine(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(/\p{Cf}/gu, '');
  return shortened(visible, fieldLimit);
}

/** Such as 2026-11-21 02:14:07, in the time zone of the machine. */
function localTime(epochMs: number): string {
  const at = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date} ${[two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join(':')}`;
}
