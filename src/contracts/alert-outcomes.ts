import { Type, type Static } from 'typebox';
import { epochMs } from './messages/fields.ts';

/** How many messages about one incident are told of at most: the first ones. */
export const mostOutcomes = 200;

/** What has become of one message to one recipient so far. */
export const AlertOutcome = Type.Object({
  channel: Type.String({ description: 'Such as whatsapp, sms, email, webhook.' }),
  recipient: Type.String({ description: 'Masked; of a webhook its host.' }),
  part: Type.Enum(['text', 'image', 'voice', 'video'], { description: 'Which message of the alert.' }),
  state: Type.Enum(['queued', 'sending', 'unknown', 'accepted', 'failed', 'expired', 'cancelled'], {
    description:
      'queued: it waits for its time or its next try. unknown: an attempt may have succeeded. accepted: the provider has it. cancelled: it was not needed.',
  }),
  attempts: Type.Integer({ minimum: 0 }),
  receipt: Type.Optional(Type.String({ description: 'How far the provider says that it came, such as delivered.' })),
  startsAt: Type.Optional(Type.Number({ ...epochMs, description: 'It is not sent before this, epoch ms.' })),
  hold: Type.Optional(Type.Enum(['quiet', 'snooze'], { description: 'Why it is held back until then.' })),
  error: Type.Optional(
    Type.Object(
      { name: Type.String(), message: Type.String() },
      { description: 'Of the last attempt; it is tried again while it is queued.' },
    ),
  ),
  updatedAt: epochMs,
});
export type AlertOutcome = Static<typeof AlertOutcome>;

/** What has become of an alert when an answer could not wait any longer, or nothing of it was under way any more. */
export const FollowedAlert = Type.Object({
  settled: Type.Boolean({
    description:
      'Nothing of it is under way any more: what is queued has its time later. false: the wait was over first, or nothing that alerts has written a message.',
  }),
  messages: Type.Array(AlertOutcome, { description: 'One per recipient and part, the first 200.' }),
});
export type FollowedAlert = Static<typeof FollowedAlert>;
