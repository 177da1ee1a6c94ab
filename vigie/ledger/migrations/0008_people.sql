-- Who may use the web pages. Of everything that opens something a hash is kept; the second factor's secret is sealed.

CREATE TABLE users (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    folded      TEXT    NOT NULL UNIQUE,
    role        TEXT    NOT NULL,
    accounts    TEXT,
    language    TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    disabled    INTEGER NOT NULL DEFAULT 0,
    password    TEXT,
    totp        BLOB,
    -- The newest counter that was used: no code opens twice (RFC 6238 section 5.2).
    totp_used   INTEGER NOT NULL DEFAULT 0
);

-- Single-use codes for who has lost the second factor.
CREATE TABLE recovery_codes (
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash        TEXT    NOT NULL,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE sessions (
    id          TEXT    NOT NULL PRIMARY KEY,
    token       TEXT    NOT NULL UNIQUE,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    began_at    TEXT    NOT NULL,
    seen_at     TEXT    NOT NULL,
    agent       TEXT    NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE invitations (
    id          TEXT    NOT NULL PRIMARY KEY,
    token       TEXT    NOT NULL UNIQUE,
    role        TEXT    NOT NULL,
    accounts    TEXT,
    by          TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    ends_at     TEXT    NOT NULL,
    user_id     TEXT    REFERENCES users (id) ON DELETE CASCADE,
    note        TEXT    NOT NULL
);

-- Who the identity provider says somebody is: issuer and subject, never an address.
CREATE TABLE oidc_links (
    issuer      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);

-- Browsers in which somebody signed in before: others that guess at his password do not keep him out of them.
CREATE TABLE known_browsers (
    token       TEXT    NOT NULL,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at          TEXT    NOT NULL,
    PRIMARY KEY (token, user_id)
);

-- Refused sign-ins of the last minutes, by what they are counted for.
CREATE TABLE refused_sign_ins (
    counted     TEXT    NOT NULL,
    at          TEXT    NOT NULL
);
CREATE INDEX refused_sign_ins_by_counted ON refused_sign_ins (counted, at);
