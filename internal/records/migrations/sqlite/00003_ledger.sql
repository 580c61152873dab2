-- +goose Up
-- What became of every reading and message, by meter and local day of the pilot: what all
-- ingesters have counted. Readings but for the last two columns.
CREATE TABLE ledger (
    meter   TEXT NOT NULL, -- '' for messages of which no meter is known
    gateway TEXT NOT NULL, -- where meter is ''
    day     TEXT NOT NULL,
    stored      BIGINT NOT NULL,
    duplicate   BIGINT NOT NULL,
    conflict    BIGINT NOT NULL,
    second      BIGINT NOT NULL,
    held        BIGINT NOT NULL,
    expired     BIGINT NOT NULL,
    rejected    BIGINT NOT NULL,
    repeated    BIGINT NOT NULL,
    ageless     BIGINT NOT NULL,
    stopped     BIGINT NOT NULL,
    ignored     BIGINT NOT NULL,
    late        BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    uncounted   BIGINT NOT NULL,
    PRIMARY KEY (meter, gateway, day)
);
CREATE INDEX ledger_day ON ledger (day);

-- How far the counts of each ingester are in the ledger.
CREATE TABLE ledger_source (
    ingester TEXT PRIMARY KEY,
    through  BIGINT NOT NULL
);

-- What a meter's messages say of the device: how it speaks and how its clock goes.
CREATE TABLE meter_health (
    meter     TEXT PRIMARY KEY,
    dialect   TEXT NOT NULL,
    clock     TEXT NOT NULL,   -- '' while nothing is known
    offset_ms BIGINT NOT NULL, -- the clock before the arrival; below 0 behind
    since_at  BIGINT NOT NULL, -- of this state of the clock
    seen_at   BIGINT NOT NULL
);

CREATE INDEX conflict_seen ON conflict (seen_at);

-- Which meters contradicted themselves and when. It shows no value and no family: who
-- runs the machines has to know that a meter lies, and not what it says.
CREATE VIEW v_conflict AS
    SELECT COALESCE(f.pilot, g.pilot, '') AS pilot, c.meter, m.gateway, c.register, c.at, c.seen_at
    FROM conflict c JOIN meter m ON m.id = c.meter
        LEFT JOIN attachment a ON a.meter = c.meter AND a.from_at <= c.at AND a.to_at > c.at
        LEFT JOIN family f ON f.id = a.family
        LEFT JOIN gateway g ON g.id = m.gateway;
