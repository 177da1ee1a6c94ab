-- Who did what and when; which mode an account was given; what people released once, beyond its record's time.

-- Append-only. Each entry carries the hash of the one before it, see ledger/audit.py.
CREATE TABLE audit (
    number      INTEGER NOT NULL PRIMARY KEY,
    at          TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    what        TEXT    NOT NULL,
    account     TEXT    NOT NULL,
    about       TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    previous    TEXT    NOT NULL,
    hash        TEXT    NOT NULL
);
CREATE INDEX audit_by_instant ON audit (at);

-- "cut": the newest entry that retention removed; "last": the newest entry that was written.
CREATE TABLE audit_ends (
    side        TEXT    NOT NULL PRIMARY KEY,
    number      INTEGER NOT NULL,
    hash        TEXT    NOT NULL
);
INSERT INTO audit_ends (side, number, hash) VALUES ('cut', 0, ''), ('last', 0, '');

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
WHEN OLD.number > (SELECT number FROM audit_ends WHERE side = 'cut')
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

-- The newest row of an account is in force as long as vigie.toml says file_mode, see scanner/modes.py.
CREATE TABLE modes (
    number      INTEGER NOT NULL PRIMARY KEY,
    account     TEXT    NOT NULL,
    step        TEXT    NOT NULL,
    mode        TEXT    NOT NULL,
    before      TEXT    NOT NULL,
    file_mode   TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    at          TEXT    NOT NULL
);
CREATE INDEX modes_by_account ON modes (account, number);

-- What a person released is never quarantined again, also when nothing else is remembered of it.
CREATE TABLE allowed (
    account     TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    PRIMARY KEY (account, sha256)
);

CREATE INDEX records_by_message_id ON records (message_id);
