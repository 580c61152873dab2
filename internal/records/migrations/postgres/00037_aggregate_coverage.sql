-- +goose Up
-- How much of the year was seen of the homes that a figure is known of, in %, and whether
-- part of it is estimated: a figure is shown with that or not at all.
ALTER TABLE aggregate_figure ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE aggregate_figure ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;

-- The view of before, with these.
DROP VIEW v_aggregate;
CREATE VIEW v_aggregate AS
    SELECT 'open_statistics' AS purpose, 'public' AS recipient, s.pilot, s.year, s.computed_at, (s.homes + 2) / 5 * 5 AS homes,
        s.place, s.figure, s.part, s.unit, s.shown,
        CASE WHEN s.shown = 1 THEN (s.known + 2) / 5 * 5 END AS known,
        CASE WHEN s.shown = 1 THEN (s.flagged + 2) / 5 * 5 END AS flagged,
        CASE WHEN s.shown = 1 THEN (40 * s.flagged + s.known) / (2 * s.known) * 5 END AS percent,
        CASE WHEN s.shown = 1 THEN s.value ELSE '' END AS value,
        CASE WHEN s.shown = 1 THEN s.seen END AS seen,
        CASE WHEN s.shown = 1 THEN s.estimated END AS estimated
    FROM (SELECT a.pilot, a.year, a.computed_at, a.homes, f.place, f.figure, f.part, f.unit, f.known, f.flagged, f.value, f.seen, f.estimated,
              CASE WHEN f.known >= l.homes AND f.known <= a.homes AND f.most <= l.share AND f.seen > 0
                    AND (f.flagged IS NULL OR (f.flagged = 0 OR f.flagged >= l.homes) AND (f.flagged = f.known OR f.known - f.flagged >= l.homes))
                   THEN 1 ELSE 0 END AS shown
          FROM v_counted a JOIN aggregate_figure f ON f.aggregate = a.id CROSS JOIN v_least l) s;
GRANT SELECT ON v_aggregate TO foyer_gate;
