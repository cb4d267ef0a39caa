import type { ErrorName } from '../contracts/errors.ts';
import type { Outgoing } from './outbox-row.ts';

/** What an attempt to send came to. Texts in it are free of secrets and of full addresses. */
export type Answer = Outcome & {
  /** In which of its forms the channel has sent the message, where it has several. */
  form?: string;
  /** Rows of which this message has already shown what they would: they need not be sent. */
  carried?: readonly Outgoing[];
};

type Outcome =
  /**
   * `id` names the message or the uploaded media. `found`: nothing was sent now, the provider has it from an earlier
   * attempt.
   */
  | { result: 'ok'; id: string; found?: true }
  | { result: 'refused'; refusal: Refusal }
  /** Nothing of the request was written: trying again cannot make a duplicate. */
  | { result: 'unreached'; detail: string }
  /** The request was written, but no usable answer came: it may have been accepted. */
  | { result: 'unknown'; detail: string };

/** An answer that says no. */
export interface Refusal {
  /** Of HTTP, or the reply code of SMTP. */
  status: number;
  /** The provider's own number for what is wrong; undefined when the answer had none. */
  code: number | undefined;
  /** The provider's own words. */
  message: string;
  /** The provider says that it will pass. */
  transient: boolean;
  /** The Retry-After header, in milliseconds. */
  retryAfterMs: number | undefined;
}

/** What the sender does with a refusal. */
export type Action =
  /** Exponential backoff until the deadline. */
  | 'retry'
  /** Too many messages to one person: 4^X seconds, for all of that person's messages. */
  | 'pair-rate'
  /** The uploaded picture is gone or was not accepted: upload it anew. */
  | 'upload-again'
  /** Our account is not right: keep everything until its deadline, ask again at long intervals, report once. */
  | 'setup'
  /** The provider thinks that we send too much: an hour of silence for all but severity 3. */
  | 'pause'
  /** The same alert goes at once in another form, which the rule names. */
  | 'change'
  /** It cannot go before the person writes. */
  | 'hold'
  | 'give-up';

/** What a refusal means. */
export interface RefusalRule {
  action: Action;
  /** What is written into the row: the form to come. */
  form?: string;
  /** Attempts of a row, this one included, after which it is given up whatever its deadline says. */
  attempts?: number;
  name: ErrorName;
  /** What happened, for people. */
  says: string;
  /** What to do about it. */
  hint?: string;
}
