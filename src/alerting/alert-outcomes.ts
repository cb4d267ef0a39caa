import type { Kysely } from 'kysely';
import type { AlertOutcome } from '../contracts/alert-outcomes.ts';
import type { Tables } from '../database/tables.ts';
import { unfinished, type OutboxState } from './outbox-row.ts';
import { masked, maskedIn } from './recipients.ts';

/** What has become of each message about an incident so far, in the order in which they were written. @param most how many at most */
export async function alertOutcomes(query: Kysely<Tables>, incidentId: string, most: number): Promise<AlertOutcome[]> {
  const rows = await query
    .selectFrom('outbox')
    .select(['channel', 'recipient', 'part', 'state', 'attempts', 'receipt', 'hold', 'start_at', 'error_json'])
    .select('updated_at')
    .where('incident_id', '=', incidentId)
    .orderBy('created_at')
    .orderBy('sequence')
    .orderBy('id')
    .limit(most)
    .execute();
  return rows.map((row) => {
    const { channel, recipient, part, attempts, receipt, hold, start_at: startsAt, error_json: error } = row;
    const state = row.state as OutboxState;
    const isOpen = unfinished.includes(state);
    return {
      ...{ channel, recipient: masked(recipient), part: part as AlertOutcome['part'] },
      ...{ state, attempts, updatedAt: row.updated_at },
      ...(receipt === null ? {} : { receipt }),
      ...(isOpen && startsAt !== null ? { startsAt } : {}),
      ...(isOpen && (hold === 'quiet' || hold === 'snooze') ? { hold } : {}),
      ...(error === null ? {} : { error: errorIn(error, recipient) }),
    };
  });
}

/** We wrote it ourselves; a provider may have repeated the number in it. */
function errorIn(json: string, recipient: string): { name: string; message: string } {
  const { name, message } = JSON.parse(json) as { name: string; message: string };
  return { name, message: maskedIn(message, recipient) };
}
