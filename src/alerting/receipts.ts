import type { DeliveryStatus } from '../contracts/messages.ts';
import type { Outgoing } from './outbox-row.ts';

/** What a provider says later about a message that it took. */
export interface Receipt {
  /** The provider's id of the message. */
  id: string;
  /** Id of the row, where the provider gives back what we sent along. */
  tag?: string;
  status: ReceiptStatus;
  error?: { code: number; message: string };
}

export type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'played' | 'failed';

/** How far a message has come; receipts arrive in any order, and nothing goes back. */
const ranks: Readonly<Record<string, number>> = {
  ...{ queued: 0, sending: 1, unknown: 2, accepted: 3, sent: 4, delivered: 5, read: 6, played: 7 },
};
const delivered = 5;

/** What a receipt means for a row. */
export interface Progress {
  /** It was not known before that the provider has it. */
  accepts: boolean;
  /** The first word that it has reached a phone. */
  delivers: boolean;
  /** What is worth telling; nothing where that was told before. */
  news: DeliveryStatus | undefined;
}

type State = Pick<Outgoing, 'state' | 'receipt' | 'provider_id'>;

/**
 * What a receipt means for a row; undefined where nothing new. A failure counts until the message has reached a phone; after a
 * failure only the word that it did reach one counts, since the two may come in the wrong order. So it is with a message that
 * has failed and is sent anew, until that is taken.
 */
export function progressOf(row: State, { id, status }: Pick<Receipt, 'id' | 'status'>): Progress | undefined {
  const before = rankOf(row);
  const hasFailed = isOver(row.state) || (row.state !== 'accepted' && row.provider_id === id);
  if (status === 'failed') {
    const isAnother = row.state === 'accepted' && row.provider_id !== null && row.provider_id !== id;
    if (hasFailed || isAnother || before >= delivered) return undefined;
    return { accepts: false, delivers: false, news: 'failed' };
  }
  const rank = ranks[status] ?? 0;
  if (rank <= before || (hasFailed && rank < delivered)) return undefined;
  const news = status === 'played' ? (before < 6 ? 'read' : undefined) : status;
  return { accepts: row.state !== 'accepted', delivers: rank >= delivered && before < delivered, news };
}

function rankOf({ state, receipt }: State): number {
  return Math.max(ranks[state] ?? 0, ranks[receipt ?? ''] ?? 0);
}

function isOver(state: string): boolean {
  return !(state in ranks);
}
