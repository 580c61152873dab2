-- +goose Up
-- What sources were read to say of the weather of a pilot, beside its own sensors; only ever
-- added. Of one source and day what was read last holds.
CREATE TABLE weather_import (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    pilot    TEXT NOT NULL REFERENCES pilot (id),
    kind     TEXT NOT NULL,    -- meteo_france, open_meteo
    place    TEXT NOT NULL,    -- number of the station, point of the grid
    name     TEXT NOT NULL,
    measure  TEXT NOT NULL,
    licence  TEXT NOT NULL,
    digest   TEXT NOT NULL,    -- SHA-256 of what was read
    left_out BIGINT NOT NULL,  -- values that the source doubts
    at       BIGINT NOT NULL   -- world clock
);
CREATE INDEX weather_import_pilot ON weather_import (pilot, kind, place, id);
CREATE TABLE weather_import_day (
    import BIGINT NOT NULL REFERENCES weather_import (id),
    day    TEXT NOT NULL,
    mean   BIGINT NOT NULL, -- thousandths of degC
    seen   BIGINT NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (import, day)
);
CREATE TABLE weather_import_held (
    import  BIGINT NOT NULL REFERENCES weather_import (id),
    from_at BIGINT NOT NULL,
    to_at   BIGINT NOT NULL,
    value   BIGINT NOT NULL, -- thousandths of degC
    PRIMARY KEY (import, from_at)
);

-- What the sensors of a pilot say of a day, whoever is believed.
CREATE TABLE weather_sensed (
    pilot  TEXT NOT NULL REFERENCES pilot (id),
    day    TEXT NOT NULL,
    mean   BIGINT NOT NULL,
    seen   BIGINT NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (pilot, day)
);
INSERT INTO weather_sensed (pilot, day, mean, seen, length) SELECT pilot, day, mean, seen, length FROM weather_day;

-- Who is believed of a day, and since when.
ALTER TABLE weather_day ADD COLUMN kind TEXT NOT NULL DEFAULT 'sensor';
ALTER TABLE weather_day ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE weather_day ADD COLUMN at BIGINT NOT NULL DEFAULT 0;

-- What was believed before of a day that was over, until something else was. It held at an
-- instant when at <= instant < until_at.
CREATE TABLE weather_past (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    pilot    TEXT NOT NULL REFERENCES pilot (id),
    day      TEXT NOT NULL,
    mean     BIGINT NOT NULL,
    seen     BIGINT NOT NULL,
    length   BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    place    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE INDEX weather_past_day ON weather_past (pilot, day);

-- Whom a person believes of some days, or no longer does; only ever added.
CREATE TABLE weather_pin (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    pilot    TEXT NOT NULL REFERENCES pilot (id),
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL, -- not included
    kind     TEXT NOT NULL,
    place    TEXT NOT NULL,
    undone   BIGINT NOT NULL, -- 1: takes back what was said
    said_by  TEXT NOT NULL,
    why      TEXT NOT NULL,
    at       BIGINT NOT NULL
);

-- Days whose weather has to be chosen again.
CREATE TABLE weather_stale (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    pilot    TEXT NOT NULL REFERENCES pilot (id),
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL -- not included
);

-- What was done to homes to save energy; only ever added. Of one kind and first day what was
-- said last holds.
CREATE TABLE works (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    family   TEXT NOT NULL REFERENCES family (id),
    kind     TEXT NOT NULL,
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL,   -- not included
    cost     BIGINT,          -- cents; null: nobody said
    undone   BIGINT NOT NULL, -- 1: they were not done
    said_by  TEXT NOT NULL,
    why      TEXT NOT NULL,
    said_at  BIGINT NOT NULL
);
CREATE INDEX works_family ON works (family);
