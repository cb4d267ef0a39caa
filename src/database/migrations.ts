import type BetterSqlite3 from 'better-sqlite3';

/**
 * The schema, step by step. A step that has been released is never edited: a change is a new step at the end.
 * `PRAGMA user_version` holds the number of steps that a file has seen.
 *
 * Times and scores are REAL: the contracts allow fractions of a millisecond, and a STRICT INTEGER column would refuse them.
 */
const steps: readonly string[] = [
  `
  CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    area TEXT NOT NULL,
    source TEXT NOT NULL,
    seq INTEGER NOT NULL,
    severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3),
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    confidence REAL NOT NULL,
    started_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    ended_at REAL,
    explanation_json TEXT NOT NULL,
    sources_json TEXT NOT NULL
  ) STRICT;

  CREATE TABLE signals (
    id INTEGER PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    source TEXT NOT NULL,
    score REAL NOT NULL,
    threshold REAL,
    captured_at REAL NOT NULL,
    count INTEGER NOT NULL,
    UNIQUE (incident_id, kind, label, source)
  ) STRICT;

  -- No cascade: who deletes an incident must first delete its files.
  CREATE TABLE media (
    id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    type TEXT NOT NULL,
    source TEXT NOT NULL,
    mime TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    file TEXT NOT NULL UNIQUE,
    captured_at REAL NOT NULL,
    created_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX media_of_incident ON media (incident_id);

  -- Carries its own copy of the incident: an alert needs no evidence store, so there is no reference to incidents.
  CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    alert_id TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    site TEXT NOT NULL,
    area TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 3),
    channel TEXT NOT NULL,
    account TEXT NOT NULL,
    node TEXT NOT NULL,
    recipient TEXT NOT NULL,
    part TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    depends_on TEXT REFERENCES outbox (id) DEFERRABLE INITIALLY DEFERRED,
    body TEXT NOT NULL,
    media BLOB,
    media_id TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at REAL NOT NULL,
    late_at REAL,
    deadline REAL NOT NULL,
    provider_id TEXT,
    error_json TEXT,
    maybe_duplicate INTEGER NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    accepted_at REAL,
    UNIQUE (incident_id, account, node, recipient, part, sequence)
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (state, next_at);
  CREATE INDEX outbox_cooldown ON outbox (account, node, area, reason, accepted_at);
  CREATE INDEX outbox_replies ON outbox (depends_on);
  CREATE INDEX outbox_age ON outbox (created_at);
  `,
  `
  -- Append only: who said what stays, whatever is said later. No cascade, as for media.
  CREATE TABLE reviews (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    action TEXT NOT NULL,
    "by" TEXT NOT NULL,
    note TEXT,
    created_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX reviews_of_incident ON reviews (incident_id, action, seq);
  CREATE INDEX incidents_newest ON incidents (started_at DESC, id DESC);
  `,
  `
  CREATE TABLE training_data_uploads (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('zip', 'folder')),
    bytes REAL NOT NULL,
    files INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    refusals_json TEXT NOT NULL,
    classes_json TEXT NOT NULL,
    created_at REAL NOT NULL
  ) STRICT;

  CREATE TABLE retraining_sessions (
    id TEXT PRIMARY KEY,
    upload_id TEXT NOT NULL REFERENCES training_data_uploads (id),
    state TEXT NOT NULL,
    progress REAL NOT NULL,
    model TEXT NOT NULL,
    forced INTEGER NOT NULL,
    started_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    ended_at REAL,
    version INTEGER,
    activated INTEGER,
    comparison_json TEXT,
    results_json TEXT,
    error_json TEXT
  ) STRICT;
  CREATE INDEX retraining_sessions_newest ON retraining_sessions (started_at DESC);
  CREATE INDEX retraining_sessions_of_upload ON retraining_sessions (upload_id);
  `,
  `
  -- Scores of a microphone on site, never its sound: while nothing happened, and of clips that somebody let it hear.
  CREATE TABLE calibration_recordings (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ambient', 'positive')),
    label TEXT,
    classes_json TEXT NOT NULL,
    windows INTEGER NOT NULL,
    seconds REAL NOT NULL,
    started_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX calibration_recordings_of_source ON calibration_recordings (site, source, model, started_at);

  CREATE TABLE calibration_scores (
    recording_id TEXT NOT NULL REFERENCES calibration_recordings (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    scores BLOB NOT NULL,
    PRIMARY KEY (recording_id, seq)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Where recordings came from, and with which login.
  ALTER TABLE training_data_uploads ADD COLUMN origin TEXT;
  ALTER TABLE training_data_uploads ADD COLUMN "by" TEXT;
  -- Why a version was not put to use.
  ALTER TABLE retraining_sessions ADD COLUMN kept TEXT;
  `,
  `
  -- What judged a sound: scores of two models are never one statistic.
  ALTER TABLE signals ADD COLUMN model TEXT;
  `,
  `
  -- In which mode the site is armed: the newest row holds, the older ones tell who changed it when.
  CREATE TABLE arming (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    mode TEXT NOT NULL,
    before TEXT NOT NULL,
    holds_from REAL NOT NULL,
    "by" TEXT NOT NULL,
    how TEXT NOT NULL,
    created_at REAL NOT NULL
  ) STRICT;
  `,
  `
  -- What a provider has posted already.
  CREATE TABLE webhook_events (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    seen_at REAL NOT NULL,
    PRIMARY KEY (account, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX webhook_events_by_age ON webhook_events (seen_at);
  `,
  `
  -- How far the receipts of the provider say that a message came.
  ALTER TABLE outbox ADD COLUMN receipt TEXT;
  CREATE INDEX outbox_by_provider_id ON outbox (provider_id) WHERE provider_id IS NOT NULL;
  `,
  `
  -- An alert that waits for its turn: not before start_at, and not at all once it is needless.
  ALTER TABLE outbox ADD COLUMN start_at REAL;
  ALTER TABLE outbox ADD COLUMN unless TEXT;
  -- For who goes on by another way.
  ALTER TABLE outbox ADD COLUMN incident_json TEXT;
  `,
  `
  -- What lies behind the buttons of alerts: hashes only.
  CREATE TABLE button_tokens (
    hash TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    action TEXT NOT NULL,
    recipient TEXT NOT NULL,
    expires_at REAL NOT NULL,
    used_at REAL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX button_tokens_by_age ON button_tokens (expires_at);
  `,
  `
  -- Accounts: who may use the pages and the API. Secrets are here as hashes only.
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    sources_json TEXT,
    password TEXT,
    password_at REAL NOT NULL,
    disabled INTEGER NOT NULL,
    view_json TEXT NOT NULL,
    created_at REAL NOT NULL,
    logged_in_at REAL
  ) STRICT;
  CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at REAL NOT NULL,
    used_at REAL NOT NULL,
    expires_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
  CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    sources_json TEXT,
    made_by TEXT NOT NULL,
    created_at REAL NOT NULL,
    expires_at REAL,
    used_at REAL,
    revoked_at REAL
  ) STRICT;
  CREATE TABLE account_links (
    hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE login_failures (
    key TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at REAL NOT NULL,
    wait_until REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX login_failures_by_age ON login_failures (last_at);

  -- Who did what: nothing in it is changed, and the newest 200,000 notes cannot be deleted.
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    "by" TEXT NOT NULL,
    how TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT
  ) STRICT;
  CREATE INDEX audit_by_action ON audit (action, seq);
  CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
  CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.seq > (SELECT max(seq) FROM audit) - 200000
  BEGIN SELECT RAISE(ABORT, 'the audit is kept'); END;
  `,
  `
  -- Found by their properties and by words: "place" orders incidents by their begin (see evidence/incident-place.ts), and is
  -- their row in the index. Null: not yet in it.
  ALTER TABLE incidents ADD COLUMN place INTEGER;
  ALTER TABLE incidents ADD COLUMN review_state TEXT NOT NULL DEFAULT 'pending';
  ALTER TABLE incidents ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
  CREATE UNIQUE INDEX incidents_by_place ON incidents (place);
  CREATE INDEX incidents_open ON incidents (started_at DESC, id DESC) WHERE ended_at IS NULL;
  UPDATE incidents SET review_state = coalesce(
    (SELECT CASE action WHEN 'confirm' THEN 'confirmed' WHEN 'dismiss' THEN 'dismissed' ELSE action END
      FROM reviews WHERE incident_id = incidents.id AND action IN ('confirm', 'dismiss', 'false-positive')
      ORDER BY seq DESC LIMIT 1),
    (SELECT 'acknowledged' FROM reviews WHERE incident_id = incidents.id AND action = 'acknowledge' LIMIT 1),
    'pending');
  CREATE VIRTUAL TABLE incident_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
  );
  `,
  `
  -- Who wrote when to an account, by the clock of the provider; null: never, or long ago.
  CREATE TABLE conversations (
    account TEXT NOT NULL,
    recipient TEXT NOT NULL,
    last_inbound_at REAL,
    PRIMARY KEY (account, recipient)
  ) STRICT, WITHOUT ROWID;

  -- In which form a message is sent, or was: free text, a template, or not before the person writes.
  ALTER TABLE outbox ADD COLUMN form TEXT;
  `,
  `
  -- In which language a text is, and whether it is held back, or told together with others that were.
  ALTER TABLE outbox ADD COLUMN language TEXT;
  ALTER TABLE outbox ADD COLUMN hold TEXT;
  `,
  `
  -- Until when alerts are held back: of an area, or (empty) of the site.
  CREATE TABLE snoozes (
    area TEXT PRIMARY KEY,
    until REAL NOT NULL,
    "by" TEXT NOT NULL,
    created_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- What happened to the evidence, each entry bound to all before it by its hash. Never changed, never deleted.
  CREATE TABLE chain (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('incident', 'review', 'media', 'removal')),
    subject TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    at REAL NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE INDEX chain_of_incident ON chain (incident_id, kind, subject, seq);
  CREATE TRIGGER chain_is_never_changed BEFORE UPDATE ON chain
  BEGIN SELECT RAISE(ABORT, 'the chain is never changed'); END;
  CREATE TRIGGER chain_is_kept BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'the chain is kept'); END;

  -- A stretch of the chain, signed with the key of the site.
  CREATE TABLE seals (
    seq INTEGER PRIMARY KEY,
    statement TEXT NOT NULL,
    signature BLOB NOT NULL
  ) STRICT;

  -- What was deleted, and why. A row of the chain stands for each of them.
  CREATE TABLE removals (
    id TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('files', 'incident')),
    why TEXT NOT NULL,
    "by" TEXT NOT NULL,
    media_json TEXT NOT NULL,
    at REAL NOT NULL
  ) STRICT;
  CREATE INDEX removals_of_incident ON removals (incident_id, what);
  CREATE INDEX media_by_age ON media (captured_at);
  `,
  `
  -- What a provider has of us already, by content.
  CREATE TABLE uploaded_media (
    account TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    media_id TEXT NOT NULL,
    uploaded_at REAL NOT NULL,
    PRIMARY KEY (account, sha256)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX uploaded_media_by_age ON uploaded_media (uploaded_at);
  `,
  `
  -- Its file was looked for and is not there.
  ALTER TABLE media ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- What the browser of a session calls itself: people must know which one they log out.
  ALTER TABLE sessions ADD COLUMN agent TEXT;
  `,
  `
  -- Cameras that were added by the API. A data folder is one site, whose id may change. "address" is sealed with a key that lies elsewhere.
  CREATE TABLE streams (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    area TEXT NOT NULL,
    type TEXT NOT NULL,
    shown TEXT NOT NULL,
    address BLOB NOT NULL,
    settings_json TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Of a snapshot that is kept as the camera gave it and with what was found drawn on it: which of the two.
  ALTER TABLE media ADD COLUMN rendition TEXT;
  `,
  `
  -- Where a story went on, when neighbouring areas joined it.
  ALTER TABLE incidents ADD COLUMN areas_json TEXT;
  `,
  `
  -- What the flow has had. A row stays when its camera is renamed or removed: incidents name it. "gone_at" is null while it is part of
  -- the flow; "named_in" is an incident that names it, as far as one was looked for. "read_from": incidents that began before have been
  -- read for names that no row has.
  CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    first_seen REAL NOT NULL,
    last_seen REAL NOT NULL,
    gone_at REAL,
    named_in TEXT,
    read_from REAL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE areas (
    site TEXT NOT NULL,
    name TEXT NOT NULL,
    first_seen REAL NOT NULL,
    last_seen REAL NOT NULL,
    gone_at REAL,
    named_in TEXT,
    PRIMARY KEY (site, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sources (
    site TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('camera', 'microphone', 'unknown')),
    node_type TEXT,
    area TEXT NOT NULL,
    title TEXT NOT NULL,
    first_seen REAL NOT NULL,
    last_seen REAL NOT NULL,
    gone_at REAL,
    named_in TEXT,
    PRIMARY KEY (site, name)
  ) STRICT, WITHOUT ROWID;

  -- Models by what they are, not only by name: a file that was exchanged is another one.
  CREATE TABLE models (
    id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('objects', 'pose', 'sound', 'sound-head')),
    version INTEGER,
    first_used REAL NOT NULL,
    last_used REAL NOT NULL,
    PRIMARY KEY (id, sha256)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE model_sources (
    id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    site TEXT NOT NULL,
    source TEXT NOT NULL,
    first_used REAL NOT NULL,
    last_used REAL NOT NULL,
    PRIMARY KEY (id, sha256, site, source),
    FOREIGN KEY (id, sha256) REFERENCES models (id, sha256) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

  -- The words of the index themselves, to find names in it.
  CREATE VIRTUAL TABLE incident_terms USING fts5vocab (incident_words, 'row');
  `,
  `
  -- The index is drawn together while nobody writes (upkeep.ts), not in the middle of a write.
  INSERT INTO incident_words (incident_words, rank) VALUES ('automerge', 0);
  INSERT INTO incident_words (incident_words, rank) VALUES ('crisismerge', 64);
  `,
  `
  -- From when to when a signal was seen or heard; "captured_at" is its best moment. Null: of before, when only that was kept.
  ALTER TABLE signals ADD COLUMN first_at REAL;
  ALTER TABLE signals ADD COLUMN last_at REAL;
  `,
  `
  -- Which rules held in an incident, and the signals on which each stands; null: of before, when nobody kept it.
  ALTER TABLE incidents ADD COLUMN rules_json TEXT;
  -- The same by rule and time, to be counted.
  CREATE TABLE rules_fired (
    incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    rule TEXT NOT NULL,
    severity INTEGER NOT NULL,
    first_at REAL NOT NULL,
    PRIMARY KEY (incident_id, node, rule)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rules_fired_by_time ON rules_fired (node, rule, first_at);
  CREATE INDEX incidents_false_positive ON incidents (started_at) WHERE review_state = 'false-positive';
  `,
];

/** Number of the newest step: the schema that this code reads and writes. */
export const schemaVersion = steps.length;

/** A database written by a newer version of the package; nothing in it was touched. */
class NewerSchemaError extends Error {
  readonly code = 'SCHEMA_NEWER';
}

/**
 * Brings a file to the newest schema, all missing steps in one transaction.
 * @param version stops at an older schema: for tests of what earlier versions left.
 * @throws NewerSchemaError when the file is ahead of this code.
 */
export function migrate(connection: BetterSqlite3.Database, version = schemaVersion): void {
  const present = connection.pragma('user_version', { simple: true }) as number;
  if (present > schemaVersion) {
    throw new NewerSchemaError(
      `The database has schema ${present}; this version of EchoSight Sentinel knows schemas up to ${schemaVersion}`,
    );
  }
  if (present >= version) return;
  connection
    .transaction(() => {
      for (const step of steps.slice(present, version)) connection.exec(step);
      connection.pragma(`user_version = ${version}`);
    })
    .immediate();
}
