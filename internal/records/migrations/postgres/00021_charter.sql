-- +goose Up
-- What the town promises, each change with its date. Rows are only ever added.
CREATE TABLE charter (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    said_at    BIGINT NOT NULL, -- database clock
    decided_by TEXT NOT NULL,
    why        TEXT NOT NULL,
    entry      BIGINT,          -- of the journal, that tells of it
    digest     BYTEA
);
CREATE INDEX charter_entry ON charter (entry, id);
