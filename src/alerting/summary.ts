import type { Incident } from '../contracts/messages.ts';
import { germanReason, severityWords, type AlertLanguage } from './alert-words.ts';
import type { Hold, Outgoing } from './outbox-row.ts';
import { clockTime, oneLine, type AlertPlace } from './text-template.ts';

/** So many incidents are named; the rest is counted. */
const named = 10;

const heads: Readonly<Record<AlertLanguage, Readonly<Record<Hold, string>>>> = {
  en: {
    quiet: '{site}: {count} incidents during your quiet hours.',
    snooze: '{site}: {count} incidents while alerts were snoozed.',
  },
  de: {
    quiet: '{site}: {count} Vorfälle während deiner Ruhezeit.',
    snooze: '{site}: {count} Vorfälle während der Ruhe.',
  },
};
const rest: Readonly<Record<AlertLanguage, string>> = { en: 'and {count} more', de: 'und {count} weitere' };

/**
 * One text instead of several that were held back: how many, and when what was where.
 * @param rows texts about different incidents, oldest first
 */
export function summaryOf(rows: readonly Outgoing[], place: Pick<AlertPlace, 'siteName' | 'timeZone'>): string {
  const language = rows[0]?.language === 'de' ? 'de' : 'en';
  const hold = rows.every((row) => row.hold === 'snooze') ? 'snooze' : 'quiet';
  const fill = (text: string, count: number): string =>
    text.replace('{site}', () => oneLine(place.siteName)).replace('{count}', String(count));
  const lines = rows.slice(0, named).map((row) => line(row, language, place));
  const more = rows.length - lines.length;
  return [fill(heads[language][hold], rows.length), ...lines, ...(more > 0 ? [fill(rest[language], more)] : [])].join(
    '\n',
  );
}

/** Such as "02:14 Warning, yard: Person". */
function line(row: Outgoing, language: AlertLanguage, { timeZone }: Pick<AlertPlace, 'timeZone'>): string {
  const { label, startedAt } = incidentIn(row) ?? { label: row.reason, startedAt: row.created_at };
  const what = language === 'de' ? germanReason(row.reason, label) : label;
  const severity = severityWords[language][row.severity] ?? String(row.severity);
  return `${clockTime(startedAt, { timeZone })} ${severity}, ${oneLine(row.area)}: ${oneLine(what)}`;
}

/** We wrote it ourselves. */
function incidentIn({ incident_json: json }: Outgoing): Pick<Incident, 'label' | 'startedAt'> | undefined {
  return json === null ? undefined : (JSON.parse(json) as Incident);
}
