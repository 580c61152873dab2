-- +goose Up
-- How often something has changed. Who changes it counts first: no later change is visible before.
CREATE TABLE revision (
    name   TEXT PRIMARY KEY, -- fact, gateway
    number BIGINT NOT NULL
);
INSERT INTO revision (name, number) VALUES ('fact', 0), ('gateway', 0);

-- What messages taught about a gateway's devices.
CREATE TABLE fact (
    gateway TEXT NOT NULL,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (gateway, key)
);

-- At which revision a gateway's facts changed last.
CREATE TABLE fact_change (
    gateway  TEXT PRIMARY KEY,
    revision BIGINT NOT NULL
);
CREATE INDEX fact_change_revision ON fact_change (revision);

-- What mosquitto's password file says of a gateway's secret; empty for one given before this was kept.
ALTER TABLE gateway ADD COLUMN mosquitto_hash TEXT NOT NULL DEFAULT '';
