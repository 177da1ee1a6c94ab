-- A ledger as version 15 of the schema wrote it. Never edited.
BEGIN TRANSACTION;
CREATE TABLE allowed (
    account     TEXT    NOT NULL,
    sha256      TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    PRIMARY KEY (account, sha256)
);
INSERT INTO "allowed" VALUES('accueil','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','2026-05-01T12:00:00.000000+00:00');
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
INSERT INTO "answers" VALUES(1,'q1','accueil','answer.00112233445566778899aabbccddeeff@vigie.invalid','efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef',1,'ended','2026-05-01T12:00:00.000000+00:00',NULL);
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
INSERT INTO "api_tokens" VALUES('tk1','4425bee1c84be6f12afe88fa4fda9f4a68d76713431dd8da24049f2f4f419df3','Thunderbird','["check", "records"]','["accueil"]','web:marie','2026-11-22T12:00:00.000000+00:00','2027-11-22T12:00:00.000000+00:00',NULL);
CREATE TABLE asks (
    token       TEXT    NOT NULL PRIMARY KEY,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    recipient   TEXT    NOT NULL,
    ends_at     TEXT    NOT NULL,
    used_at     TEXT
);
INSERT INTO "asks" VALUES('0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a','yxm2ssvc24ht','account:accueil','2026-11-29T12:00:00.000000+00:00',NULL);
CREATE TABLE attempts (
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (account, folder, uidvalidity, uid)
);
INSERT INTO "attempts" VALUES('accueil','INBOX',7,4,2);
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
INSERT INTO "audit" VALUES(1,'2026-11-22T12:00:00.000000+00:00','cli:marie','mode','accueil','','{"from":"observe","step":"file","to":"observe"}','','83685edbd6e89c7cd0cbf0c38a67b0ac0d375a906f7d3d46497a6f7cec5106ad');
INSERT INTO "audit" VALUES(2,'2026-11-22T12:00:00.000000+00:00','cli:marie','mode','accueil','','{"from":"observe","step":"promote","to":"enforce"}','83685edbd6e89c7cd0cbf0c38a67b0ac0d375a906f7d3d46497a6f7cec5106ad','cec27f25aca097bba95eab81d1e1dd26cf77bbd768f232ce889475d83c9c4981');
INSERT INTO "audit" VALUES(3,'2026-11-22T12:00:00.000000+00:00','cli:marie','decided','accueil','yxm2ssvc24ht','{"decision":"released"}','cec27f25aca097bba95eab81d1e1dd26cf77bbd768f232ce889475d83c9c4981','e42cea49e589e7a75950bf1d3d02c403eb45f18343ba6509d23e3f170181d2b7');
INSERT INTO "audit" VALUES(4,'2026-11-22T12:00:00.000000+00:00','cli:root','people','','','{"accounts":"*","person":"Marie","role":"admin","step":"added"}','e42cea49e589e7a75950bf1d3d02c403eb45f18343ba6509d23e3f170181d2b7','8c58788d96720d275f51db4928c03c0d938d9fdeff77aa4723ec2061e739480b');
INSERT INTO "audit" VALUES(5,'2026-11-22T12:00:00.000000+00:00','web:Marie','people','','','{"accounts":"*","person":"Marie","role":"admin","step":"second-factor-on"}','8c58788d96720d275f51db4928c03c0d938d9fdeff77aa4723ec2061e739480b','9717a812ac809a19efb1ba6a160250cd399477ba531a00151ff96dc89b98f16a');
INSERT INTO "audit" VALUES(6,'2026-11-22T12:00:00.000000+00:00','web:Marie','sign-in','','','{"how":"password"}','9717a812ac809a19efb1ba6a160250cd399477ba531a00151ff96dc89b98f16a','6f64908fc050a00cee07808ab6dc8d06084d8ed3eca34cf8b67407691cac4984');
INSERT INTO "audit" VALUES(7,'2026-11-22T12:00:00.000000+00:00','provider','people','','','{"accounts":"accueil","person":"Paul","role":"reviewer","step":"added"}','6f64908fc050a00cee07808ab6dc8d06084d8ed3eca34cf8b67407691cac4984','30df417fd909d4ea96da424618081655bfd6b90865e0b35f19103e2151f48411');
INSERT INTO "audit" VALUES(8,'2026-11-22T12:00:00.000000+00:00','cli:root','people','','','{"accounts":"accueil","role":"reader","step":"invited"}','30df417fd909d4ea96da424618081655bfd6b90865e0b35f19103e2151f48411','a146b6929546f268ec7b9d49fae306a1b0520ac1a3ca0c9f22746e101a29a80a');
INSERT INTO "audit" VALUES(9,'2026-11-22T12:00:00.000000+00:00','web:Marie','people','','','{"accounts":"*","person":"Marie","role":"admin","step":"digest-address"}','a146b6929546f268ec7b9d49fae306a1b0520ac1a3ca0c9f22746e101a29a80a','5276edb7cde7f9c827e106ca682cd6fc82e8c184ca3ecbae413f6185721cbcf3');
CREATE TABLE audit_ends (
    side        TEXT    NOT NULL PRIMARY KEY,
    number      INTEGER NOT NULL,
    hash        TEXT    NOT NULL
);
INSERT INTO "audit_ends" VALUES('cut',0,'');
INSERT INTO "audit_ends" VALUES('last',9,'5276edb7cde7f9c827e106ca682cd6fc82e8c184ca3ecbae413f6185721cbcf3');
CREATE TABLE bulk_items (
    bulk_id     TEXT    NOT NULL REFERENCES bulks (id),
    record_id   TEXT    NOT NULL REFERENCES records (id),
    account     TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    intent_id   TEXT,
    PRIMARY KEY (bulk_id, record_id)
);
INSERT INTO "bulk_items" VALUES('bk','azg900cdnm3c','accueil','waiting',0,NULL);
CREATE TABLE bulks (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    what        TEXT    NOT NULL,
    campaign    TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    undoes      TEXT
, second_reviewer INTEGER NOT NULL DEFAULT 0);
INSERT INTO "bulks" VALUES(1,'bk','confirm','0123456789abcdef','web:marie','2026-11-22T12:00:00.000000+00:00',NULL,0);
CREATE TABLE cursors (
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    uidvalidity INTEGER NOT NULL,
    last_uid    INTEGER NOT NULL,
    PRIMARY KEY (account, folder)
);
INSERT INTO "cursors" VALUES('accueil','INBOX',7,3);
CREATE TABLE decisions (
    number      INTEGER NOT NULL PRIMARY KEY,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    decision    TEXT,
    at          TEXT    NOT NULL
, who TEXT NOT NULL DEFAULT '');
INSERT INTO "decisions" VALUES(1,'yxm2ssvc24ht','released','2026-11-22T12:00:00.000000+00:00','web:marie');
CREATE TABLE digest_items (
    digest_id   TEXT    NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    PRIMARY KEY (digest_id, record_id)
);
INSERT INTO "digest_items" VALUES('5zkb71vsxdfg','yxm2ssvc24ht');
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
INSERT INTO "digests" VALUES('5zkb71vsxdfg','account:accueil','2026-11-23','2026-11-21T13:00:00.000000+00:00','2026-11-22T13:00:00.000000+00:00','waiting',0,'2026-11-22T13:00:00.000000+00:00','2026-11-22T13:00:00.000000+00:00');
CREATE TABLE editions (
    id          TEXT    NOT NULL PRIMARY KEY,
    program     TEXT    NOT NULL,
    settings    TEXT    NOT NULL
);
INSERT INTO "editions" VALUES('f52e04fdf6282353','0.1.0+5f1c0a9be3d2','{"brands":{"enabled":["ameli"]}}');
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
INSERT INTO "frozen" VALUES('yxm2ssvc24ht','f52e04fdf6282353','2026-11-22T12:00:00.000000+00:00','2026-11-22T12:00:00.000000+00:00','00112233445566aa',1,'[["s1._domainkey.info.ameli.fr","TXT",["v=DKIM1; p=ÿ\u0000"]],["_dmarc.x.example","TXT",null],["y.example","A","no answer in time"]]','');
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
INSERT INTO "handed_in" VALUES('b14q6zyz9hkg','token','tk1','Thunderbird','2026-11-22T12:00:00.000000+00:00','0000000000000000000000000000000000000000000000000000000000000003',NULL,'',NULL);
CREATE TABLE heartbeats (
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    lag_uids    INTEGER NOT NULL,
    error       TEXT    NOT NULL, known_at TEXT, behind_since TEXT,
    PRIMARY KEY (account, folder)
);
INSERT INTO "heartbeats" VALUES('accueil','INBOX','2026-11-22T12:00:00.000000+00:00',4,'','2026-11-22T12:00:00.000000+00:00','2026-11-22T11:59:30.000000+00:00');
CREATE TABLE intents (
    number       INTEGER NOT NULL PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    record_id    TEXT    NOT NULL REFERENCES records (id),
    kind         TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    folder       TEXT    NOT NULL,
    uidvalidity  INTEGER NOT NULL,
    uid          INTEGER NOT NULL,
    destination  TEXT    NOT NULL,
    keywords     TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    message_id   TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    created_at   TEXT    NOT NULL,
    flags        TEXT    NOT NULL,
    internaldate TEXT
);
INSERT INTO "intents" VALUES(1,'q1','yxm2ssvc24ht','quarantine','accueil','INBOX',7,1,'Quarantaine','["$Phishing", "$Junk"]','done','<1@example.org>','0000000000000000000000000000000000000000000000000000000000000001',2048,'2026-11-22T12:00:00.000000+00:00','["\\Flagged", "rendez-vous"]','2026-11-21T12:00:00.000000+00:00');
INSERT INTO "intents" VALUES(2,'r1','yxm2ssvc24ht','release','accueil','Quarantaine',3,9,'INBOX','["$Phishing", "$Junk"]','pending','<1@example.org>','0000000000000000000000000000000000000000000000000000000000000001',2048,'2026-11-22T12:00:00.000000+00:00','["\\Flagged", "rendez-vous"]','2026-11-21T12:00:00.000000+00:00');
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
INSERT INTO "invitations" VALUES('abcdef012345','4464a7d4c9787799639ea922fdd28a7f42aac5f82aa0ccadb52ff062b2c06c32','reader','["accueil"]','cli:root','2026-11-22T12:00:00.000000+00:00','2026-11-25T12:00:00.000000+00:00',NULL,'accueil');
CREATE TABLE known_browsers (
    token       TEXT    NOT NULL,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    at          TEXT    NOT NULL,
    PRIMARY KEY (token, user_id)
);
INSERT INTO "known_browsers" VALUES('a0484a6185b324e2f355194f334482fc79194cd805185155ddcf6804fdb9090a','0123456789ab','2026-11-22T12:00:00.000000+00:00');
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
INSERT INTO "modes" VALUES(1,'accueil','file','observe','observe','observe','cli:marie','2026-11-22T12:00:00.000000+00:00');
INSERT INTO "modes" VALUES(2,'accueil','promote','enforce','observe','observe','cli:marie','2026-11-22T12:00:00.000000+00:00');
CREATE TABLE oidc_links (
    issuer      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
);
INSERT INTO "oidc_links" VALUES('https://id.example.org','42','b9ce25175eb8');
CREATE TABLE outcomes (
    intent_id     TEXT    NOT NULL PRIMARY KEY REFERENCES intents (id),
    state         TEXT    NOT NULL,
    at            TEXT    NOT NULL,
    account       TEXT,
    folder        TEXT,
    uidvalidity   INTEGER,
    uid           INTEGER,
    detail        TEXT    NOT NULL,
    kept_keywords TEXT    NOT NULL
);
INSERT INTO "outcomes" VALUES('q1','done','2026-11-22T12:00:00.000000+00:00','accueil','Quarantaine',3,9,'move','["$Phishing"]');
CREATE TABLE records (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    account     TEXT    NOT NULL,
    folder      TEXT    NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    sha256      TEXT    NOT NULL,
    message_id  TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    verdict     TEXT    NOT NULL,
    brand       TEXT,
    decided_by  INTEGER NOT NULL,
    case_json   TEXT    NOT NULL,
    judged_at   TEXT    NOT NULL,
    elapsed_ms  REAL    NOT NULL,
    size        INTEGER NOT NULL,
    decision    TEXT,
    retry_at    TEXT,
    attempts    INTEGER NOT NULL,
    held        INTEGER NOT NULL DEFAULT 0, theme TEXT NOT NULL DEFAULT '', campaign TEXT NOT NULL DEFAULT '', sender TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 0, words TEXT NOT NULL DEFAULT '', requested TEXT,
    UNIQUE (account, folder, uidvalidity, uid)
);
INSERT INTO "records" VALUES(1,'yxm2ssvc24ht','accueil','INBOX',7,1,'0000000000000000000000000000000000000000000000000000000000000001','<1@example.org>','Votre carte Vitale n° 1','ameli <contact@example.net>','impersonation','ameli',4,'{"verdict":"impersonation"}','2026-11-22T12:00:01.000000+00:00',1.25,2048,'released',NULL,1,1,'card','0123456789abcdef','?example.net',1,'ameli <contact@example.net>
votre carte vitale n° 1
<1@example.org>
yxm2ssvc24ht','2026-11-22T14:00:00.000000+00:00');
INSERT INTO "records" VALUES(2,'azg900cdnm3c','accueil','INBOX',7,2,'0000000000000000000000000000000000000000000000000000000000000002','<2@example.org>','Votre carte Vitale n° 2','ameli <contact@example.net>','undecided','ameli',7,'{"verdict":"impersonation"}','2026-11-22T12:00:02.000000+00:00',1.25,2048,NULL,'2026-11-22T12:00:00.000000+00:00',2,0,'card','0123456789abcdef','?example.net',0,'ameli <contact@example.net>
votre carte vitale n° 2
<2@example.org>
azg900cdnm3c',NULL);
INSERT INTO "records" VALUES(3,'b14q6zyz9hkg','accueil','Éléments',7,3,'0000000000000000000000000000000000000000000000000000000000000003','<3@example.org>','Votre carte Vitale n° 3','ameli <contact@example.net>','genuine',NULL,2,'{"verdict":"impersonation"}','2026-11-22T12:00:03.000000+00:00',1.25,2048,NULL,NULL,1,0,'','','',0,'ameli <contact@example.net>
votre carte vitale n° 3
<3@example.org>
b14q6zyz9hkg',NULL);
CREATE TABLE recovery_codes (
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash        TEXT    NOT NULL,
    PRIMARY KEY (user_id, hash)
);
INSERT INTO "recovery_codes" VALUES('0123456789ab','9da29268f6f81b987ac8315d5c5731993b3424dfac35b927b0383273dfebd218');
CREATE TABLE refused_sign_ins (
    counted     TEXT    NOT NULL,
    at          TEXT    NOT NULL
);
INSERT INTO "refused_sign_ins" VALUES('abababababababababababababababababababababababababababababababab','2026-11-22T12:00:00.000000+00:00');
CREATE TABLE reports (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    record_id   TEXT    NOT NULL REFERENCES records (id),
    account     TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    fraud       TEXT    NOT NULL,
    who         TEXT    NOT NULL,
    approved_by TEXT,
    dry_run     INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    asked_at    TEXT    NOT NULL,
    due_at      TEXT    NOT NULL,
    expires_at  TEXT    NOT NULL,
    tries       INTEGER NOT NULL,
    tried_at    TEXT,
    ended_at    TEXT,
    receipt     TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    sealed      BLOB
);
INSERT INTO "reports" VALUES(1,'rp','yxm2ssvc24ht','accueil','folder','0000000000000000000000000000000000000000000000000000000000000001','web:marie','web:marie',0,'sent','2026-11-22T12:00:00.000000+00:00','2026-11-22T12:00:00.000000+00:00','2026-11-29T12:00:00.000000+00:00',1,'2026-11-22T12:00:00.000000+00:00','2026-11-22T12:00:00.000000+00:00','rp.eml','',NULL);
CREATE TABLE schema_version (version INTEGER NOT NULL);
INSERT INTO "schema_version" VALUES(15);
CREATE TABLE sendings (
    intent_id   TEXT    NOT NULL PRIMARY KEY REFERENCES intents (id) ON DELETE CASCADE,
    folder      TEXT,
    uidvalidity INTEGER,
    uidnext     INTEGER,
    refusals    INTEGER NOT NULL DEFAULT 0,
    retry_at    TEXT
);
INSERT INTO "sendings" VALUES('r1','INBOX',7,12,2,'2026-11-22T12:05:00.000000+00:00');
CREATE TABLE sessions (
    id          TEXT    NOT NULL PRIMARY KEY,
    token       TEXT    NOT NULL UNIQUE,
    user_id     TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    began_at    TEXT    NOT NULL,
    seen_at     TEXT    NOT NULL,
    agent       TEXT    NOT NULL
);
INSERT INTO "sessions" VALUES('34279e1a0e9e','d64b93c9f1b60eb338e5cb415d6a36bd920edd0e9b36f7ea5c730d0e10ff147f','0123456789ab','2026-11-22T12:00:00.000000+00:00','2026-11-22T12:00:00.000000+00:00','Firefox');
CREATE TABLE signatures (
    signature_id TEXT   NOT NULL,
    account      TEXT   NOT NULL,
    first_seen   TEXT   NOT NULL,
    PRIMARY KEY (signature_id, account)
);
INSERT INTO "signatures" VALUES('abababababababababababababababababababababababababababababababab','accueil','2026-11-22T12:00:00.000000+00:00');
CREATE TABLE signed (
    record_id    TEXT   NOT NULL REFERENCES records (id),
    signature_id TEXT   NOT NULL,
    PRIMARY KEY (record_id, signature_id)
);
INSERT INTO "signed" VALUES('yxm2ssvc24ht','abababababababababababababababababababababababababababababababab');
CREATE TABLE stops (
    channel     TEXT    NOT NULL PRIMARY KEY,
    who         TEXT    NOT NULL,
    at          TEXT    NOT NULL
);
INSERT INTO "stops" VALUES('webhook','web:marie','2026-11-22T12:00:00.000000+00:00');
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
, address TEXT NOT NULL DEFAULT '');
INSERT INTO "users" VALUES('0123456789ab','Marie','marie','admin',NULL,'fr','2026-11-22T12:00:00.000000+00:00',0,'$argon2id$not-one',X'7365616C6564',7,'marie@example.org');
INSERT INTO "users" VALUES('b9ce25175eb8','Paul','paul','reviewer','["accueil"]','en','2026-11-22T12:00:00.000000+00:00',0,NULL,NULL,0,'');
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
INSERT INTO "views" VALUES('vw','yxm2ssvc24ht','accueil','web:marie','pending','2026-11-22T12:00:00.000000+00:00','2026-11-22T12:10:00.000000+00:00','','',NULL);
CREATE TABLE wishes (
    record_id   TEXT    NOT NULL REFERENCES records (id),
    who         TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    at          TEXT    NOT NULL,
    PRIMARY KEY (record_id, who)
);
INSERT INTO "wishes" VALUES('yxm2ssvc24ht','web:paul',1,'2026-11-22T12:00:00.000000+00:00');
CREATE INDEX records_by_instant ON records (judged_at, number);
CREATE INDEX records_by_content ON records (account, sha256);
CREATE INDEX records_to_retry ON records (account, retry_at) WHERE retry_at IS NOT NULL;
CREATE INDEX records_held ON records (judged_at, number) WHERE held = 1;
CREATE INDEX decisions_by_record ON decisions (record_id);
CREATE INDEX intents_by_record ON intents (record_id);
CREATE INDEX intents_open ON intents (account, number) WHERE state IN ('pending', 'moving');
CREATE INDEX audit_by_instant ON audit (at);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
WHEN OLD.number > (SELECT number FROM audit_ends WHERE side = 'cut')
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
CREATE INDEX modes_by_account ON modes (account, number);
CREATE INDEX records_by_message_id ON records (message_id);
CREATE INDEX records_listed ON records
    (judged_at, number, verdict, held, decision, account, theme, campaign, words) WHERE verdict <> 'unrelated';
CREATE INDEX records_held_listed ON records
    (judged_at, number, verdict, held, decision, account, theme, campaign, words) WHERE held = 1;
CREATE INDEX records_decided ON records (decision, judged_at, number) WHERE decision IS NOT NULL;
CREATE INDEX records_by_campaign ON records (campaign, held, decision, account, judged_at, sender) WHERE campaign <> '';
CREATE INDEX records_by_day ON records (judged_at, verdict, account);
CREATE INDEX bulk_items_by_record ON bulk_items (record_id);
CREATE INDEX bulk_items_waiting ON bulk_items (bulk_id, record_id) WHERE state = 'waiting';
CREATE INDEX views_by_record ON views (record_id);
CREATE INDEX views_pending ON views (account) WHERE state = 'pending';
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX refused_sign_ins_by_counted ON refused_sign_ins (counted, at);
CREATE INDEX signed_by_signature ON signed (signature_id);
CREATE INDEX records_requested ON records
    (judged_at, number, verdict, held, decision, account, theme, campaign, words, requested) WHERE requested IS NOT NULL;
CREATE INDEX digests_open ON digests (due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX digest_items_by_record ON digest_items (record_id);
CREATE INDEX asks_by_record ON asks (record_id, recipient);
CREATE UNIQUE INDEX reports_once ON reports (channel, fraud)
    WHERE dry_run = 0 AND state IN ('asked', 'fetched', 'drafted', 'waiting', 'sending', 'sent');
CREATE INDEX reports_open ON reports (state, due_at) WHERE state IN ('asked', 'fetched', 'drafted', 'waiting', 'sending');
CREATE INDEX reports_tried ON reports (channel, tried_at) WHERE tried_at IS NOT NULL;
CREATE INDEX reports_by_record ON reports (record_id);
CREATE INDEX handed_in_by_time ON handed_in (at);
CREATE INDEX answers_by_content ON answers (account, sha256);
COMMIT;
