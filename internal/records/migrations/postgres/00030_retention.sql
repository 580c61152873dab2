-- +goose Up
-- First days of which things are kept, by pilot: what is older was removed, or is being
-- removed. They never move back.
CREATE TABLE retention (
    pilot      TEXT PRIMARY KEY REFERENCES pilot (id),
    half_hours TEXT NOT NULL,             -- half-hours and readings
    days       TEXT NOT NULL,             -- days, months, their bills and results
    proofs     TEXT NOT NULL,             -- agreements that ended, and who read what
    done       TEXT NOT NULL DEFAULT '',  -- day on which all of it was removed last
    done_at    BIGINT NOT NULL DEFAULT 0  -- likewise, world clock
);

-- Days that lost what their usage was computed from: it stands as it is.
CREATE TABLE closed_day (
    family TEXT NOT NULL REFERENCES family (id),
    day    TEXT NOT NULL,
    kept   TEXT NOT NULL, -- what their half-hours said beyond usage, JSON
    PRIMARY KEY (family, day)
);

-- What a family is told of it: once something of its own may be gone.
CREATE VIEW v_own_retention AS
    SELECT f.pilot, f.id AS family, r.half_hours, r.days, r.proofs, r.done_at
    FROM family f JOIN retention r ON r.pilot = f.pilot;
GRANT SELECT ON v_own_retention TO foyer_gate;
