-- What a verdict rests on beside the message, so that it can be computed again; and signatures that were seen, so that a genuine
-- mail that is sent again to many is noticed. Neither is kept of mail that has nothing to do with a protected sender.

-- One row for each program and settings that ever judged.
CREATE TABLE editions (
    id          TEXT    NOT NULL PRIMARY KEY,
    program     TEXT    NOT NULL,
    settings    TEXT    NOT NULL
);

CREATE TABLE frozen (
    record_id   TEXT    NOT NULL PRIMARY KEY REFERENCES records (id),
    edition_id  TEXT    NOT NULL REFERENCES editions (id),
    examined_at TEXT    NOT NULL,
    received    TEXT,
    mailbox     TEXT    NOT NULL,
    elsewhere   INTEGER NOT NULL,
    answers     TEXT    NOT NULL,
    lacking     TEXT    NOT NULL
);

CREATE TABLE signatures (
    signature_id TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    first_seen   TEXT   NOT NULL,
    PRIMARY KEY (signature_id, account)
);
