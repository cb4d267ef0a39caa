import { SentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import { germanReason, severityWords, type AlertLanguage } from './alert-words.ts';

/** So much of what a field holds is shown; of {explanation}, of each sentence. */
const fieldLimit = 200;

/** What a text says of the place, beside the incident. */
export interface AlertPlace {
  siteName: string;
  /** Where phones reach the pages of this package, without a slash at the end; absent when they do not. */
  publicAddress?: string | undefined;
  /** English without it. */
  language?: AlertLanguage | undefined;
  /** IANA name, such as Europe/Berlin; that of the machine without it. */
  timeZone?: string | undefined;
}

/** Several texts are lines. */
type Field = (incident: Incident, place: AlertPlace) => string | readonly string[];

/** The fields that a template may hold. */
const fields: Readonly<Record<string, Field>> = {
  severityWord: ({ severity }, { language = 'en' }) => severityWords[language][severity] ?? String(severity),
  severity: ({ severity }) => String(severity),
  siteName: (_incident, { siteName }) => siteName,
  area: ({ area }) => area,
  label: ({ label, reason }, { language }) => (language === 'de' ? germanReason(reason, label) : label),
  reason: ({ reason }) => reason,
  time: (incident, place) => localTime(happenedAt(incident), place),
  clock: (incident, place) => clockTime(happenedAt(incident), place),
  ts: (incident) => new Date(happenedAt(incident)).toISOString(),
  sources: ({ sources }) => sources.join(', '),
  explanation: ({ explanation }) => explanation,
  incidentId: ({ id }) => id,
  shortId: ({ id }) => id.slice(0, 8),
  confidence: ({ confidence }) => `${Math.round(confidence * 100)} %`,
  snapshotUrl: (incident, place) => evidenceUrl('snapshot', incident, place),
  audioUrl: (incident, place) => evidenceUrl('audio', incident, place),
};

const fieldPattern = /\{([^{}]*)\}/g;

/** Names of the fields, in the order in which they are offered. */
export const fieldNames: readonly string[] = Object.keys(fields);

/** Texts to begin with. `echosight` is the line that EchoSight installations have always sent, for what reads it. */
export const textTemplates = {
  standard: '{severityWord} at {siteName}, {area}: {label}\n{time}, {sources}\n\n{explanation}',
  german: '{severityWord} in {siteName}, {area}: {label}\n{time}, {sources}\n\n{explanation}',
  short: '{severityWord}: {label} ({siteName}, {area}, {time})',
  sms: 'SEV{severity} {siteName} {area}: {label} {clock} #{shortId}',
  echosight: '{siteName} {ts} severity={severity} reason={reason} snapshot={snapshotUrl} audio={audioUrl}',
} as const;

/** A template for somebody who reads this language: of our own ones some exist in both. */
export function templateIn(language: AlertLanguage, template: string): string {
  const { standard, german } = textTemplates;
  if (language === 'de' && template === standard) return german;
  return language === 'en' && template === german ? standard : template;
}

/**
 * Checks that a template names only fields that exist.
 * @throws SentinelError ES_BAD_CONFIG
 */
export function checkTemplate(template: string): void {
  const unknown = [...template.matchAll(fieldPattern)].map((match) => match[1] ?? '').find((name) => !isField(name));
  if (unknown === undefined) return;
  throw new SentinelError('ES_BAD_CONFIG', `The text of the alert has a field {${unknown}}, which does not exist.`, {
    hint: `Fields are ${fieldNames.join(', ')}.`,
  });
}

/**
 * The text of an alert, at most `limit` characters (UTF-16 units) long. What fields hold is never read as a template.
 * @throws SentinelError ES_BAD_CONFIG for a field that does not exist.
 */
export function renderAlert(template: string, incident: Incident, place: AlertPlace, limit: number): string {
  checkTemplate(template);
  const text = template
    .replace(fieldPattern, (_match, name: string) => {
      const lines = [fields[name]?.(incident, place) ?? ''].flat();
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

function happenedAt({ phase, startedAt, updatedAt }: Incident): number {
  return phase === 'update' ? updatedAt : startedAt;
}

/** The newest evidence of a kind, as a phone can open it; "-" where there is none, or no way in from outside. */
function evidenceUrl(type: 'snapshot' | 'audio', { evidence }: Incident, { publicAddress }: AlertPlace): string {
  const id = evidence?.filter((item) => item.type === type).pop()?.id;
  return id === undefined || publicAddress === undefined ? '-' : `${publicAddress}/api/v1/evidence/${id}`;
}

/** Such as 2026-11-21 02:14:07, or 21.11.2026, 02:14:07 in German. */
function localTime(epochMs: number, { language, timeZone }: AlertPlace): string {
  // Swedish writes dates as ISO 8601 does.
  const locale = language === 'de' ? 'de-DE' : 'sv-SE';
  const format = new Intl.DateTimeFormat(locale, { ...dateParts, ...timeParts, second: '2-digit', timeZone });
  return format.format(epochMs);
}

/** Such as 02:14. */
export function clockTime(epochMs: number, { timeZone }: Pick<AlertPlace, 'timeZone'>): string {
  return new Intl.DateTimeFormat('sv-SE', { ...timeParts, timeZone }).format(epochMs);
}

const dateParts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const timeParts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
