import type { Acknowledgements } from '../contracts/ports.ts';
import type { Outgoing } from './outbox-row.ts';
import type { TurnStore } from './outbox-turns.ts';

/**
 * Why a message that waited for its turn need not be sent any more, as a sentence; undefined: it must be. What cannot be
 * found out never keeps a message back. What was told anew, more severe or for another reason, is not covered by what
 * somebody said before.
 * @throws SentinelError ES_DATABASE of the outbox
 */
export async function needlessSince(
  row: Outgoing,
  outbox: Pick<TurnStore, 'toldElsewhere'>,
  acknowledgements: Acknowledgements | undefined,
): Promise<string | undefined> {
  if (row.unless === null) return undefined;
  const by = await acknowledgements?.by(row.incident_id, row.created_at).catch(() => undefined);
  if (by !== undefined) return `${by} has answered.`;
  if (row.unless !== 'accepted' && row.unless !== 'delivered') return undefined;
  if (!(await outbox.toldElsewhere(row, row.unless))) return undefined;
  return row.unless === 'accepted'
    ? 'Another channel has taken the alert.'
    : 'Another channel has delivered the alert.';
}
