-- +goose Up
-- Runs of days that a tariff prices alike, as the figures of families were last computed with.
CREATE TABLE price (
    tariff    TEXT NOT NULL,
    from_day  TEXT NOT NULL,
    until_day TEXT NOT NULL, -- first day of another price
    digest    TEXT NOT NULL,
    PRIMARY KEY (tariff, from_day)
);

-- Bills of months that are over, as they were at one time; only ever added.
CREATE TABLE bill_issue (
    family    TEXT NOT NULL REFERENCES family (id),
    month     TEXT NOT NULL,
    issue     INTEGER NOT NULL, -- 1 is the first
    line      INTEGER NOT NULL,
    issued_at BIGINT NOT NULL,
    start_at  BIGINT NOT NULL,
    label     TEXT NOT NULL,
    quantity  TEXT NOT NULL,
    unit      TEXT NOT NULL,
    price     TEXT NOT NULL,
    cents     BIGINT NOT NULL,
    estimated INTEGER NOT NULL,
    PRIMARY KEY (family, month, issue, line)
);
