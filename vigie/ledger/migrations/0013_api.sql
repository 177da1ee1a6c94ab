-- Programs that ask on behalf of people who read their mail: of a token its hash is kept.
CREATE TABLE api_tokens (
    id          TEXT    NOT NULL PRIMARY KEY,
    hash        TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    uses        TEXT    NOT NULL,
    accounts    TEXT,
    by          TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    ends_at     TEXT    NOT NULL,
    used_at     TEXT
);

-- Messages that people have handed in, with their consent that they are kept: the case masked, the message sealed.
CREATE TABLE api_reports (
    id          TEXT    NOT NULL PRIMARY KEY,
    token_id    TEXT    NOT NULL,
    token_name  TEXT    NOT NULL,
    accounts    TEXT,
    at          TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    message_id  TEXT    NOT NULL,
    verdict     TEXT    NOT NULL,
    case_json   TEXT    NOT NULL,
    message     BLOB    NOT NULL,
    UNIQUE (token_id, sha256)
);
CREATE INDEX api_reports_by_time ON api_reports (at);
