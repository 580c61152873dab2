-- +goose Up
-- Requests to erase a family, by the hash of the code that who asked was given. Whose
-- they are, and the certificate, is sealed under the installation's key.
CREATE TABLE erasure (
    code         TEXT PRIMARY KEY,           -- SHA-256
    pilot        TEXT NOT NULL REFERENCES pilot (id),
    household    TEXT NOT NULL,              -- sealed; '' once it is erased
    ends_at      BIGINT NOT NULL,            -- the row is deleted after that
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    erased_at    BIGINT NOT NULL DEFAULT 0,
    certificate  TEXT NOT NULL DEFAULT ''    -- sealed
);

-- Ingesters that hold nothing more of the family.
CREATE TABLE erasure_spool (
    code     TEXT NOT NULL REFERENCES erasure (code) ON DELETE CASCADE,
    ingester TEXT NOT NULL,
    PRIMARY KEY (code, ingester)
);
