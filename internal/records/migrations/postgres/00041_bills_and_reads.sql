-- +goose Up
-- Bills by the month they are of, which is looked at once for all lines of it.
CREATE OR REPLACE VIEW v_cost AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.*
    FROM family f
        JOIN (SELECT family, month, MIN(start_at) AS from_at, MIN(start_at) + (CAST(CAST(month || '-01' AS date) + interval '1 month' AS date) - CAST(month || '-01' AS date)) * 86400000::bigint AS to_at
              FROM bill_line GROUP BY family, month) m ON m.family = f.id
        JOIN v_grant g ON g.family = f.id
        JOIN bill_line b ON b.family = m.family AND b.month = m.month
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND m.from_at >= g.data_from AND m.to_at - 3600000 <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = m.family AND m.to_at > x.at);

CREATE OR REPLACE VIEW v_bill_past AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.family, b.month, b.issue, b.line, b.issued_at, b.until_at,
           CASE WHEN EXISTS (SELECT 1 FROM v_grant d WHERE d.family = b.family AND d.purpose = g.purpose AND d.recipient = g.recipient AND d.category = 'cost'
               AND d.granularity >= 3 AND m.from_at >= d.data_from AND m.to_at <= d.data_to) THEN 1 ELSE 0 END AS daily,
           b.start_at, b.fuel, b.label, b.quantity, b.unit, b.price, b.cents, b.estimated
    FROM family f
        JOIN (SELECT family, substr(from_day, 1, 7) AS month, MIN(start_at) AS from_at,
                  MIN(start_at) + (CAST(CAST(from_day AS date) + interval '1 month' AS date) - CAST(from_day AS date)) * 86400000::bigint - 3600000 AS to_at
              FROM result WHERE indicator = 'cost_month' AND substr(from_day, 8) = '-01' GROUP BY family, from_day) m ON m.family = f.id
        JOIN v_grant g ON g.family = f.id
        JOIN (SELECT i.*, COALESCE((SELECT MIN(n.issued_at) FROM bill_issue n
                  WHERE n.family = i.family AND n.month = i.month AND n.issue > i.issue), 9223372036854775807) AS until_at
              FROM bill_issue i) b ON b.family = m.family AND b.month = m.month
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND m.from_at >= g.data_from AND m.to_at <= g.data_to
      -- What was issued before it was said that the family had come or left may hold days of
      -- others, unless it is still what the bill comes to.
      AND (b.until_at = 9223372036854775807 AND EXISTS (SELECT 1 FROM bill_line l WHERE l.family = b.family AND l.month = b.month)
           OR NOT EXISTS (SELECT 1 FROM meter_change c WHERE c.family = b.family AND b.issued_at <= c.said_at
               AND (c.kind = 'left' AND c.at < m.to_at OR c.kind = 'taken' AND c.at > m.from_at)))
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = m.family AND m.to_at > x.at);

-- A family reads who read what in the order in which it was written down: by access_family_id.
-- One index less is written for each family that is told of.
DROP INDEX access_family;
