import { Type, type Static } from 'typebox';
import { ReviewRecord } from './api.ts';

/** How many of each a course tells at most: the first ones. */
export const courseLimits = { reviews: 200, alerts: 200 } as const;

/** What became of an alert, as far as it matters to who looks back. */
export const toldStates = ['waiting', 'sent', 'failed', 'needless'] as const;
export type ToldState = (typeof toldStates)[number];

/** Texts that one channel sent at one stage of an incident. Who got them is not said. */
export const ToldAlert = Type.Object({
  at: Type.Number({ description: 'Epoch ms: when the first of them was accepted, else when it came into this state.' }),
  channel: Type.String({ description: 'Such as whatsapp, sms, email, webhook.' }),
  state: Type.Enum(toldStates, { description: 'needless: somebody had answered, or another way had reached them.' }),
  people: Type.Integer({ minimum: 1, description: 'How many recipients.' }),
  severity: Type.Integer({ minimum: 0, maximum: 3 }),
  escalation: Type.Boolean({ description: 'Whether an alert of the incident had gone before it.' }),
});
export type ToldAlert = Static<typeof ToldAlert>;

/** What was done about an incident, oldest first. */
export const IncidentCourse = Type.Object({
  reviews: Type.Array(ReviewRecord, { description: 'All that people said, never only the last word.' }),
  alerts: Type.Array(ToldAlert),
});
export type IncidentCourse = Static<typeof IncidentCourse>;
