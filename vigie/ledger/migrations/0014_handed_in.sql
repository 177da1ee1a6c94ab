-- What people hand in becomes a case like any other, at a place that no server has: folder '', UIDVALIDITY 0. What is told here
-- beside it: through what it came ("source": token, folder), and the message, sealed, for as long as its sender agreed to.
--
-- "sha256": the same message by the same source is kept once. "dismissed_at": a person saw that it is none; a decision outweighs it.
CREATE TABLE handed_in (
    record_id    TEXT    NOT NULL PRIMARY KEY REFERENCES records (id),
    source       TEXT    NOT NULL,
    source_id    TEXT    NOT NULL,
    source_name  TEXT    NOT NULL,
    at           TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    dismissed_at TEXT,
    dismissed_by TEXT    NOT NULL DEFAULT '',
    message      BLOB,
    UNIQUE (source, source_id, sha256)
);
CREATE INDEX handed_in_by_time ON handed_in (at);

INSERT INTO records (id, account, folder, uidvalidity, uid, sha256, message_id, subject, author, verdict, brand, decided_by, case_json,
                     judged_at, elapsed_ms, size, attempts)
    SELECT id,
           CASE WHEN json_array_length(accounts) = 1 THEN json_extract(accounts, '$[0]') ELSE '' END,
           '', 0, rowid, sha256, message_id,
           substr(coalesce(json_extract(case_json, '$.subject'), ''), 1, 200),
           substr(coalesce(json_extract(case_json, '$.author'), ''), 1, 200),
           verdict, json_extract(case_json, '$.brand'), coalesce(json_extract(case_json, '$.decided_by'), 0), case_json,
           at, coalesce(json_extract(case_json, '$.elapsed_ms'), 0), 0, 1
    FROM api_reports;
INSERT INTO handed_in (record_id, source, source_id, source_name, at, sha256, message)
    SELECT id, 'token', token_id, token_name, at, sha256, message FROM api_reports;
DROP TABLE api_reports;
