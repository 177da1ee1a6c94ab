-- Instants are text: UTC, microseconds, fixed width, so that they sort. Lists are JSON.
-- A migration that was released is never edited: the next change is the next file.

CREATE TABLE records (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    sha256      TEXT    NOT NULL,
    message_id  TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    verdict     TEXT    NOT NULL,
    brand       TEXT,
    decided_by  INTEGER NOT NULL,
    case_json   TEXT    NOT NULL,
    judged_at   TEXT    NOT NULL,
    elapsed_ms  REAL    NOT NULL,
    size        INTEGER NOT NULL,
    decision    TEXT,
    retry_at    TEXT,
    attempts    INTEGER NOT NULL,
    held        INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, folder, uidvalidity, uid)
);
CREATE INDEX records_by_instant ON records (judged_at, number);
CREATE INDEX records_by_content ON records (account, sha256);
CREATE INDEX records_to_retry ON records (account, retry_at) WHERE retry_at IS NOT NULL;
CREATE INDEX records_held ON records (judged_at, number) WHERE held = 1;

CREATE TABLE cursors (
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    uidvalidity INTEGER NOT NULL,
    last_uid    INTEGER NOT NULL,
    PRIMARY KEY (account, folder)
);

-- What people decided, in their order; records.decision is the newest of them.
CREATE TABLE decisions (
    number      INTEGER NOT NULL PRIMARY KEY,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    decision    TEXT,
    at          TEXT    NOT NULL
);
CREATE INDEX decisions_by_record ON decisions (record_id);

CREATE TABLE intents (
    number       INTEGER NOT NULL PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    record_id    TEXT    NOT NULL REFERENCES records (id),
    kind         TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    folder       TEXT    NOT NULL,
    uidvalidity  INTEGER NOT NULL,
    uid          INTEGER NOT NULL,
    destination  TEXT    NOT NULL,
    keywords     TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    message_id   TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    created_at   TEXT    NOT NULL,
    flags        TEXT    NOT NULL,
    internaldate TEXT
);
CREATE INDEX intents_by_record ON intents (record_id);
CREATE INDEX intents_open ON intents (account, number) WHERE state IN ('pending', 'moving');

CREATE TABLE outcomes (
    intent_id     TEXT    NOT NULL PRIMARY KEY REFERENCES intents (id),
    state         TEXT    NOT NULL,
    at            TEXT    NOT NULL,
    account       TEXT,
    folder        TEXT,
    uidvalidity   INTEGER,
    uid           INTEGER,
    detail        TEXT    NOT NULL,
    kept_keywords TEXT    NOT NULL
);

CREATE TABLE heartbeats (
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    lag_uids    INTEGER NOT NULL,
    error       TEXT    NOT NULL,
    PRIMARY KEY (account, folder)
);
