/** What became of a message that we sent. Times are epoch milliseconds of the provider's clock. */
export interface StatusEvent {
  /** The provider's id of the message. */
  id: string;
  status: 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  at: number;
  recipient: string;
  /** `biz_opaque_callback_data`: the row of the outbox. */
  tag?: string;
  error?: { code: number; message: string };
}

/** What somebody wrote to us. */
export interface MessageEvent {
  id: string;
  /** Digits only. */
  from: string;
  at: number;
  type: string;
  /** What was written, or what the button says. */
  text?: string;
  /** What we put behind the button that was pressed. */
  token?: string;
  /** The message that it answers. */
  replyTo?: string;
  /** The person's new number. */
  newNumber?: string;
}

export interface WebhookEvents {
  statuses: StatusEvent[];
  messages: MessageEvent[];
  /** What went wrong at the provider, in its own words. */
  errors: string[];
  /** Changes that are of another number. */
  foreign: number;
}

/** A post has a handful; one that holds more than these is cut. */
const mostEvents = 1_000;
const longest = { id: 512, text: 4096, words: 400 } as const;
const statusNames = ['sent', 'delivered', 'read', 'played', 'failed'] as const;

type Fields = Readonly<Record<string, unknown>>;

/** What a signed body says about one of our numbers. What does not look as it should is left out; nothing is thrown. */
export function readWebhook(body: unknown, phoneNumberId: string): WebhookEvents {
  const found: WebhookEvents = { statuses: [], messages: [], errors: [], foreign: 0 };
  const changes = list(fields(body).entry).flatMap((entry) => list(fields(entry).changes));
  for (const change of changes) {
    const { field, value } = fields(change);
    if (field !== 'messages') continue;
    const { metadata, statuses, messages, errors } = fields(value);
    if (fields(metadata).phone_number_id !== phoneNumberId) {
      found.foreign += 1;
      continue;
    }
    found.statuses.push(...list(statuses).flatMap(statusOf));
    found.messages.push(...list(messages).flatMap(messageOf));
    found.errors.push(...list(errors).flatMap((error) => errorOf(error)?.message ?? []));
  }
  return found;
}

function statusOf(entry: unknown): StatusEvent[] {
  const { id, status, timestamp, recipient_id: recipient, errors, biz_opaque_callback_data: tag } = fields(entry);
  const known = statusNames.find((name) => name === status);
  const at = secondsOf(timestamp);
  if (!isId(id) || known === undefined || at === undefined) return [];
  const error = errorOf(list(errors)[0]);
  return [
    {
      ...{ id, status: known, at, recipient: numberOf(recipient) ?? '' },
      ...(isId(tag) ? { tag } : {}),
      ...(error === undefined ? {} : { error }),
    },
  ];
}

function messageOf(entry: unknown): MessageEvent[] {
  const message = fields(entry);
  const from = numberOf(message.from);
  const at = secondsOf(message.timestamp);
  const { id, type } = message;
  if (!isId(id) || from === undefined || at === undefined || !isId(type)) return [];
  const replyTo = fields(message.context).id;
  return [{ id, from, at, type, ...contentOf(type, message), ...(isId(replyTo) ? { replyTo } : {}) }];
}

/** Where each type has its words, and what we put behind a button. */
const contents: Readonly<
  Record<string, (content: Fields) => { text?: unknown; token?: unknown; newNumber?: unknown }>
> = {
  text: ({ body }) => ({ text: body }),
  button: ({ text, payload }) => ({ text, token: payload }),
  interactive: (content) => {
    const { id, title } = fields(content.button_reply);
    return { text: title, token: id };
  },
  system: ({ wa_id: newNumber, body }) => ({ text: body, newNumber }),
};

function contentOf(type: string, message: Fields): Pick<MessageEvent, 'text' | 'token' | 'newNumber'> {
  const content = fields(message[type]);
  const { text = content.caption, token, newNumber } = contents[type]?.(content) ?? {};
  const number = numberOf(newNumber);
  return {
    ...(typeof text === 'string' ? { text: text.slice(0, longest.text) } : {}),
    ...(isId(token) ? { token } : {}),
    ...(number === undefined ? {} : { newNumber: number }),
  };
}

function errorOf(entry: unknown): { code: number; message: string } | undefined {
  const { code, title, message, error_data: data } = fields(entry);
  if (typeof code !== 'number') return undefined;
  const words = [...new Set([title, message, fields(data).details])].filter((part) => typeof part === 'string');
  return {
    code,
    message: words
      .join('; ')
      .replace(/\p{Cc}+/gu, ' ')
      .slice(0, longest.words),
  };
}

/** Seconds since 1970, as text or number, in milliseconds; undefined for what no clock says. */
function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e12 ? seconds * 1000 : undefined;
}

function numberOf(value: unknown): string | undefined {
  const digits = typeof value === 'string' ? value.replace(/^\+/, '') : '';
  return /^[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest.id;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, mostEvents) : [];
}
