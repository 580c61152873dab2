-- +goose Up
-- Of whose grants only those that hold are looked at, by their category.
DROP INDEX grant_lookup;
CREATE INDEX grant_lookup ON "grant" (recipient, purpose, family, category, valid_to);
-- Whether a result is the newest of its period is seen in the index alone.
DROP INDEX result_period;
CREATE INDEX result_period ON result (family, indicator, from_day, to_day, id);

-- The results of v_result, once for each grant by which they may be seen, so that who wants
-- one stops at the first. The joins are crossed to be made in this order: SQLite would look
-- for the results of a home once for each of its grants.
CREATE VIEW v_granted_result AS
    SELECT g.purpose, g.recipient, f.pilot, r.*
    FROM family f CROSS JOIN result r ON r.family = f.id CROSS JOIN v_grant g ON g.family = r.family AND g.category = r.category
    WHERE g.granularity >= r.granularity
      AND r.start_at >= g.data_from
      AND r.start_at + (julianday(r.to_day) - julianday(r.from_day)) * 86400000 - 3600000 <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM result q
                      WHERE q.family = r.family AND q.indicator = r.indicator
                        AND q.from_day = r.from_day AND q.to_day = r.to_day AND q.id > r.id)
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = r.family
                      AND r.start_at + (julianday(r.to_day) - julianday(r.from_day)) * 86400000 - 3600000 > x.at);
DROP VIEW v_result;
CREATE VIEW v_result AS SELECT DISTINCT * FROM v_granted_result;
