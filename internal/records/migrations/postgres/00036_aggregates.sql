-- +goose Up
-- Figures about the homes of a pilot together, over a calendar year. A year is counted once,
-- over homes that do not change afterwards.
CREATE TABLE aggregate (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pilot       TEXT NOT NULL REFERENCES pilot (id),
    year        TEXT NOT NULL,   -- 'YYYY'
    start_at    BIGINT NOT NULL, -- its first instant, and the one after it
    end_at      BIGINT NOT NULL,
    agreed      BIGINT NOT NULL, -- rows of aggregate_home when it was counted
    computed_at BIGINT NOT NULL, -- world clock
    UNIQUE (pilot, year)
);

-- Who is counted, and in which categories of data.
CREATE TABLE aggregate_home (
    aggregate BIGINT NOT NULL REFERENCES aggregate (id),
    family    TEXT NOT NULL REFERENCES family (id),
    category  TEXT NOT NULL,
    PRIMARY KEY (aggregate, family, category)
);
CREATE INDEX aggregate_home_family ON aggregate_home (family);

CREATE TABLE aggregate_figure (
    aggregate BIGINT NOT NULL REFERENCES aggregate (id),
    place     BIGINT NOT NULL,  -- in the order they are shown
    figure    TEXT NOT NULL,    -- use, cost, id of an indicator
    part      TEXT NOT NULL,    -- total, homes, mean_gap, depth, severity
    unit      TEXT NOT NULL,
    known     BIGINT NOT NULL,  -- homes of which it is known
    flagged   BIGINT,           -- of these; null where there is no flag
    value     TEXT NOT NULL,    -- rounded exact decimal; '' for a number of homes
    most      BIGINT NOT NULL,  -- % that the largest home has of the sum; 0 without one
    PRIMARY KEY (aggregate, figure, part)
);

-- From how many homes on a figure is shown, and which share of it one may have, by the
-- charter as it is now: never laxer than 11 and 85 %.
CREATE VIEW v_least AS
    SELECT GREATEST(11, COALESCE((SELECT CAST(value AS INTEGER) FROM charter
               WHERE name = 'k' AND from_at <= (SELECT now FROM wall) ORDER BY from_at DESC, id DESC LIMIT 1), 11)) AS homes,
           LEAST(85, COALESCE((SELECT CAST(value AS INTEGER) FROM charter
               WHERE name = 'share' AND from_at <= (SELECT now FROM wall) ORDER BY from_at DESC, id DESC LIMIT 1), 85)) AS share;

-- Years of which every home that is counted agrees, now, to all that it is counted in. One
-- that does not, or is gone, ends the year: without it the year would tell of it alone.
CREATE VIEW v_counted AS
    SELECT a.*, (SELECT COUNT(DISTINCT h.family) FROM aggregate_home h WHERE h.aggregate = a.id) AS homes
    FROM aggregate a
    WHERE a.agreed = (SELECT COUNT(*) FROM aggregate_home h WHERE h.aggregate = a.id AND EXISTS (
            SELECT 1 FROM v_grant g WHERE g.family = h.family AND g.purpose = 'open_statistics' AND g.recipient = 'public'
              AND g.category = h.category AND g.data_from <= a.start_at AND g.data_to >= a.end_at))
      AND (SELECT COUNT(DISTINCT h.family) FROM aggregate_home h WHERE h.aggregate = a.id) >= (SELECT homes FROM v_least);

-- What may be seen of a year, every count rounded to 5. A figure that is withheld says that
-- it is, and no more. It is when few homes are known, flagged or not flagged, so that neither
-- is told by the other, and when one home outweighs the others.
CREATE VIEW v_aggregate AS
    SELECT 'open_statistics' AS purpose, 'public' AS recipient, s.pilot, s.year, s.computed_at, (s.homes + 2) / 5 * 5 AS homes,
        s.place, s.figure, s.part, s.unit, s.shown,
        CASE WHEN s.shown = 1 THEN (s.known + 2) / 5 * 5 END AS known,
        CASE WHEN s.shown = 1 THEN (s.flagged + 2) / 5 * 5 END AS flagged,
        CASE WHEN s.shown = 1 THEN (40 * s.flagged + s.known) / (2 * s.known) * 5 END AS percent,
        CASE WHEN s.shown = 1 THEN s.value ELSE '' END AS value
    FROM (SELECT a.pilot, a.year, a.computed_at, a.homes, f.place, f.figure, f.part, f.unit, f.known, f.flagged, f.value,
              CASE WHEN f.known >= l.homes AND f.known <= a.homes AND f.most <= l.share
                    AND (f.flagged IS NULL OR (f.flagged = 0 OR f.flagged >= l.homes) AND (f.flagged = f.known OR f.known - f.flagged >= l.homes))
                   THEN 1 ELSE 0 END AS shown
          FROM v_counted a JOIN aggregate_figure f ON f.aggregate = a.id CROSS JOIN v_least l) s;

-- Of whom something is seen then: who reads it is written down for each of them.
CREATE VIEW v_aggregate_home AS
    SELECT DISTINCT 'open_statistics' AS purpose, 'public' AS recipient, a.pilot, a.year, h.family
    FROM v_counted a JOIN aggregate_home h ON h.aggregate = a.id;
GRANT SELECT ON v_aggregate, v_aggregate_home TO foyer_gate;
