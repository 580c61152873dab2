-- Which spool this is, to whoever adds up what several count.
CREATE TABLE identity (id TEXT NOT NULL);
INSERT INTO identity (id) VALUES (lower(hex(randomblob(10))));

-- What became of readings and messages, until the ledger has it. A body is what tally.go says.
CREATE TABLE tally (
    id   INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: the ledger remembers how far it has come
    body BLOB NOT NULL
);

-- What the batch under way was found to be before the series store was written: a batch
-- that has to be worked on again, after a crash too, is counted as at its first try.
CREATE TABLE plan (
    through  INTEGER PRIMARY KEY,
    readings INTEGER NOT NULL,
    late     BLOB NOT NULL, -- a bit for each reading: its register was further already
    fresh    BLOB           -- a bit for each reading: the series store does not have it; null: nobody has looked
);

-- How much room each message in quarantine takes, 0 for refused readings, and each kind of them.
ALTER TABLE quarantine ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
UPDATE quarantine SET size = length(CAST(topic AS BLOB)) + length(CAST(device AS BLOB)) + length(reason) + length(payload)
    WHERE body IS NULL;
CREATE INDEX quarantine_kind ON quarantine (gateway, device, dialect, reason, size);
CREATE INDEX quarantine_at ON quarantine (at, size);

-- How many messages of a day are not kept, by cause: alike, room, age.
CREATE TABLE quarantine_dropped (
    day   TEXT NOT NULL, -- UTC
    cause TEXT NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (day, cause)
) WITHOUT ROWID;
