-- Review: what a list of cases is filtered, searched and counted by; who decided; one decision about many cases; messages
-- that were fetched to be looked at.

ALTER TABLE records ADD COLUMN theme TEXT NOT NULL DEFAULT '';
ALTER TABLE records ADD COLUMN campaign TEXT NOT NULL DEFAULT '';
ALTER TABLE records ADD COLUMN sender TEXT NOT NULL DEFAULT '';
ALTER TABLE records ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
-- Author, subject, Message-ID and id in the form that a search is compared with.
ALTER TABLE records ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE records SET
    version = (SELECT count(*) FROM decisions WHERE decisions.record_id = records.id),
    words = CASE verdict WHEN 'unrelated' THEN '' ELSE lower(author || char(10) || subject || char(10) || message_id || char(10) || id) END;

ALTER TABLE decisions ADD COLUMN who TEXT NOT NULL DEFAULT '';

-- The columns behind case_json lie on other pages of the file than those before it: lists are read from indices alone.
CREATE INDEX records_listed ON records
    (judged_at, number, verdict, held, decision, account, theme, campaign, words) WHERE verdict <> 'unrelated';
CREATE INDEX records_held_listed ON records
    (judged_at, number, verdict, held, decision, account, theme, campaign, words) WHERE held = 1;
CREATE INDEX records_decided ON records (decision, judged_at, number) WHERE decision IS NOT NULL;
CREATE INDEX records_by_campaign ON records (campaign, held, decision, account, judged_at, sender) WHERE campaign <> '';
CREATE INDEX records_by_day ON records (judged_at, verdict, account);

CREATE TABLE bulks (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    what        TEXT    NOT NULL,
    campaign    TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    undoes      TEXT
);

-- "version": the one that the decision is about, and once it is made the one that it led to.
CREATE TABLE bulk_items (
    bulk_id     TEXT    NOT NULL REFERENCES bulks (id),
    record_id   TEXT    NOT NULL REFERENCES records (id),
    account     TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    intent_id   TEXT,
    PRIMARY KEY (bulk_id, record_id)
);
CREATE INDEX bulk_items_by_record ON bulk_items (record_id);
CREATE INDEX bulk_items_waiting ON bulk_items (bulk_id, record_id) WHERE state = 'waiting';

-- "sealed": the message, encrypted with the key beside the ledger, see ledger/sealing.py. Rows live ten minutes.
CREATE TABLE views (
    id          TEXT    NOT NULL PRIMARY KEY,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    account     TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    asked_at    TEXT    NOT NULL,
    expires_at  TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    sealed      BLOB
);
CREATE INDEX views_by_record ON views (record_id);
CREATE INDEX views_pending ON views (account) WHERE state = 'pending';
