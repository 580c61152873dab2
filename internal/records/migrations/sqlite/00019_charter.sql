-- +goose Up
-- What the town promises, each change with its date. Rows are only ever added.
CREATE TABLE charter (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    said_at    BIGINT NOT NULL, -- database clock
    decided_by TEXT NOT NULL,
    why        TEXT NOT NULL,
    entry      BIGINT,          -- of the journal, that tells of it
    digest     BLOB
);
CREATE INDEX charter_entry ON charter (entry, id);
