-- +goose Up
-- What people said of meters at dated instants; only ever added. Of one meter, register and
-- instant what was said last holds.
CREATE TABLE meter_change (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    meter    TEXT NOT NULL REFERENCES meter (id),
    kind     TEXT NOT NULL,               -- replaced, kept, used, unused, taken, left
    at       BIGINT NOT NULL,             -- when it was so; of a reading for used and unused
    register TEXT NOT NULL DEFAULT '',    -- '': all of them
    last_value  BIGINT,                   -- index of the old meter at the end; null: nobody read it off
    first_value BIGINT,                   -- index of the new one at the start; likewise
    family   TEXT NOT NULL DEFAULT '',    -- of taken and left
    said_by  TEXT NOT NULL DEFAULT '',
    why      TEXT NOT NULL DEFAULT '',
    said_at  BIGINT NOT NULL              -- world clock
);
CREATE INDEX meter_change_meter ON meter_change (meter, at);

-- Rises of counters that are not counted, as the roll-up last found them.
CREATE TABLE doubt (
    meter        TEXT NOT NULL,
    register     TEXT NOT NULL,
    at           BIGINT NOT NULL,
    value        BIGINT NOT NULL,
    before_at    BIGINT NOT NULL,
    before_value BIGINT NOT NULL,
    told         INTEGER NOT NULL, -- 1: the counter went on from there; 0: too few readings follow
    PRIMARY KEY (meter, register, at)
);

-- What a meter carries belongs to the time that it is a family's.
ALTER TABLE attachment ADD COLUMN max_power BIGINT NOT NULL DEFAULT 0;
UPDATE attachment SET max_power = (SELECT m.max_power FROM meter m WHERE m.id = attachment.meter);
