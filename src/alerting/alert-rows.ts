import type { Incident } from '../contracts/messages.ts';
import type { OutboxRow } from '../database/tables.ts';
import type { ChannelKind } from './alert-channel.ts';
import type { AlertContent } from './alert-content.ts';
import type { AlertLanguage } from './alert-words.ts';
import { deadlineMs, lateMs } from './next-step.ts';
import type { Turn } from './schedule.ts';

/** Whose alert it is, and what is new in its rows. */
export interface NewAlert {
  account: string;
  kind: ChannelKind;
  /** Id of the node that alerts. */
  node: string;
  alertId: string;
  /** Of the first round; each further one is the next. */
  sequence: number;
  /** Of the texts to people without one of their own. */
  language: AlertLanguage;
  now: number;
  newId: () => string;
}

/** The rows of an alert, each person's text before the picture that replies to it. */
export function alertRows(
  incident: Incident,
  turns: readonly Turn[],
  contentIn: (language: AlertLanguage) => AlertContent,
  alert: NewAlert,
): OutboxRow[] {
  const inline = alert.kind.form.picture?.as === 'inline';
  return turns.flatMap((turn) => {
    const language = turn.person.language ?? alert.language;
    const { text: body, picture } = contentIn(language);
    const sent = { ...alert, language };
    const media = inline ? (picture?.bytes ?? null) : null;
    const text = alertRow(incident, turn, sent, { part: 'text', body, media, depends_on: null });
    if (picture === undefined || inline) return [text];
    const shown = { body: picture.caption, media: picture.bytes, depends_on: text.id };
    return [text, alertRow(incident, turn, sent, { part: 'image', ...shown })];
  });
}

function alertRow(
  incident: Incident,
  { person, round, inMs, unless }: Turn,
  { account, kind, node, alertId, sequence, language, now, newId }: NewAlert,
  content: Pick<OutboxRow, 'part' | 'body' | 'media' | 'depends_on'>,
): OutboxRow {
  const { id: incident_id, site, area, source, reason, severity } = incident;
  const start = now + inMs;
  const deadline = start + (deadlineMs[severity] ?? 0);
  const isReply = content.depends_on !== null;
  return {
    ...{ id: newId(), alert_id: alertId },
    ...{ incident_id, site, area, source, reason, severity },
    ...{ channel: kind.id, account, node, sequence: sequence + round, language },
    recipient: person.address,
    ...content,
    media_id: null,
    state: 'queued',
    attempts: 0,
    // A reply becomes due when its text is accepted.
    next_at: isReply ? deadline : start,
    late_at: isReply ? null : start + (lateMs[severity] ?? 0),
    deadline,
    provider_id: null,
    error_json: null,
    maybe_duplicate: 0,
    ...{ created_at: now, updated_at: now, accepted_at: null, receipt: null },
    start_at: inMs === 0 ? null : start,
    unless: isReply ? null : (unless ?? null),
    incident_json: isReply ? null : JSON.stringify(incident),
    ...{ form: null, hold: null },
  };
}
