import { Type, type Static } from 'typebox';
import { reviewStates, type ReviewState } from './review-states.ts';
import { SiteArming } from './arming.ts';
import { EvidenceItem, FiredRule, IncidentSignal, nameLimit, Review, Severity, streamStatuses } from './messages.ts';

/**
 * What the HTTP API and its WebSocket speak. All paths lie below `<httpNodeRoot>/echosight/api/v1`.
 *
 * | route                        | asks            | answers                                                   |
 * | ---------------------------- | --------------- | --------------------------------------------------------- |
 * | `GET /incidents`             | `IncidentQuery` | 200 `IncidentPage`                                        |
 * | `GET /incidents/<id>`        |                 | 200 `IncidentSummary`, 404                                |
 * | `POST /incidents/<id>/reviews` | `ReviewRequest` | 201 `ReviewRecord`; 200 with the one that stands already |
 * | `POST /live/tickets`         |                 | 201 `LiveTicket`                                          |
 * | `GET /site/arming`           |                 | 200 `SiteArmings`: which rules count now, of each site    |
 * | `PUT /site/arming`           | `SiteArmingRequest` | 200 `SiteArming`; 409 where `site` is needed          |
 * | `WebSocket /live`            | `LiveQuery`     | one `LiveHello`, then `LiveIncident`s, `LiveArming`s, `LiveStream`s |
 *
 * Errors are `Problem`s (`application/problem+json`): 400 a parameter or malformed JSON, 403 not from this machine or from a
 * foreign page, 404, 405, 413 more than 16 KB, 415 no `application/json`, 422 JSON that is no `ReviewRequest`.
 */

/** Most incidents of one page, and how many there are when nobody says. */
export const pageLimits = { most: 200, usual: 50 } as const;

/** What an incident carries in a list and in a live message; `GET /incidents/<id>` has everything. */
export const summaryLimits = { sources: 50, signals: 50, explanation: 20, rules: 20, evidence: 50 } as const;

/** Who looks at it: everybody's word so far, in one. */
export { reviewStates, type ReviewState };

export const IncidentReview = Type.Object({
  state: Type.Enum(reviewStates, {
    description: 'A later confirm, dismiss or false-positive replaces an earlier one.',
  }),
  by: Type.Optional(Type.String({ description: 'Who brought it into this state.' })),
  at: Type.Optional(Type.Number({ description: 'When it came into this state, in epoch ms.' })),
  note: Type.Optional(Type.String({ description: 'The newest note of any review.' })),
  held: Type.Optional(Type.Boolean({ description: 'Nothing deletes it until somebody releases it.' })),
});
export type IncidentReview = Static<typeof IncidentReview>;

/** A signal without the boxes of its objects: they are drawn into the snapshot. */
export const SummarySignal = Type.Omit(IncidentSignal, ['objects']);
export type SummarySignal = Static<typeof SummarySignal>;

/** A file at `/evidence/<id>`. A snapshot and its thumbnail have the same `source` and `capturedAt`. */
export const SummaryEvidence = Type.Omit(EvidenceItem, ['sha256']);
export type SummaryEvidence = Static<typeof SummaryEvidence>;

/** An incident as it stands now. Times are epoch milliseconds. */
export const IncidentSummary = Type.Object({
  id: Type.String({ description: 'Encode it (encodeURIComponent) in a path.' }),
  site: Type.String({ description: 'Id of the site.' }),
  siteName: Type.String({ description: 'Name of the site for people.' }),
  area: Type.String({ description: 'Where its reason is.' }),
  areas: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'All areas of a story that went on in neighbouring ones; `area` as a filter finds it by each of them.',
    }),
  ),
  source: Type.String({ description: 'Camera, microphone or sensor that showed it best.' }),
  sources: Type.Array(Type.String(), { description: 'Everything that took part.' }),
  severity: Severity,
  label: Type.String({ description: 'The reason in words for people.' }),
  reason: Type.String({ description: 'Labels joined by +, such as person+glass_break.' }),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  startedAt: Type.Number(),
  updatedAt: Type.Number(),
  endedAt: Type.Optional(Type.Number({ description: 'Absent while it goes on.' })),
  explanation: Type.Array(Type.String(), { description: 'Sentences that say why.' }),
  signals: Type.Array(SummarySignal),
  rules: Type.Optional(
    Type.Array(FiredRule, {
      description:
        'Rules that held and the signals on which each stands, first the one that the incident stands on; absent in ' +
        'incidents of before.',
    }),
  ),
  evidence: Type.Array(SummaryEvidence, { description: 'Oldest first.' }),
  review: IncidentReview,
});
export type IncidentSummary = Static<typeof IncidentSummary>;

export const incidentFilters = ['open', 'unreviewed'] as const;
/** 9 September 2223, in epoch ms: no moment lies behind it. */
export const latestMoment = 8e12;
export const longestText = 200;

/** Parameters of the list. What does not fit, comes twice or is unknown is refused by name (400). */
export const IncidentQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.most, default: pageLimits.usual })),
  before: Type.Optional(Type.String({ maxLength: 512, description: '`next` of the page before; opaque.' })),
  minimumSeverity: Type.Optional(Severity),
  severity: Type.Optional(Severity),
  site: Type.Optional(Type.String({ minLength: 1, maxLength: nameLimit, description: 'Id of a site.' })),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: nameLimit })),
  source: Type.Optional(
    Type.String({ minLength: 1, maxLength: nameLimit, description: 'Camera, microphone or sensor that took part.' }),
  ),
  label: Type.Optional(
    Type.String({ minLength: 1, maxLength: longestText, description: 'One label of the reason, or all of it.' }),
  ),
  state: Type.Optional(
    Type.Enum(incidentFilters, { description: 'open: not ended yet; unreviewed: in review state pending.' }),
  ),
  review: Type.Optional(Type.Enum(reviewStates)),
  from: Type.Optional(
    Type.Integer({ minimum: 0, maximum: latestMoment, description: 'First moment of its begin, epoch ms.' }),
  ),
  to: Type.Optional(
    Type.Integer({ minimum: 0, maximum: latestMoment, description: 'It began before this moment, epoch ms.' }),
  ),
  text: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: longestText,
      description: 'Words that all have to be there; each counts by its first six letters.',
    }),
  ),
});
export type IncidentQuery = Static<typeof IncidentQuery>;

/** Newest first (`startedAt`, then `id`), all sites of the process together. */
export const IncidentPage = Type.Object({
  incidents: Type.Array(IncidentSummary),
  next: Type.Optional(Type.String({ description: '`before` of the next page; absent on the last one.' })),
  unavailable: Type.Optional(
    Type.Array(Type.String(), { description: 'Names of the sites whose incidents cannot be read at present.' }),
  ),
});
export type IncidentPage = Static<typeof IncidentPage>;

/** More parts than any incident has. */
export const mostParts = 1_000_000;

/** Which of the parts of an incident. */
export const PartsQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.most, default: pageLimits.usual })),
  after: Type.Optional(Type.Integer({ minimum: 0, maximum: mostParts, description: '`next` of the page before.' })),
});

const partsPage = {
  total: Type.Integer({ minimum: 0 }),
  next: Type.Optional(Type.Integer({ minimum: 1, description: '`after` of the next page; absent on the last one.' })),
};
export const SignalPage = Type.Object({ items: Type.Array(SummarySignal), ...partsPage });
export const MediaPage = Type.Object({ items: Type.Array(SummaryEvidence), ...partsPage });

/** The actions of a review message that the API and evidence-store take. */
export const storedReviewActions = [
  'acknowledge',
  'confirm',
  'dismiss',
  'false-positive',
  'note',
  'hold',
  'release',
] as const;
export type StoredReviewAction = (typeof storedReviewActions)[number];

/** Body of a review. Who says it is known from the login, not from here. */
export const ReviewRequest = Type.Object({
  action: Type.Enum(storedReviewActions, {
    description: 'note needs a `note`; note, hold and release leave the state as it is.',
  }),
  note: Type.Optional(Type.Index(Review, ['note'])),
});
export type ReviewRequest = Static<typeof ReviewRequest>;

/**
 * A review that was written down, never to be changed. To say again what stands already changes nothing: the answer is 200
 * and the review that stands, with who and when of the first time. A new note with it is kept as a review of its own.
 */
export const ReviewRecord = Type.Object({
  id: Type.String(),
  incidentId: Type.String(),
  action: Type.Enum(storedReviewActions),
  by: Type.String({ description: 'User name of the login, `local` without one, `flow` for a message of a flow.' }),
  at: Type.Number({ description: 'Epoch milliseconds.' }),
  note: Type.Optional(Type.String()),
});
export type ReviewRecord = Static<typeof ReviewRecord>;

/** Admits one WebSocket, once: a page cannot log in to a WebSocket, so it fetches this with its login first. */
export const LiveTicket = Type.Object({
  ticket: Type.String(),
  expiresInSeconds: Type.Integer(),
});
export type LiveTicket = Static<typeof LiveTicket>;

/** A bundle that was made: it is read once at `/exports/<export>`, by the same caller. */
export const PreparedExport = Type.Object({
  export: Type.String(),
  name: Type.String({ description: 'Of the file.' }),
  bytes: Type.Integer(),
  expiresInSeconds: Type.Integer(),
});
export type PreparedExport = Static<typeof PreparedExport>;

/** Parameters of the WebSocket's address. `since` and `epoch` are those of the connection before, to miss nothing. */
export const LiveQuery = Type.Object({
  ticket: Type.String(),
  since: Type.Optional(Type.Integer({ minimum: 0, description: '`seq` of the last message that was seen.' })),
  epoch: Type.Optional(Type.String({ description: 'Of the last hello.' })),
});
export type LiveQuery = Static<typeof LiveQuery>;

/**
 * First message. With `resumed`, what happened since `since` follows at once. Without it, fetch the list after this
 * message: everything that changes from here on is told, so nothing falls between.
 */
export const LiveHello = Type.Object({
  type: Type.Literal('hello'),
  seq: Type.Integer({ minimum: 0, description: 'Number of the newest message.' }),
  epoch: Type.String({ description: 'Changes whenever the numbers begin anew.' }),
  resumed: Type.Boolean(),
});
export type LiveHello = Static<typeof LiveHello>;

/** An incident started, changed, got evidence or a review, or ended. It replaces what was known of it. */
export const LiveIncident = Type.Object({
  type: Type.Literal('incident'),
  seq: Type.Integer({ minimum: 1 }),
  incident: IncidentSummary,
});
export type LiveIncident = Static<typeof LiveIncident>;

/** A site was armed or disarmed, or a time to leave is over. */
export const LiveArming = Type.Object({
  type: Type.Literal('arming'),
  seq: Type.Integer({ minimum: 1 }),
  arming: SiteArming,
});
export type LiveArming = Static<typeof LiveArming>;

/** A camera or microphone has come, gone, or was switched. */
export const LiveStream = Type.Object({
  type: Type.Literal('stream'),
  seq: Type.Integer({ minimum: 1 }),
  stream: Type.Object({
    site: Type.String({ description: 'Id of the site.' }),
    siteName: Type.String({ description: 'Name of the site for people.' }),
    source: Type.String(),
    area: Type.String(),
    kind: Type.Enum(['camera', 'microphone']),
    status: Type.Enum(streamStatuses),
    detail: Type.String({ description: 'The status in words for people.' }),
    at: Type.Number({ description: 'Since when, epoch ms.' }),
  }),
});
export type LiveStream = Static<typeof LiveStream>;

export const LiveMessage = Type.Union([LiveHello, LiveIncident, LiveArming, LiveStream]);
export type LiveMessage = Static<typeof LiveMessage>;

/** Why a connection was closed: connect again with `since` and `epoch` after 1013 and 1012, not at once after 1008 and 1009. */
export const liveCloseCodes = {
  1008: 'More than 20 messages a second.',
  1009: 'A message over 64 KB.',
  1012: 'Messages were lost on our side: the next hello says resumed false.',
  1013: 'The client does not read fast enough.',
} as const;

/** RFC 9457. */
export const ApiProblem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: 'A sentence that names what is wrong.' }),
  code: Type.Optional(Type.String({ description: 'Name of the error where it has one, such as ES_BAD_ADDRESS.' })),
});
export type ApiProblem = Static<typeof ApiProblem>;
