-- Folders that are buttons: what people ask by moving a message, and what they are told.
--
-- "intent": the ANSWER that stores the reply. "state": waiting, sending (APPEND may have been sent: look for the Message-ID first),
-- ended. "always": told even where the server has kept a keyword. "sha256": by which a reply of ours is known when a folder is read; it
-- outlives the intent and the case. "sealed": the reply, encrypted with the key beside the ledger (ledger/sealing.py), until it has ended.
CREATE TABLE answers (
    number      INTEGER NOT NULL PRIMARY KEY,
    intent      TEXT    NOT NULL UNIQUE,
    account     TEXT    NOT NULL,
    message_id  TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    always      INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    sealed      BLOB
);
CREATE INDEX answers_by_content ON answers (account, sha256);
