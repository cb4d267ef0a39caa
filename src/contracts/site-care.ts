import { Type, type Static } from 'typebox';
import { epochMs } from './messages/fields.ts';

const count = Type.Integer({ minimum: 0 });
const ofSite = {
  site: Type.String({ description: 'Id of the site.' }),
  siteName: Type.String({ description: 'Name of the site for people.' }),
};

/** What a look at all evidence of a site has found. */
export const EvidenceFindings = Type.Object({
  holds: Type.Boolean({ description: 'Everything fits.' }),
  incidents: count,
  files: count,
  bytes: count,
  entries: Type.Integer({ minimum: 0, description: 'Entries of the chain.' }),
  seals: count,
  unsealed: Type.Integer({ minimum: 0, description: 'Entries that no seal stands for yet: one is made every hour.' }),
  key: Type.Optional(Type.String({ description: 'Fingerprint of the key that the seals were checked with.' })),
  faults: Type.Integer({ minimum: 0, description: 'How many things do not fit.' }),
  first: Type.Array(Type.Object({ where: Type.String(), what: Type.String() }), { description: 'The first of them.' }),
});
export type EvidenceFindings = Static<typeof EvidenceFindings>;

/** The last verification of a site's evidence, or the one under way. */
export const SiteVerification = Type.Object({
  ...ofSite,
  state: Type.Enum(['never', 'under-way', 'done', 'failed'], {
    description:
      'never: nobody has had it checked. failed: it could not be checked, which says nothing of the evidence.',
  }),
  by: Type.Optional(Type.String({ description: 'Who began it.' })),
  startedAt: Type.Optional(epochMs),
  progress: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: 'How far the one under way is, about.' })),
  endedAt: Type.Optional(epochMs),
  findings: Type.Optional(EvidenceFindings),
  error: Type.Optional(Type.String({ description: 'Stable name of why it failed.' })),
});
export type SiteVerification = Static<typeof SiteVerification>;
export const SiteVerifications = Type.Object({ sites: Type.Array(SiteVerification) });
export type SiteVerifications = Static<typeof SiteVerifications>;

/** Which site: needed where several are open. */
export const SiteChoice = Type.Object(
  { site: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })) },
  { additionalProperties: false },
);
export type SiteChoice = Static<typeof SiteChoice>;

/** An incident that nobody may delete. */
export const HeldIncident = Type.Object({
  incidentId: Type.String(),
  label: Type.String(),
  area: Type.String(),
  startedAt: epochMs,
  files: count,
  bytes: count,
  by: Type.Optional(Type.String({ description: 'Who held it.' })),
  at: Type.Optional(epochMs),
});
export type HeldIncident = Static<typeof HeldIncident>;

/** What a site would delete now, and what it never does. */
export const SiteRetention = Type.Object({
  ...ofSite,
  settings: Type.Object({
    keepDays: Type.Number({ description: '0: without end.' }),
    keepCriticalDays: Type.Number({ description: 'Of severity 3, once somebody has reviewed it.' }),
    keepFalseAlarmDays: Type.Number(),
    mostBytes: Type.Number({ description: '0: no limit.' }),
    leastFree: Type.Number({ description: 'Bytes that stay free on the disk; 0: none.' }),
  }),
  incidents: Type.Integer({ minimum: 0, description: 'Of so many something would go.' }),
  files: count,
  bytes: count,
  tooMuch: Type.Number({ minimum: 0, description: 'Bytes that would still be too much: what is left may not go.' }),
  due: Type.Array(
    Type.Object({
      incidentId: Type.String(),
      what: Type.Enum(['files', 'incident'], { description: 'files: the incident itself stays.' }),
      why: Type.String(),
      files: count,
      bytes: count,
    }),
    { description: 'The first thousand of them, in the order in which they would go.' },
  ),
  held: Type.Integer({ minimum: 0, description: 'So many incidents are held.' }),
  holds: Type.Array(HeldIncident, { description: 'The newest hundred of them.' }),
});
export type SiteRetention = Static<typeof SiteRetention>;
export const SiteRetentions = Type.Object({ sites: Type.Array(SiteRetention) });
export type SiteRetentions = Static<typeof SiteRetentions>;
