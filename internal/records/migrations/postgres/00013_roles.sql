-- +goose Up
-- Who works with which family, and since when. Open while to_at is the far future; nothing is
-- ever taken out of it.
CREATE TABLE case_load (
    id       TEXT PRIMARY KEY,
    family   TEXT NOT NULL REFERENCES family (id),
    staff    TEXT NOT NULL REFERENCES staff (id),
    from_at  BIGINT NOT NULL, -- database clock
    to_at    BIGINT NOT NULL DEFAULT 253402300800000,
    by_staff TEXT NOT NULL DEFAULT '', -- who assigned it; "" for the command line
    ended_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX case_load_staff ON case_load (staff, family);
CREATE INDEX case_load_family ON case_load (family);

-- Whether caseworkers see the families assigned to them, or all of the pilot: assigned, all.
ALTER TABLE pilot ADD COLUMN case_load TEXT NOT NULL DEFAULT 'assigned';

-- The second factor of RFC 6238. It holds from totp_at on, 0 while nobody has shown that they
-- have it; the time step used last cannot be used again.
ALTER TABLE staff ADD COLUMN totp TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN totp_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

-- Codes that stand in for it, each once.
CREATE TABLE recovery (
    staff TEXT NOT NULL REFERENCES staff (id),
    hash  TEXT NOT NULL,
    PRIMARY KEY (staff, hash)
);

-- What a token is for, with spaces between. Those there are could do all of it.
ALTER TABLE token ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
UPDATE token SET scopes = 'families:read alerts:read alerts:write';

-- Writes that name themselves by Idempotency-Key: what was asked, and where its answer stands.
-- Never the answer, which may be withdrawn.
CREATE TABLE written (
    subject  TEXT NOT NULL, -- who wrote
    key      TEXT NOT NULL, -- SHA-256 of the header
    request  TEXT NOT NULL, -- SHA-256 of what was asked
    status   INTEGER NOT NULL DEFAULT 0, -- of the answer; 0 while it is under way
    location TEXT NOT NULL DEFAULT '',
    at       BIGINT NOT NULL, -- database clock
    PRIMARY KEY (subject, key)
);
CREATE INDEX written_at ON written (at);

-- Which families a caseworker may see, as far as they agreed.
CREATE VIEW v_case_load AS
    SELECT staff, family FROM case_load
    WHERE from_at <= (SELECT now FROM wall) AND to_at > (SELECT now FROM wall)
    UNION
    SELECT s.id, f.id FROM staff s
        JOIN pilot p ON p.id = s.pilot AND p.case_load = 'all' JOIN family f ON f.pilot = s.pilot;
GRANT SELECT ON v_case_load TO foyer_gate;
