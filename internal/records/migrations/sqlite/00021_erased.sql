-- +goose Up
-- What is left of erased families: sums of their pilot, of a year and a kind, of nobody.
CREATE TABLE erased_money (
    pilot   TEXT NOT NULL REFERENCES pilot (id),
    year    INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    cents   BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    PRIMARY KEY (pilot, year, kind)
);

-- Up to which note beside the keys the records have what families agree to no longer.
ALTER TABLE keyring ADD COLUMN noted BIGINT NOT NULL DEFAULT 0;
