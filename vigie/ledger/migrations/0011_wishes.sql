-- Who wants back what somebody else has confirmed as fraud: it goes once a second person wants it, too. Good for that version
-- of the case alone.
CREATE TABLE wishes (
    record_id   TEXT    NOT NULL REFERENCES records (id),
    who         TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    at          TEXT    NOT NULL,
    PRIMARY KEY (record_id, who)
);

-- Whether that rule held when the decision about many began: whoever goes on with it keeps to it.
ALTER TABLE bulks ADD COLUMN second_reviewer INTEGER NOT NULL DEFAULT 0;
