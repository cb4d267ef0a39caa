import { Type, type Static } from 'typebox';
import { epochMs, payload, sentence } from './fields.ts';

export const deliveryStatuses = [
  'queued',
  'withheld',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'expired',
  'cancelled',
  'dry-run',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export const Delivery = payload('delivery', {
  alertId: Type.String(),
  incidentId: Type.String(),
  channel: Type.String({ description: 'Such as whatsapp.' }),
  part: Type.Enum(['text', 'image', 'voice', 'video'], { description: 'Which message of the alert.' }),
  recipient: Type.String({ description: 'Masked: only the last three digits are shown.' }),
  name: Type.Optional(Type.String({ description: 'Name of the recipient, where the account has one.' })),
  status: Type.Enum(deliveryStatuses, {
    description:
      'withheld: it waits for the end of quiet hours or of a snooze, see `because`. cancelled: it is not needed. dry-run: nothing was sent, see `text`.',
  }),
  attempts: Type.Integer({ minimum: 0 }),
  text: Type.Optional(Type.String({ description: 'Of a dry run: what would be sent. The picture is `msg.image`.' })),
  providerId: Type.Optional(Type.String({ description: 'Id that the provider gave the message.' })),
  because: Type.Optional(
    Type.String({ description: 'Of `cancelled`: why it was not needed. Of `withheld`: what it waits for.' }),
  ),
  error: Type.Optional(
    Type.Object(
      { name: Type.String(), message: Type.String() },
      { description: 'Why it failed: stable name, and words.' },
    ),
  ),
});
export type Delivery = Static<typeof Delivery>;

const reviewActions = [
  'acknowledge',
  'confirm',
  'dismiss',
  'false-positive',
  'note',
  'hold',
  'release',
  'snooze',
] as const;

export const Review = payload('review', {
  incidentId: Type.String(),
  action: Type.Enum(reviewActions),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
  minutes: Type.Optional(Type.Number({ minimum: 0 })),
  by: Type.Optional(
    Type.String({ description: 'Who said it: set by the runtime on the way out, ignored in what comes in.' }),
  ),
});
export type Review = Static<typeof Review>;

export const Command = payload('command', {
  command: Type.String(),
  value: Type.Optional(Type.Unknown()),
});
export type Command = Static<typeof Command>;

/** Our own loudspeaker talks in `area`, from `capturedAt` on. */
export const Talk = payload('talk', {
  until: Type.Number({
    ...epochMs,
    description: 'When it will be silent; a later message may move it, also to the past.',
  }),
});
export type Talk = Static<typeof Talk>;

/** What somebody wrote to us, or which button they pressed. */
export const Inbound = payload('inbound', {
  channel: Type.String({ description: 'Such as whatsapp.' }),
  from: Type.String({ description: 'Masked: only the last three digits are shown.' }),
  messageId: Type.String({ description: 'Id that the provider gave the message.' }),
  type: Type.String({ description: 'Such as text, button, interactive or image.' }),
  text: Type.Optional(sentence('What was written, or what the button says.')),
  replyTo: Type.Optional(Type.String({ description: 'Id of the message that it answers.' })),
});
export type Inbound = Static<typeof Inbound>;
