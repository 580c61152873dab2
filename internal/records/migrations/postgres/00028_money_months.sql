-- +goose Up
-- A bill is seen whole or not at all: lines of a later part of a month do not stand for the
-- month, and nothing of it is shown that reaches beyond what was agreed to, or beyond the day
-- its family left.
CREATE OR REPLACE VIEW v_cost AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.*
    FROM bill_line b JOIN family f ON f.id = b.family JOIN v_grant g ON g.family = b.family
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND (SELECT MIN(l.start_at) FROM bill_line l WHERE l.family = b.family AND l.month = b.month) >= g.data_from
      AND (SELECT MIN(l.start_at) FROM bill_line l WHERE l.family = b.family AND l.month = b.month) + (CAST(CAST(b.month || '-01' AS date) + interval '1 month' AS date) - CAST(b.month || '-01' AS date)) * 86400000::bigint - 3600000 <= g.data_to
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = b.family
          AND (SELECT MIN(l.start_at) FROM bill_line l WHERE l.family = b.family AND l.month = b.month) + (CAST(CAST(b.month || '-01' AS date) + interval '1 month' AS date) - CAST(b.month || '-01' AS date)) * 86400000::bigint > x.at);

-- The month of a bill is that of its cost_month, without which no bill is shown. Who may see
-- months sees no instant inside them: daily is 0, and the parts of a line that a change of
-- price or contract split are to be put together.
DROP VIEW v_bill_past;
CREATE VIEW v_bill_past AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, b.family, b.month, b.issue, b.line, b.issued_at, b.until_at,
           CASE WHEN d.family IS NULL THEN 0 ELSE 1 END AS daily,
           b.start_at, b.fuel, b.label, b.quantity, b.unit, b.price, b.cents, b.estimated
    FROM (SELECT i.*, (CAST(CAST(i.month || '-01' AS date) + interval '1 month' AS date) - CAST(i.month || '-01' AS date)) * 86400000::bigint - 3600000 AS lasts,
              (SELECT MIN(r.start_at) FROM result r
               WHERE r.family = i.family AND r.indicator = 'cost_month' AND r.from_day = i.month || '-01') AS from_at,
              COALESCE((SELECT MIN(n.issued_at) FROM bill_issue n
               WHERE n.family = i.family AND n.month = i.month AND n.issue > i.issue), 9223372036854775807) AS until_at
          FROM bill_issue i) b
        JOIN family f ON f.id = b.family JOIN v_grant g ON g.family = b.family
        LEFT JOIN v_grant d ON d.family = b.family AND d.purpose = g.purpose AND d.recipient = g.recipient AND d.category = 'cost'
            AND d.granularity >= 3 AND b.from_at >= d.data_from AND b.from_at + b.lasts <= d.data_to
    WHERE g.category = 'cost' AND g.granularity >= 2
      AND b.from_at >= g.data_from AND b.from_at + b.lasts <= g.data_to
      -- What was issued before it was said that the family had come or left may hold days of
      -- others, unless it is still what the bill comes to.
      AND (b.until_at = 9223372036854775807 AND EXISTS (SELECT 1 FROM bill_line l WHERE l.family = b.family AND l.month = b.month)
           OR NOT EXISTS (SELECT 1 FROM meter_change c WHERE c.family = b.family AND b.issued_at <= c.said_at
               AND (c.kind = 'left' AND c.at < b.from_at + b.lasts OR c.kind = 'taken' AND c.at > b.from_at)))
      AND NOT EXISTS (SELECT 1 FROM v_uncomputed x WHERE x.family = b.family AND b.from_at + b.lasts > x.at);

-- Who may see months sees of an amount its month: a day that reads '2026-11'.
DROP VIEW v_money;
CREATE VIEW v_money AS
    SELECT DISTINCT g.purpose, g.recipient, f.pilot, m.family, m.id, m.fuel,
           CASE WHEN d.family IS NULL THEN substr(m.day, 1, 7) ELSE m.day END AS day,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR i.family IS NOT NULL THEN m.kind ELSE 'aid' END AS kind,
           m.cents, m.quantity, m.unit,
           CASE WHEN m.category = 'cost' OR g.recipient = 'family' OR i.family IS NOT NULL THEN m.source ELSE '' END AS source,
           m.said_at, COALESCE(t.said_at, 9223372036854775807) AS taken_at, m.amount
    FROM money m JOIN family f ON f.id = m.family JOIN v_grant g ON g.family = m.family
        LEFT JOIN money t ON t.takes = m.id
        LEFT JOIN v_grant i ON i.family = m.family AND i.purpose = g.purpose AND i.recipient = g.recipient AND i.category = 'income'
            AND m.start_at >= i.data_from AND m.start_at < i.data_to
        LEFT JOIN v_grant d ON d.family = m.family AND d.purpose = g.purpose AND d.recipient = g.recipient AND d.category = 'cost'
            AND d.granularity >= 3 AND m.start_at >= d.data_from AND m.start_at < d.data_to
    WHERE m.kind <> 'taken_back' AND g.category = 'cost' AND g.granularity >= 2
      AND m.start_at >= g.data_from AND m.start_at < g.data_to;

GRANT SELECT ON v_bill_past, v_money TO foyer_gate;
