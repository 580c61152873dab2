-- +goose Up
-- What is said at once is one act. Its id is that of its receipt.
ALTER TABLE consent ADD COLUMN act TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN verb TEXT NOT NULL DEFAULT ''; -- give, refuse, narrow, withdraw; '': before acts were
ALTER TABLE consent ADD COLUMN hash TEXT NOT NULL DEFAULT ''; -- SHA-256 of the text of notice in language
ALTER TABLE consent ADD COLUMN witness TEXT NOT NULL DEFAULT ''; -- staff who saw a paper signed
ALTER TABLE consent ADD COLUMN paper TEXT NOT NULL DEFAULT '';   -- where the paper is
UPDATE consent SET act = 'c' || (SELECT MIN(o.id) FROM consent o WHERE o.family = consent.family AND o.at = consent.at AND o.state = consent.state);
CREATE INDEX consent_family ON consent (family, id);
CREATE INDEX consent_act ON consent (act);

-- Who left a home at an instant that is over sees nothing of what followed, from the moment
-- it is said: until the days after are counted again for who lives there now, nothing that
-- reaches them is shown as the family's that left.
CREATE VIEW v_unsettled AS
    SELECT c.family, c.at
    FROM meter_change c JOIN stale s ON s.meter = c.meter AND s.from_at <= c.at AND s.to_at > c.at
    WHERE c.kind = 'left';

-- Families that have no meter since an instant: they left their home.
CREATE VIEW v_gone AS
    SELECT c.family, c.at, c.said_at FROM meter_change c
    WHERE c.kind = 'left' AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.family = c.family AND a.to_at > c.at);

-- Results and bills follow usage.
CREATE VIEW v_uncomputed AS
    SELECT family, at FROM v_unsettled
    UNION ALL
    SELECT x.family, x.at FROM v_gone x JOIN dirty_day d ON d.family = x.family;

-- A period of data is agreed to when all of it is: a month that reaches beyond the last
-- day agreed to would tell of the days after it. Civil days differ from 24 h by an hour at
-- most, which is left out of account.
DROP VIEW v_usage_slot;
CREATE VIEW v_usage_slot AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, u.*
    FROM usage_slot u JOIN family f ON f.id = u.family JOIN v_grant g ON g.family = u.family
    WHERE g.category = 'consumption' AND g.granularity >= 4
      AND u.start_at >= g.data_from AND u.start_at + u.length <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_unsettled x WHERE x.family = u.family AND u.start_at + u.length > x.at);

DROP VIEW v_usage_day;
CREATE VIEW v_usage_day AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, u.*
    FROM usage_day u JOIN family f ON f.id = u.family JOIN v_grant g ON g.family = u.family
    WHERE g.category = 'consumption' AND g.granularity >= 3
      AND u.start_at >= g.data_from AND u.start_at + u.length <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_unsettled x WHERE x.family = u.family AND u.start_at + u.length > x.at);

DROP VIEW v_usage_month;
CREATE VIEW v_usage_month AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, u.*
    FROM usage_month u JOIN family f ON f.id = u.family JOIN v_grant g ON g.family = u.family
    WHERE g.category = 'consumption' AND g.granularity >= 2
      AND u.start_at >= g.data_from AND u.start_at + u.length <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_unsettled x WHERE x.family = u.family AND u.start_at + u.length > x.at);

CREATE VIEW v_usage_year AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, u.*
    FROM (SELECT family, substr(month, 1, 4) AS year, register, MIN(start_at) AS start_at, CAST(SUM(energy) AS BIGINT) AS energy,
              CAST(SUM(seen) AS BIGINT) AS seen, CAST(SUM(length) AS BIGINT) AS length, MAX(start_at + length) AS end_at,
              MAX(estimated) AS estimated, MAX(provision) AS provision
          FROM usage_month GROUP BY family, substr(month, 1, 4), register) u
        JOIN family f ON f.id = u.family JOIN v_grant g ON g.family = u.family
    WHERE g.category = 'consumption' AND g.granularity >= 1
      AND u.start_at >= g.data_from AND u.end_at <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_unsettled x WHERE x.family = u.family AND u.end_at > x.at);

DROP VIEW v_cost;
CREATE VIEW v_cost AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.*
    FROM bill_line b JOIN family f ON f.id = b.family JOIN v_grant g ON g.family = b.family
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND b.start_at >= g.data_from
      AND b.start_at + (julianday(b.month || '-01', '+1 month') - julianday(b.month || '-01')) * 86400000 - 3600000 <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = b.family AND b.start_at + (julianday(b.month || '-01', '+1 month') - julianday(b.month || '-01')) * 86400000 > x.at);

CREATE VIEW v_cost_year AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.*
    FROM (SELECT b.family, substr(b.month, 1, 4) AS year, MIN(b.start_at) AS start_at, CAST(SUM(b.cents) AS BIGINT) AS cents,
              MAX(b.start_at + (julianday(b.month || '-01', '+1 month') - julianday(b.month || '-01')) * 86400000) AS end_at
          FROM bill_line b GROUP BY b.family, substr(b.month, 1, 4)) b
        JOIN family f ON f.id = b.family JOIN v_grant g ON g.family = b.family
    WHERE g.category = 'cost' AND g.granularity >= 1
      AND b.start_at >= g.data_from AND b.end_at - 3600000 <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = b.family AND b.end_at > x.at);

DROP VIEW v_result;
CREATE VIEW v_result AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, r.*
    FROM result r JOIN family f ON f.id = r.family JOIN v_grant g ON g.family = r.family
    WHERE g.category = r.category AND g.granularity >= r.granularity
      AND r.start_at >= g.data_from
      AND r.start_at + (julianday(r.to_day) - julianday(r.from_day)) * 86400000 - 3600000 <= g.data_to
      AND r.id = (SELECT MAX(q.id) FROM result q
                  WHERE q.family = r.family AND q.indicator = r.indicator
                    AND q.from_day = r.from_day AND q.to_day = r.to_day)
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = r.family
                      AND r.start_at + (julianday(r.to_day) - julianday(r.from_day)) * 86400000 - 3600000 > x.at);

DROP VIEW v_result_past;
CREATE VIEW v_result_past AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, r.*
    FROM (SELECT q.*, COALESCE(MIN(q.computed_at) OVER (PARTITION BY q.family, q.indicator, q.from_day, q.to_day
              ORDER BY q.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 9223372036854775807) AS until_at
          FROM result q) r
        JOIN family f ON f.id = r.family JOIN v_grant g ON g.family = r.family
    WHERE g.category = r.category AND g.granularity >= r.granularity
      AND r.start_at >= g.data_from
      AND r.start_at + (julianday(r.to_day) - julianday(r.from_day)) * 86400000 - 3600000 <= g.data_to
      -- What was computed before it was said that the family had left, and then otherwise, may
      -- hold days of who came after.
      AND (r.until_at = 9223372036854775807 OR NOT EXISTS (SELECT 1 FROM v_gone x WHERE x.family = r.family
           AND r.computed_at <= x.said_at AND r.start_at + (julianday(r.to_day) - julianday(r.from_day)) * 86400000 - 3600000 > x.at))
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = r.family
                      AND r.start_at + (julianday(r.to_day) - julianday(r.from_day)) * 86400000 - 3600000 > x.at);

-- An alert is not shown that opened after its family had left and before that was said.
DROP VIEW v_alert;
CREATE VIEW v_alert AS
    SELECT DISTINCT g.purpose, g.recipient, f.label, f.language, COALESCE(s.name, t.name, '') AS by_name, a.*
    FROM alert a JOIN family f ON f.id = a.family JOIN v_grant g ON g.family = a.family
        LEFT JOIN staff s ON s.id = a.by_staff LEFT JOIN token t ON t.id = a.by_staff
    WHERE (g.purpose = 'alert' OR (g.purpose = 'family_view' AND g.recipient = 'family'))
      AND g.category = a.category AND g.granularity >= 3
      AND a.opened_at >= g.data_from AND a.opened_at < g.data_to
      AND a.opened_at > 0 AND a.state <> 'pending'
      AND NOT EXISTS (SELECT 1 FROM v_gone x WHERE x.family = a.family
                      AND a.opened_at > x.at AND a.opened_at <= x.said_at)
    UNION ALL
    SELECT 'alert', r.recipient, '', '', COALESCE(s.name, t.name, ''), a.*
    FROM alert a CROSS JOIN (SELECT 'cooperative' AS recipient UNION ALL SELECT 'operator') r
        LEFT JOIN staff s ON s.id = a.by_staff LEFT JOIN token t ON t.id = a.by_staff
    WHERE a.family IS NULL AND a.opened_at > 0 AND a.state <> 'pending';

CREATE INDEX meter_change_family ON meter_change (family, kind);

-- What a family said. It always sees its own; a member of staff sees the acts it wrote down.
CREATE VIEW v_consent AS
    SELECT f.pilot, f.label, c.* FROM consent c JOIN family f ON f.id = c.family;

-- How often something ended that a recipient could see for a purpose: a stream that saw it ends too.
CREATE VIEW v_ended AS
    SELECT g.purpose, g.recipient, f.pilot, COUNT(*) AS ended
    FROM "grant" g JOIN family f ON f.id = g.family
    WHERE g.valid_to <= (SELECT now FROM wall)
    GROUP BY g.purpose, g.recipient, f.pilot;
