-- +goose Up
-- Every result there ever was of a period, and since when another one holds. It was the
-- one that holds at an instant when computed_at <= instant < until_at. Consent and the
-- period of the data are judged as in v_result, now.
CREATE VIEW v_result_past AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, r.*
    FROM (SELECT q.*, COALESCE(MIN(q.computed_at) OVER (PARTITION BY q.family, q.indicator, q.from_day, q.to_day
              ORDER BY q.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 9223372036854775807) AS until_at
          FROM result q) r
        JOIN family f ON f.id = r.family JOIN v_grant g ON g.family = r.family
    WHERE g.category = r.category AND g.granularity >= r.granularity
      AND r.start_at >= g.data_from AND r.start_at < g.data_to;
GRANT SELECT ON v_result_past TO foyer_gate;

-- Passes of jobs: what most of their failures are, "" without any; and in which order.
ALTER TABLE run ADD COLUMN fault TEXT NOT NULL DEFAULT '';
CREATE INDEX run_started ON run (started_at);
CREATE INDEX run_job ON run (job, id);
