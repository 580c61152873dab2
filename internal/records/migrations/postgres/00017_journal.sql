-- +goose Up
-- The journal: entries, the hashes of their Merkle tree, and checkpoints. Rows are only ever added.
CREATE TABLE journal (
    id   BIGINT PRIMARY KEY, -- index of the entry, 0 is the first
    kind TEXT NOT NULL,
    leaf TEXT NOT NULL        -- the bytes that are hashed
);
CREATE INDEX journal_kind ON journal (kind, id);

CREATE TABLE journal_hash (
    id   BIGINT PRIMARY KEY, -- place in the tree, see StoredHashIndex of golang.org/x/mod/sumdb/tlog
    hash BYTEA NOT NULL
);

CREATE TABLE journal_checkpoint (
    size   BIGINT PRIMARY KEY, -- entries it is of
    signed TEXT NOT NULL
);

-- What rows are digested with: a secret of each family, '' for rows of none. It goes with the family.
CREATE TABLE journal_salt (
    family TEXT PRIMARY KEY,
    salt   BYTEA NOT NULL
);

-- Rows that entries tell of and that are gone: their digests stand for them.
CREATE TABLE journal_removed (
    kind    TEXT NOT NULL,
    id      BIGINT NOT NULL, -- of the row that was
    entry   BIGINT NOT NULL, -- that tells of the row
    digest  BYTEA NOT NULL,
    removal BIGINT NOT NULL, -- entry that tells of the removal
    PRIMARY KEY (kind, id)
);
CREATE INDEX journal_removed_entry ON journal_removed (entry);
CREATE INDEX journal_removed_removal ON journal_removed (removal);

-- Which entry tells of a row, and the digest it tells it by.
ALTER TABLE consent ADD COLUMN entry BIGINT;
ALTER TABLE consent ADD COLUMN digest BYTEA;
CREATE INDEX consent_entry ON consent (entry, id);
ALTER TABLE alert_event ADD COLUMN entry BIGINT;
ALTER TABLE alert_event ADD COLUMN digest BYTEA;
CREATE INDEX alert_event_entry ON alert_event (entry, id) WHERE entry IS NOT NULL;
ALTER TABLE access ADD COLUMN entry BIGINT;
ALTER TABLE access ADD COLUMN digest BYTEA;
CREATE INDEX access_entry ON access (entry, at);
