import type { Generated } from 'kysely';

/** The tables as Kysely sees them. Times are epoch milliseconds; `*_json` columns hold contract payloads. */
export interface Tables {
  account_links: AccountLinkRow;
  api_tokens: ApiTokenRow;
  audit: AuditRow;
  login_failures: LoginFailureRow;
  sessions: SessionRow;
  users: UserRow;
  button_tokens: ButtonTokenRow;
  arming: ArmingRow;
  calibration_recordings: CalibrationRecordingRow;
  calibration_scores: CalibrationScoresRow;
  conversations: ConversationRow;
  chain: ChainRow;
  seals: SealRow;
  removals: RemovalRow;
  rules_fired: RuleFiredRow;
  incidents: IncidentRow;
  incident_words: IncidentWordsRow;
  incident_terms: IncidentTermRow;
  sites: SiteRow;
  areas: AreaRow;
  sources: SourceRow;
  models: ModelRow;
  model_sources: ModelSourceRow;
  signals: SignalRow;
  media: MediaRow;
  outbox: OutboxRow;
  reviews: ReviewRow;
  training_data_uploads: TrainingUploadRow;
  uploaded_media: UploadedMediaRow;
  webhook_events: WebhookEventRow;
  snoozes: SnoozeRow;
  streams: StreamRow;
  retraining_sessions: RetrainingSessionRow;
}

/** One change of the mode; the newest one holds. */
export interface ArmingRow {
  /** Order in which they were written. */
  seq: Generated<number>;
  mode: string;
  /** The mode that held until `holds_from`. */
  before: string;
  holds_from: number;
  by: string;
  how: string;
  created_at: number;
}

/** An entry of the hash chain over the evidence. */
export interface ChainRow {
  seq: number;
  kind: string;
  /** Id of the row that it is about. */
  subject: string;
  incident_id: string;
  /** SHA-256 of what the row says. */
  digest: Uint8Array;
  at: number;
  /** SHA-256 of the hash of the entry before, and of this entry. */
  hash: Uint8Array;
}

export interface SealRow {
  seq: number;
  /** JSON of a `SealStatement`: the very bytes that are signed. */
  statement: string;
  /** Ed25519. */
  signature: Uint8Array;
}

export interface RemovalRow {
  id: string;
  incident_id: string;
  /** `files`: the incident stays; `incident`: all of it went. */
  what: string;
  why: string;
  by: string;
  /** Id, SHA-256 and name of each file that went. */
  media_json: string;
  at: number;
}

export interface IncidentRow {
  id: string;
  site: string;
  area: string;
  source: string;
  /** Number of the newest message that was written. */
  seq: number;
  severity: number;
  label: string;
  reason: string;
  confidence: number;
  started_at: number;
  updated_at: number;
  ended_at: number | null;
  explanation_json: string;
  sources_json: string;
  /** All areas that were part of it, where there was more than one; null: `area` alone. */
  areas_json: string | null;
  /** The rules that held, as the message has them; null in rows of before. */
  rules_json: string | null;
  /** Orders by `started_at`, and is the row of `incident_words`; null: not yet in the index. */
  place: Generated<number | null>;
  /** Everybody's word so far, in one: a `ReviewState`. */
  review_state: Generated<string>;
  /** 1: nobody may delete it. */
  held: Generated<number>;
}

/** The index that finds incidents by their properties and by words; the words themselves are not kept (FTS5). */
export interface IncidentWordsRow {
  /** `place` of the incident. */
  rowid: number;
  words: string;
  /** The name of the table, as the left side of MATCH. */
  incident_words: Generated<string>;
}

/** A word of that index. */
export interface IncidentTermRow {
  term: string;
}

/** What the rows of all that the flow has had say. */
interface RegisteredRow {
  first_seen: number;
  /** When it was last known to be part of the flow, to the hour. */
  last_seen: number;
  /** Null while it is part of the flow. */
  gone_at: number | null;
  /** An incident that names it; null: none was looked for, or found. */
  named_in: string | null;
}

export interface SiteRow extends RegisteredRow {
  id: string;
  name: string;
  /** Empty: that of the machine. */
  time_zone: string;
  /** Incidents that began before have been read for names that no row has; null: none has. */
  read_from: number | null;
}

export interface AreaRow extends RegisteredRow {
  site: string;
  name: string;
}

/** A camera or microphone. Nothing of its address stands here. */
export interface SourceRow extends RegisteredRow {
  site: string;
  name: string;
  /** `camera`, `microphone`, or `unknown`: only incidents name it. */
  kind: string;
  /** Type of the node that brought it; null of what only incidents name. */
  node_type: string | null;
  area: string;
  /** Name for people. */
  title: string;
}

/** A model that judged something, by the digest of its file. */
export interface ModelRow {
  /** As signals name it. */
  id: string;
  sha256: string;
  kind: string;
  /** Of a head that users taught. */
  version: number | null;
  first_used: number;
  /** To the hour. */
  last_used: number;
}

/** A source that a model judged. */
export interface ModelSourceRow {
  id: string;
  sha256: string;
  site: string;
  source: string;
  first_used: number;
  last_used: number;
}

/** A rule that held in an incident. */
export interface RuleFiredRow {
  incident_id: string;
  /** Id of the fuse-severity; empty: nobody said. */
  node: string;
  rule: string;
  severity: number;
  first_at: number;
}

export interface SignalRow {
  id: Generated<number>;
  incident_id: string;
  kind: string;
  label: string;
  source: string;
  score: number;
  threshold: number | null;
  /** Of a sound or an object: what judged it, as `judgedBy`; null in rows of before. */
  model: string | null;
  /** Of its best moment. */
  captured_at: number;
  count: number;
  /** From when to when it was seen or heard, `captured_at` within; null in rows of before. */
  first_at: number | null;
  last_at: number | null;
}

export interface MediaRow {
  /** Opaque: 32 hex digits of randomness, the only name that leaves the house. */
  id: string;
  incident_id: string;
  type: string;
  source: string;
  mime: string;
  bytes: number;
  sha256: string;
  /** Relative to the data folder; named by us. */
  file: string;
  captured_at: number;
  created_at: number;
  /** 1: its file was looked for and is not there. */
  missing: Generated<number>;
  /** Of a snapshot that there is twice: `clean` or `annotated`. */
  rendition: string | null;
}

export interface ReviewRow {
  /** Order in which they were written. */
  seq: Generated<number>;
  id: string;
  incident_id: string;
  action: string;
  by: string;
  note: string | null;
  created_at: number;
}

/** What somebody brought to be learnt from: the files themselves are not kept. */
export interface TrainingUploadRow {
  id: string;
  /** As its owner calls it. */
  name: string;
  /** `zip` or `folder`. */
  kind: string;
  /** Of the zip; of the files of a folder. */
  bytes: number;
  files: number;
  accepted: number;
  refused: number;
  refusals_json: string;
  /** Accepted clips by class. */
  classes_json: string;
  created_at: number;
  /** `flow`, `command` or `http`; null of older ones. */
  origin: string | null;
  /** Name of the login. */
  by: string | null;
}

export interface RetrainingSessionRow {
  id: string;
  upload_id: string;
  state: string;
  progress: number;
  model: string;
  forced: number;
  started_at: number;
  updated_at: number;
  ended_at: number | null;
  /** The head that came of it. */
  version: number | null;
  activated: number | null;
  /** A sentence: why it was not put to use. */
  kept: string | null;
  comparison_json: string | null;
  results_json: string | null;
  error_json: string | null;
}

export interface CalibrationRecordingRow {
  id: string;
  site: string;
  source: string;
  /** Id of the model: scores of another one say nothing. */
  model: string;
  /** `ambient` or `positive`. */
  kind: string;
  /** Class of a positive clip. */
  label: string | null;
  /** Names of the columns of its scores. */
  classes_json: string;
  windows: number;
  /** How long was listened. */
  seconds: number;
  started_at: number;
}

export interface CalibrationScoresRow {
  recording_id: string;
  seq: number;
  /** 32-bit floats, little-endian: of each window its milliseconds since the start, its level in dBFS, and a score per class. */
  scores: Uint8Array;
}

export interface OutboxRow {
  id: string;
  alert_id: string;
  incident_id: string;
  site: string;
  area: string;
  source: string;
  reason: string;
  severity: number;
  channel: string;
  /** Id of the config node of the account, whose sender takes up after a restart what was left. */
  account: string;
  /** Id of the node that made the alert: cooldown and "already told" are its own. */
  node: string;
  recipient: string;
  part: string;
  /** 0 for the start of an incident, then one more per escalation: with incident, account, node, recipient and part unique. */
  sequence: number;
  /** Row that must be accepted first, for replies. */
  depends_on: string | null;
  body: string;
  media: Uint8Array | null;
  media_id: string | null;
  state: string;
  attempts: number;
  next_at: number;
  /** When it becomes late; null once that was told, and for pictures. */
  late_at: number | null;
  deadline: number;
  provider_id: string | null;
  error_json: string | null;
  maybe_duplicate: number;
  created_at: number;
  updated_at: number;
  accepted_at: number | null;
  /** How far the provider's receipts say that it came: sent, delivered, read or played; null: there was none. */
  receipt: string | null;
  /** Not before this; null: at once. */
  start_at: number | null;
  /** What makes it needless while it waits: `accepted`, `delivered` (elsewhere) or `acknowledged`; null: nothing. */
  unless: string | null;
  /** Of a text: the incident, for who goes on by another way. */
  incident_json: string | null;
  /** In which of the channel's forms it is sent, or was; null: not decided yet. */
  form: string | null;
  /** Language of a text: en or de; null: not known. */
  language: string | null;
  /**
   * Why a text is or was held back: `quiet` (hours of its person) or `snooze`. `summary`: it tells of several that were, or is
   * told by the one that it depends on. Null: it is not.
   */
  hold: string | null;
}

/** A picture or recording that the provider of an account has. */
export interface UploadedMediaRow {
  account: string;
  sha256: string;
  /** As the provider calls it. */
  media_id: string;
  uploaded_at: number;
}

/** One person who is told by an account. */
export interface ConversationRow {
  account: string;
  recipient: string;
  /** When that person last wrote, by the clock of the provider; null: never, or too long ago. */
  last_inbound_at: number | null;
}

/** Until when alerts are held back. */
export interface SnoozeRow {
  /** In small letters; empty: the whole site. */
  area: string;
  until: number;
  by: string;
  created_at: number;
}

/** What a provider has posted already: it posts at least once. */
export interface WebhookEventRow {
  account: string;
  /** Id of a message, with the status where it is one. */
  key: string;
  seen_at: number;
}

/** What lies behind one button of an alert. */
export interface ButtonTokenRow {
  /** SHA-256 of the word, hex. */
  hash: string;
  account: string;
  incident_id: string;
  action: string;
  recipient: string;
  expires_at: number;
  used_at: number | null;
}

/** An account. */
export interface UserRow {
  id: string;
  /** As its owner writes it. */
  name: string;
  /** In the form in which names are compared; unique. */
  name_key: string;
  role: string;
  /** As `Caller.sources`; null: everything. */
  sources_json: string | null;
  /** As `passwords.ts` writes it; null until its owner has set one. */
  password: string | null;
  /** When the password was set: what was given out before does not count any more. */
  password_at: number;
  disabled: number;
  /** What its owner wants to see. */
  view_json: string;
  created_at: number;
  logged_in_at: number | null;
}

/** A browser that is logged in. */
export interface SessionRow {
  /** SHA-256 of the cookie, hex. */
  hash: string;
  user_id: string;
  created_at: number;
  /** To the minute. */
  used_at: number;
  expires_at: number;
  /** What the browser calls itself. */
  agent: string | null;
}

/** A program that may ask. */
export interface ApiTokenRow {
  id: string;
  /** SHA-256 of the token, hex. */
  hash: string;
  name: string;
  role: string;
  sources_json: string | null;
  made_by: string;
  created_at: number;
  expires_at: number | null;
  used_at: number | null;
  revoked_at: number | null;
}

/** A link with which an account gets its password; it works once. */
export interface AccountLinkRow {
  /** SHA-256 of its secret, hex. */
  hash: string;
  user_id: string;
  expires_at: number;
}

/** How often a login failed lately, by name or by address. */
export interface LoginFailureRow {
  key: string;
  failures: number;
  last_at: number;
  /** Until then nothing is tried. */
  wait_until: number;
}

/** Who did what; never changed. */
export interface AuditRow {
  seq: Generated<number>;
  at: number;
  by: string;
  how: string;
  action: string;
  subject: string | null;
}

/** A camera that was added by the API. */
export interface StreamRow {
  id: string;
  /** Name of the camera; unique. */
  source: string;
  /** Name for people. */
  name: string;
  area: string;
  type: string;
  /** The address without what is secret in it. */
  shown: string;
  /** The whole address, sealed with a key that is not in the database (see streams/address-cipher.ts). */
  address: Uint8Array;
  /** Settings of a camera that were given; the usual ones hold for the others. */
  settings_json: string;
  /** Whether it is to run. */
  enabled: number;
  created_at: number;
  updated_at: number;
}
