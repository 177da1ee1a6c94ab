-- Reporting: what is to be sent of a confirmed fraud, to whom, and what came back.
--
-- "fraud": the SHA-256 of the message. "state": asked (the service has to fetch the message), fetched, drafted (somebody looks at what
-- would be sent), waiting, sending, and how it ended: sent, refused, given-up, unfetched, dropped. "approved_by": in whose name it goes, NULL
-- until somebody has said so. "dry_run": shown, and never sent. "due_at": not tried before; while it is being sent, the instant from
-- which on another program takes it for abandoned. "expires_at": what is open ends then. "sealed": the message, then what is sent,
-- letter by letter, encrypted with the key beside the ledger (ledger/sealing.py); it goes when the row ends.
CREATE TABLE reports (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    account     TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    fraud       TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    approved_by TEXT,
    dry_run     INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    asked_at    TEXT    NOT NULL,
    due_at      TEXT    NOT NULL,
    expires_at  TEXT    NOT NULL,
    tries       INTEGER NOT NULL,
    tried_at    TEXT,
    ended_at    TEXT,
    receipt     TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    sealed      BLOB
);
-- The same fraud once per channel, whoever asks, and in however many mailboxes it lies.
CREATE UNIQUE INDEX reports_once ON reports (channel, fraud)
    WHERE dry_run = 0 AND state IN ('asked', 'fetched', 'drafted', 'waiting', 'sending', 'sent');
CREATE INDEX reports_open ON reports (state, due_at) WHERE state IN ('asked', 'fetched', 'drafted', 'waiting', 'sending');
CREATE INDEX reports_tried ON reports (channel, tried_at) WHERE tried_at IS NOT NULL;
CREATE INDEX reports_by_record ON reports (record_id);

-- The stop switch: nothing is sent there until somebody takes it back. Channel '': nowhere.
CREATE TABLE stops (
    channel     TEXT    NOT NULL PRIMARY KEY,
    who         TEXT    NOT NULL,
    at          TEXT    NOT NULL
);
