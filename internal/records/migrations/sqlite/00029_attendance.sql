-- +goose Up
-- How many messages of a meter were heard on a local day, and how many are missing.
CREATE TABLE attendance (
    meter    TEXT NOT NULL,
    day      TEXT NOT NULL,
    heard    BIGINT NOT NULL,
    missing  BIGINT NOT NULL,
    every_ms BIGINT NOT NULL, -- 0: the meter speaks when it likes
    PRIMARY KEY (meter, day)
);
CREATE INDEX attendance_day ON attendance (day);

-- The stretches in which messages of a meter are missing.
CREATE TABLE gap (
    meter    TEXT NOT NULL,
    from_at  BIGINT NOT NULL, -- the message before
    to_at    BIGINT NOT NULL, -- the message after; 0 while none has come
    missing  BIGINT NOT NULL,
    every_ms BIGINT NOT NULL,
    PRIMARY KEY (meter, from_at)
);
CREATE INDEX gap_from ON gap (from_at);

-- Whose meters and gateways are. What is nobody's is the only pilot's; where there are
-- several nobody sees it but who is on the machine.
CREATE VIEW v_ledger AS
    SELECT COALESCE(g.pilot, f.pilot, (SELECT MIN(id) FROM pilot HAVING COUNT(*) = 1), '') AS pilot,
        l.day, COALESCE(m.gateway, l.gateway) AS gateway, l.meter,
        l.stored, l.duplicate, l.conflict, l.second, l.held, l.expired, l.rejected, l.repeated, l.ageless,
        l.stopped, l.ignored, l.late, l.quarantined, l.uncounted,
        COALESCE(t.heard, 0) AS heard, COALESCE(t.missing, 0) AS missing, COALESCE(t.every_ms, 0) AS every_ms,
        CASE WHEN t.meter IS NULL THEN 0 ELSE 1 END AS looked
    FROM ledger l LEFT JOIN meter m ON m.id = l.meter
        LEFT JOIN gateway g ON g.id = COALESCE(m.gateway, l.gateway)
        LEFT JOIN attachment a ON a.meter = l.meter AND a.to_at = 253402300800000
        LEFT JOIN family f ON f.id = a.family
        LEFT JOIN attendance t ON t.meter = l.meter AND t.day = l.day;

CREATE VIEW v_gap AS
    SELECT COALESCE(g.pilot, f.pilot, (SELECT MIN(id) FROM pilot HAVING COUNT(*) = 1), '') AS pilot,
        x.meter, m.gateway, x.from_at, x.to_at, x.missing, x.every_ms
    FROM gap x JOIN meter m ON m.id = x.meter
        LEFT JOIN gateway g ON g.id = m.gateway
        LEFT JOIN attachment a ON a.meter = x.meter AND a.to_at = 253402300800000
        LEFT JOIN family f ON f.id = a.family;
