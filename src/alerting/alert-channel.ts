import type { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import type { Answer, Refusal, RefusalRule } from './answer.ts';
import type { MessageWindow } from './conversations.ts';
import type { OutboxStore } from './outbox.ts';
import type { Outgoing } from './outbox-row.ts';
import type { Person } from './people.ts';
import type { Receipt } from './receipts.ts';
import type { AlertPlace } from './text-template.ts';
import type { UploadMemory } from './uploaded-media.ts';

/** What a channel takes of an alert. */
export interface ContentForm {
  /** Longest text, in UTF-16 units. */
  text: number;
  /** A rendered text as the channel can carry it, within its limits; without it the text is cut at `text`. */
  fit?: (text: string) => string;
  /**
   * Absent where it takes no pictures. `reply`: a message of its own, after the text was accepted; `inline`: it goes with
   * the text. `caption` counts UTF-16 units.
   */
  picture?: { bytes: number; caption: number; as: 'reply' | 'inline' };
  /** Absent where it takes no voice notes: Opus in Ogg, of so many bytes at most. */
  voice?: { bytes: number };
  /** Absent where it takes no videos: MP4 with H.264 and AAC, of so many bytes at most. */
  video?: { bytes: number; caption: number };
}

/** A way to reach people. */
export interface ChannelKind {
  /** As in the rows of the outbox, in deliveries and metrics: `whatsapp`. */
  readonly id: string;
  /** For people: `WhatsApp`. */
  readonly name: string;
  readonly form: ContentForm;
}

/** What a channel may ask of the outbox about the row that it sends. */
export type RowFiles = Pick<OutboxStore, 'media' | 'pictureOf' | 'providerId' | 'setMediaId'>;

/** What somebody should mend before it keeps an account from sending. */
export interface AccountWarning {
  error: SentinelError;
  /** It is so late that it counts as an error. */
  isGrave: boolean;
}

/** One account of a channel, ready to send. */
export interface AlertChannel {
  /**
   * Makes one attempt. A row with `maybe_duplicate` may have arrived before: who can ask the provider does so first.
   * @throws SentinelError ES_DATABASE; whatever the provider says is an `Answer`.
   */
  send(row: Outgoing, files: RowFiles): Promise<Answer>;
  /** Asks the provider whether the account would send, without sending anything; absent where nobody can say. */
  readonly check?: () => Promise<Answer>;
  /** What is not well though the account sends; asked after each `check`. */
  readonly warning?: () => AccountWarning | undefined;
  /** What a refusal means, and what follows from it. @param sent what was refused, where that is a message. */
  readonly ruleFor: (refusal: Refusal, sent?: Sent) => RefusalRule;
  /** Remembers what a refusal says of the person or of what was uploaded. Never rejects. */
  readonly heed?: (row: Outgoing, refusal: Refusal) => Promise<void>;
  /**
   * Milliseconds until one more message may go to a person; 0 means now. Without it there is no limit.
   * @param sentAt times of the messages that were accepted in the last hour, ascending.
   */
  readonly rateWait?: (sentAt: readonly number[], severity: number, now: number) => number;
  /** Lets go of connections that are kept. */
  readonly close?: () => void;
}

/** What can be pressed below a message. */
export interface Button {
  /** What comes back. */
  id: string;
  /** At most 20 characters. */
  title: string;
}

/** The part of an alert, and the form in which it was sent; null: the first one. */
export type Sent = Pick<Outgoing, 'part' | 'form'>;

/** Whether people may be sent free text. No method rejects. */
export interface MessageWindows {
  of(recipient: string): Promise<MessageWindow>;
  /** The provider says that it is closed. */
  close(recipient: string): Promise<void>;
  /** Whether we would be told when somebody writes. */
  readonly listens: () => boolean;
}

/** What a provider reports later, where it posts that to an address of ours. */
export interface StatusReports {
  /** Where it is to post what becomes of a row; undefined where it cannot reach us. */
  addressFor(publicAddress: string | undefined, row: string): string | undefined;
  isSigned(report: { url: string; form: URLSearchParams }, signature: string): boolean;
  /** What it says; undefined where it is nothing new. */
  receiptIn(report: { url: string; form: URLSearchParams }): Receipt | undefined;
}

/** What a channel is opened with. */
export interface ChannelTools {
  /** Where the provider is to post what becomes of a row; undefined: nowhere. */
  reportTo?: (row: string) => string | undefined;
  clock: Clock;
  /** Ends the requests under way. */
  stop: AbortSignal;
  /**
   * The buttons below a message; none where nobody could hear them. Never rejects.
   * @param always the message has buttons anyhow, whether or not its node wants any.
   */
  buttons?: (row: Outgoing, always?: boolean) => Promise<readonly Button[]>;
  /** What a text says of the site. */
  place?: (() => Pick<AlertPlace, 'siteName' | 'timeZone'>) | undefined;
  /** Who wrote when, for channels where that matters. */
  windows?: MessageWindows | undefined;
  /** What was uploaded before. */
  uploads?: UploadMemory;
}

/** An account whose settings were checked: whom it tells, and how. */
export interface AlertAccount {
  /** Id of its config node. Rows are found again by it after a restart. */
  readonly id: string;
  readonly kind: ChannelKind;
  /** Each once, in the order in which they are told. */
  readonly people: readonly Person[];
  /** Absent where the provider reports nothing, or by another way. */
  readonly reports?: StatusReports;
  open(tools: ChannelTools): AlertChannel;
}
