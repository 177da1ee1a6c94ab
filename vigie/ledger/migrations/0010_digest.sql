-- The digest: where people want it; one row for each that was due, so that none is sent twice; the links by which the owner of a
-- mailbox asks for a message that is held.

ALTER TABLE users ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- When the owner of the mailbox asked for it, where nobody has decided since.
ALTER TABLE records ADD COLUMN requested TEXT;
CREATE INDEX records_requested ON records
    (judged_at, number, verdict, held, decision, account, theme, campaign, words, requested) WHERE requested IS NOT NULL;

-- "recipient": person:<id> or account:<name>. "period": the day that it is for. "due_at": not tried before; while it is being
-- sent, the instant from which on another program takes it for abandoned.
CREATE TABLE digests (
    id          TEXT    NOT NULL PRIMARY KEY,
    recipient   TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    since       TEXT    NOT NULL,
    until       TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    tries       INTEGER NOT NULL,
    planned_at  TEXT    NOT NULL,
    due_at      TEXT    NOT NULL,
    UNIQUE (recipient, period)
);
CREATE INDEX digests_open ON digests (due_at) WHERE state IN ('waiting', 'sending');

CREATE TABLE digest_items (
    digest_id   TEXT    NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    PRIMARY KEY (digest_id, record_id)
);
CREATE INDEX digest_items_by_record ON digest_items (record_id);

-- Of the link's token a hash is kept. "used_at": of every link of the same message and recipient.
CREATE TABLE asks (
    token       TEXT    NOT NULL PRIMARY KEY,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    recipient   TEXT    NOT NULL,
    ends_at     TEXT    NOT NULL,
    used_at     TEXT
);
CREATE INDEX asks_by_record ON asks (record_id, recipient);
