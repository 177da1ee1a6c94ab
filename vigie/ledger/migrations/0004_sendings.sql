-- What was known, and what the server said, when an intent was carried out. A row goes with its intent.

CREATE TABLE sendings (
    intent_id   TEXT    NOT NULL PRIMARY KEY REFERENCES intents (id) ON DELETE CASCADE,
    folder      TEXT,
    uidvalidity INTEGER,
    uidnext     INTEGER,
    refusals    INTEGER NOT NULL DEFAULT 0,
    retry_at    TEXT
);
