-- Judgements that were begun and not yet written: what a killed scan leaves behind.

CREATE TABLE attempts (
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (account, folder, uidvalidity, uid)
);
