-- Which messages carried a signature that was seen: when a message is forgotten, what belongs to it alone goes with it.

CREATE TABLE signed (
    record_id    TEXT   NOT NULL REFERENCES records (id),
    signature_id TEXT   NOT NULL,
    PRIMARY KEY (record_id, signature_id)
);
CREATE INDEX signed_by_signature ON signed (signature_id);
